//! What exchanges leave behind: the metrics that move, and the lines that are written, by kind and outcome.

use std::time::Duration;

use candor_contract::limits;
use candor_contract::outcome::{FunctionError, Outcome, Payload, TimeoutWording};
use candor_gateway::drill::{Case, Door, Drill, Origin};
use candor_gateway::request::Ambient;
use candor_gateway::signals::{Log, Sample, Says, Signals, healthy, signals};
use candor_iac::Options;
use candor_iac::files::MemoryFiles;

const HEAD: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: src/
";

const REST_PROXY: &str = "
      Events: {Get: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /o, Method: get}}}
  Api:
    Type: AWS::Serverless::Api
    Properties: {Name: orders, StageName: v1}
";

const REST_MAPPED: &str = "
  Api:
    Type: AWS::Serverless::Api
    Properties:
      Name: orders
      StageName: v1
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /o:
            get:
              responses: {'200': {description: ok}}
              x-amazon-apigateway-integration:
                type: aws
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations
                responses: {default: {statusCode: '200'}}
";

const HTTP: &str = "
      Events: {Get: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /o, Method: get}}}
  Api: {Type: AWS::Serverless::HttpApi}
";

const URL: &str = "
      FunctionUrlConfig: {AuthType: NONE}
";

/// Plays one outcome against the only route of a template, and shows what is made of it.
fn played<T>(
    template: &str,
    outcome: Outcome,
    after_failure: bool,
    of: impl Fn(&Signals, &Signals) -> T,
) -> T {
    let files = MemoryFiles::new([("template.yaml", format!("{}{}", HEAD.trim_end(), template.trim_end()))]);
    let options = Options { parameters: Vec::new(), max_file: 1 << 20, limits: Default::default() };
    let reading = candor_iac::read(&files, &["template.yaml".to_string()], &options);
    assert!(reading.unreadable.is_empty(), "{:?}", reading.unreadable);
    let (api, ambient) = (&reading.projects[0].apis[0], Ambient::example());
    let Door::Function(flight) = Drill::new(api, &ambient).begin(&api.routes[0]).unwrap() else {
        panic!("no function behind {}", api.routes[0].key);
    };
    let span = api.span;
    let origin = if after_failure { Origin::Source { span, after_failure } } else { Origin::Standard };
    let case = Case { origin, ..Case::standard(outcome) };
    let exchange = Door::Function(flight).play(&case).unwrap();
    of(&signals(&exchange), &healthy(&exchange))
}

fn moved(template: &str, outcome: Outcome) -> Vec<String> {
    played(template, outcome, false, |s, h| s.moved(h).map(|m| m.title()).collect())
}

fn lines(template: &str, outcome: Outcome, log: Log) -> Vec<String> {
    played(template, outcome, false, |s, _| {
        let of_log = s.logs.iter().filter(|line| line.log == log);
        let text = of_log.map(|line| match &line.says {
            Says::Text(text) | Says::Platform(text) => text.clone(),
            Says::Exception { error_type, message } => format!("{error_type}: {message}"),
            Says::Anything => "…".to_string(),
        });
        text.collect()
    })
}

fn returned(json: &str) -> Outcome {
    Outcome::Returned(Payload::known(json))
}

fn raised() -> Outcome {
    Outcome::Raised(FunctionError::python("KeyError", "'id'", "8f5e", "frame"))
}

fn timed_out() -> Outcome {
    Outcome::TimedOut { after: Duration::from_secs(3), wording: TimeoutWording::Current }
}

fn failures() -> Vec<(&'static str, Outcome)> {
    vec![
        ("raised", raised()),
        ("timed-out", timed_out()),
        ("exited", Outcome::Exited),
        ("out-of-memory", Outcome::OutOfMemory),
        ("too-large", Outcome::TooLarge(limits::LAMBDA_RESPONSE.bytes + 1)),
        ("throttled", Outcome::Throttled),
        ("not-invocable", Outcome::NotInvocable),
    ]
}

/// One line per outcome.
fn table(template: &str) -> String {
    let line =
        |(name, outcome): (&str, Outcome)| format!("{name}: {}\n", moved(template, outcome).join(", "));
    failures().into_iter().map(line).collect()
}

#[test]
fn a_rest_proxy_counts_on_both_sides() {
    assert_eq!(
        table(REST_PROXY),
        "raised: AWS/ApiGateway 5XXError, AWS/Lambda Errors\n\
         timed-out: AWS/ApiGateway 5XXError, AWS/ApiGateway Latency, AWS/ApiGateway IntegrationLatency, AWS/Lambda Errors, AWS/Lambda Duration\n\
         exited: AWS/ApiGateway 5XXError, AWS/Lambda Errors\n\
         out-of-memory: AWS/ApiGateway 5XXError, AWS/Lambda Errors\n\
         too-large: AWS/ApiGateway 5XXError, AWS/Lambda Errors\n\
         throttled: AWS/ApiGateway 5XXError, AWS/Lambda Throttles\n\
         not-invocable: AWS/ApiGateway 5XXError\n"
    );
}

#[test]
fn a_failure_that_a_mapping_hides_moves_the_functions_metric_alone() {
    assert_eq!(moved(REST_MAPPED, raised()), ["AWS/Lambda Errors"]);
    assert_eq!(moved(REST_MAPPED, Outcome::Exited), ["AWS/Lambda Errors"]);
    // Lambda refused: that is the gateway's own 500, whatever the integration responses say.
    assert_eq!(moved(REST_MAPPED, Outcome::Throttled), ["AWS/ApiGateway 5XXError", "AWS/Lambda Throttles"]);
}

#[test]
fn http_apis_and_urls_have_names_of_their_own() {
    assert_eq!(moved(HTTP, raised()), ["AWS/ApiGateway 5xx", "AWS/Lambda Errors"]);
    assert_eq!(moved(HTTP, Outcome::NotInvocable), ["AWS/ApiGateway 5xx"]);
    assert_eq!(moved(URL, raised()), ["AWS/Lambda Url5xxCount", "AWS/Lambda Errors"]);
}

#[test]
fn what_a_handler_says_is_no_error_to_lambda() {
    // The essay's pattern, `except Exception: print(…); return 500`: the client is told, Lambda counts a success.
    let told = returned(r#"{"statusCode": 500, "body": "{}"}"#);
    assert_eq!(moved(REST_PROXY, told.clone()), ["AWS/ApiGateway 5XXError"]);
    assert_eq!(moved(HTTP, told.clone()), ["AWS/ApiGateway 5xx"]);
    assert_eq!(moved(URL, told), ["AWS/Lambda Url5xxCount"]);
    assert_eq!(moved(REST_PROXY, returned(r#"{"statusCode": 404}"#)), ["AWS/ApiGateway 4XXError"]);
    let swallowed = returned(r#"{"statusCode": 200, "body": "{}"}"#);
    let nothing: Vec<String> =
        played(REST_PROXY, swallowed, true, |s, h| s.moved(h).map(|m| m.title()).collect());
    assert!(nothing.is_empty(), "a swallowed failure moves {nothing:?}");
    // A malformed answer is the gateway's error.
    assert_eq!(moved(REST_PROXY, returned("\"ok\"")), ["AWS/ApiGateway 5XXError"]);
}

#[test]
fn a_server_error_that_a_gateway_response_makes_a_success_may_count_as_a_clients() {
    let reshaped = format!(
        "{}, GatewayResponses: {{DEFAULT_5XX: {{StatusCode: 200}}}}}}",
        REST_PROXY.trim_end().trim_end_matches('}')
    );
    let sample = |name: &str| {
        played(&reshaped, raised(), false, |s, _| s.metrics.iter().find(|m| m.name == name).unwrap().sample)
    };
    assert_eq!(sample("5XXError"), Sample::Known(0.0));
    assert_eq!(sample("4XXError"), Sample::Unknown);
}

#[test]
fn metrics_per_route_need_the_stages_consent() {
    let sets = |template: &str| {
        played(template, raised(), false, |s, _| {
            let names = |metric: &str| -> Vec<String> {
                let metric = s.metrics.iter().find(|m| m.name == metric).unwrap();
                let names = |s: &candor_gateway::signals::Series| {
                    s.dimensions.iter().map(|d| d.name).collect::<Vec<_>>().join("+")
                };
                metric.series.iter().map(names).collect()
            };
            (names(if s.metrics[1].name == "5xx" { "5xx" } else { "5XXError" }), names("Errors"))
        })
    };
    let (plain, lambda) = sets(REST_PROXY);
    assert_eq!(plain, ["ApiName", "ApiName+Stage"]);
    assert_eq!(lambda, ["", "FunctionName", "FunctionName+Resource"]);
    let detailed = REST_PROXY.replace(
        "StageName: v1}",
        "StageName: v1, MethodSettings: [{ResourcePath: /~1o, HttpMethod: GET, MetricsEnabled: true}]}",
    );
    assert_eq!(sets(&detailed).0, ["ApiName", "ApiName+Stage", "ApiName+Method+Resource+Stage"]);
    let other = detailed.replace("/~1o", "/~1other");
    assert_eq!(sets(&other).0, ["ApiName", "ApiName+Stage"]);
    let http = HTTP.replace(
        "HttpApi}\n",
        "HttpApi, Properties: {DefaultRouteSettings: {DetailedMetricsEnabled: true}}}\n",
    );
    assert_eq!(sets(&http).0, ["ApiId", "ApiId+Stage", "ApiId+Method+Resource+Stage"]);
}

/// A REST API with this level, and what its execution log says.
fn at_level(level: &str, outcome: Outcome) -> Vec<String> {
    let settings = format!("MethodSettings: [{{ResourcePath: /*, HttpMethod: '*', LoggingLevel: {level}}}]");
    let template = REST_PROXY.replace("StageName: v1}", &format!("StageName: v1, {settings}}}"));
    lines(&template, outcome, Log::Execution)
}

#[test]
fn the_execution_log_says_what_its_level_lets_it() {
    assert!(lines(REST_PROXY, raised(), Log::Execution).is_empty());
    assert!(at_level("OFF", raised()).is_empty());
    let failed = at_level("ERROR", raised());
    assert!(
        failed[0].contains("Lambda execution failed with status 200 due to customer function error"),
        "{failed:?}"
    );
    assert!(failed[1].contains("Method completed with status: 502"), "{failed:?}");
    assert!(at_level("ERROR", returned(r#"{"statusCode": 200}"#)).is_empty());
    assert_eq!(at_level("INFO", returned(r#"{"statusCode": 200}"#)).len(), 1);
    let throttled = at_level("ERROR", Outcome::Throttled);
    assert!(throttled.iter().any(|line| line.contains("Rate Exceeded.")), "{throttled:?}");
    let refused = at_level("ERROR", Outcome::NotInvocable);
    assert!(
        refused.iter().any(|line| line.contains("Invalid permissions on Lambda function")),
        "{refused:?}"
    );
    // Nothing failed in the gateway: a masked failure leaves no line at ERROR.
    let settings = "      MethodSettings: [{ResourcePath: /*, HttpMethod: '*', LoggingLevel: ERROR}]\n";
    let masked = REST_MAPPED.replace("      StageName: v1\n", &format!("      StageName: v1\n{settings}"));
    assert!(lines(&masked, raised(), Log::Execution).is_empty());
}

#[test]
fn the_access_log_has_a_line_for_every_request() {
    assert!(lines(HTTP, raised(), Log::Access).is_empty());
    let http = HTTP.replace(
        "HttpApi}\n",
        "HttpApi, Properties: {AccessLogSettings: {DestinationArn: x, Format: '$context.routeKey $context.status $context.requestId.'}}}\n",
    );
    assert_eq!(lines(&http, raised(), Log::Access), ["GET /o 500 \u{fffc}."]);
}

#[test]
fn a_function_that_never_ran_writes_nothing() {
    let says = |outcome| lines(REST_PROXY, outcome, Log::Function).join("\n");
    assert!(says(raised()).contains("KeyError: 'id'"));
    assert!(says(timed_out()).contains("Task timed out after 3.00 seconds"));
    assert!(says(Outcome::Exited).contains("Runtime exited with error: exit status 1"));
    assert_eq!(says(Outcome::Throttled), "");
    assert_eq!(says(Outcome::NotInvocable), "");
}
