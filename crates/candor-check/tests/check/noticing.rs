//! Who would notice: one short alarm per behaviour, against an API whose every kind of failure is known.

use std::time::Duration;

use candor_check::notice::{Noticed, notice};
use candor_contract::outcome::{FunctionError, Outcome, Payload, TimeoutWording};
use candor_gateway::authorizer::Authorization;
use candor_gateway::drill::{Case, Drill, Origin};
use candor_gateway::request::Ambient;
use candor_gateway::signals::{healthy, signals};
use candor_iac::files::MemoryFiles;
use candor_iac::{Options, Reading};

/// `GET /proxy` is honest (502), `GET /mapped` masks every error of its function, `Other` guards `GET /guarded`.
const APP: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Limit: {Type: Number}
  OnCallTopic: {Type: String}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      Name: orders
      StageName: v1
      AccessLogSetting:
        DestinationArn: !GetAtt AccessLog.Arn
        Format: '{\"status\":$context.status,\"id\":\"$context.requestId\"}'
      DefinitionBody:
        openapi: 3.0.1
        components:
          securitySchemes:
            guard:
              type: apiKey
              name: Authorization
              in: header
              x-amazon-apigateway-authorizer:
                type: token
                authorizerUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Other.Arn}/invocations
        paths:
          /guarded:
            get:
              security: [{guard: []}]
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations
          /proxy:
            get:
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations
          /mapped:
            get:
              responses: {'200': {description: ok}}
              x-amazon-apigateway-integration:
                type: aws
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations
                responses: {default: {statusCode: '200'}}
  AccessLog: {Type: AWS::Logs::LogGroup}
  OnCall: {Type: AWS::SNS::Topic}
  Orders:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.12, Handler: app.handler, CodeUri: src/, FunctionName: orders-fn}
  Other:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.12, Handler: app.handler, CodeUri: src/}
";

fn read(resources: &str) -> Reading {
    let files = MemoryFiles::new([("template.yaml", format!("{}\n{resources}", APP.trim()))]);
    let options = Options { parameters: Vec::new(), max_file: 1 << 20, limits: Default::default() };
    let reading = candor_iac::read(&files, &["template.yaml".to_string()], &options);
    assert!(reading.unreadable.is_empty(), "{:?}", reading.unreadable);
    reading
}

fn shown(noticed: &Noticed<'_>) -> String {
    let said = noticed.alarms.iter().map(|fired| {
        let mark = if fired.certain { "" } else { "?" };
        let mute = if fired.tells == Some(false) { " (mute)" } else { "" };
        format!("{}{mark}{mute}", fired.alarm.logical_id)
    });
    let said: Vec<String> = said.collect();
    match noticed.noticed() {
        Some(true) => said.join(", "),
        Some(false) => format!("nobody {}", said.join(", ")).trim().to_string(),
        None => format!("perhaps {}", said.join(", ")),
    }
}

/// Who notices when the function behind a path ends so, after a failure that it caught or without one.
fn who_of(reading: &Reading, path: &str, outcome: Outcome, after_failure: bool) -> String {
    let (project, ambient) = (&reading.projects[0], Ambient::example());
    let api = &project.apis[0];
    let route = api.routes.iter().find(|r| r.key.path == path).unwrap();
    let door = Drill::new(api, &ambient).begin(route).unwrap();
    let origin = Origin::Source { span: api.span, after_failure };
    let exchange = door.play(&Case { origin, ..Case::standard(outcome) }).unwrap();
    shown(&notice(&signals(&exchange), &healthy(&exchange), project))
}

fn who_of_answer(resources: &str, answer: &str) -> String {
    who_of(&read(resources), "/proxy", Outcome::Returned(Payload::known(answer)), true)
}

fn raised() -> Outcome {
    Outcome::Raised(FunctionError::python("KeyError", "'id'", "8f5e", "frame"))
}

/// Who notices when the route ends so.
fn who(resources: &str, path: &str, outcome: &str) -> String {
    let outcome = match outcome {
        "returned" => Outcome::Returned(Payload::known(r#"{"statusCode": 200}"#)),
        "raised" => raised(),
        "timed-out" => Outcome::TimedOut { after: Duration::from_secs(3), wording: TimeoutWording::Current },
        "out-of-memory" => Outcome::OutOfMemory,
        "throttled" => Outcome::Throttled,
        "not-invocable" => Outcome::NotInvocable,
        other => panic!("no outcome {other}"),
    };
    who_of(&read(resources), path, outcome, false)
}

/// An alarm `A` with these properties; the rest as usual.
fn alarm(properties: &str) -> String {
    let mut all = vec![
        ("Namespace", "AWS/Lambda"),
        ("MetricName", "Errors"),
        ("Dimensions", "[{Name: FunctionName, Value: !Ref Orders}]"),
        ("Statistic", "Sum"),
        ("Period", "60"),
        ("EvaluationPeriods", "1"),
        ("Threshold", "1"),
        ("ComparisonOperator", "GreaterThanOrEqualToThreshold"),
        ("AlarmActions", "[!Ref OnCall]"),
    ];
    let own: Vec<(&str, &str)> = properties.lines().filter_map(|l| l.trim().split_once(": ")).collect();
    all.retain(|(key, _)| !own.iter().any(|(k, _)| k == key));
    all.extend(own);
    let lines = all.iter().map(|(k, v)| format!("      {k}: {v}\n"));
    format!("  A:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n{}", lines.collect::<String>())
}

const GATEWAY: &str = "Namespace: AWS/ApiGateway\nMetricName: 5XXError\nDimensions: [{Name: ApiName, Value: orders}, {Name: Stage, Value: v1}]";

/// Who notices when the authorizer of `GET /guarded` says this.
fn who_of_authorizer(resources: &str, says: Authorization) -> String {
    let (reading, ambient) = (read(resources), Ambient::example());
    let project = &reading.projects[0];
    let api = &project.apis[0];
    let route = api.routes.iter().find(|r| r.key.path == "/guarded").unwrap();
    let exchange = Drill::new(api, &ambient).begin(route).unwrap().play(&Case::of_authorizer(says)).unwrap();
    shown(&notice(&signals(&exchange), &healthy(&exchange), project))
}

#[test]
fn an_authorizers_failures_count_as_errors_of_its_function() {
    let of_authorizer = alarm("Dimensions: [{Name: FunctionName, Value: !Ref Other}]");
    assert_eq!(who_of_authorizer(&of_authorizer, Authorization::Fails), "A");
    assert_eq!(who_of_authorizer(&alarm(GATEWAY), Authorization::Fails), "A");
    assert_eq!(who_of_authorizer(&alarm(""), Authorization::Fails), "nobody");
    // To say 401 it has to raise.
    assert_eq!(who_of_authorizer(&of_authorizer, Authorization::Unauthorized), "A");
    assert_eq!(who_of_authorizer(&of_authorizer, Authorization::Denies), "nobody");
    assert_eq!(who_of_authorizer(&of_authorizer, Authorization::Unidentified), "nobody");
}

#[test]
fn a_masked_failure_is_noticed_on_the_functions_side_only() {
    assert_eq!(who(&alarm(GATEWAY), "/proxy", "raised"), "A");
    assert_eq!(who(&alarm(GATEWAY), "/mapped", "raised"), "nobody");
    assert_eq!(who(&alarm(""), "/mapped", "raised"), "A");
    assert_eq!(who("", "/mapped", "raised"), "nobody");
    // A throttle is no error, and a refusal nothing at all to Lambda.
    assert_eq!(who(&alarm(""), "/proxy", "throttled"), "nobody");
    assert_eq!(who(&alarm("MetricName: Throttles"), "/proxy", "throttled"), "A");
    assert_eq!(who(&alarm(""), "/proxy", "not-invocable"), "nobody");
    assert_eq!(who(&alarm(GATEWAY), "/proxy", "not-invocable"), "A");
    // Nothing is noticed of a success.
    assert_eq!(who(&alarm(""), "/proxy", "returned"), "nobody");
}

#[test]
fn what_a_handler_catches_is_silent_in_lambdas_errors() {
    // `except Exception: print(…); return 500` is honest to the client; the alarm on the function never hears of it.
    let told = r#"{"statusCode": 500, "body": "{}"}"#;
    assert_eq!(who_of_answer(&alarm(GATEWAY), told), "A");
    assert_eq!(who_of_answer(&alarm(""), told), "nobody");
    // Swallowed, it is silent on both sides.
    let swallowed = r#"{"statusCode": 200, "body": "{}"}"#;
    assert_eq!(who_of_answer(&alarm(GATEWAY), swallowed), "nobody");
    assert_eq!(who_of_answer(&alarm(""), swallowed), "nobody");
    // What it prints on the way may still be looked for.
    assert_eq!(who_of_answer(&filter("!Sub '/aws/lambda/${Orders}'", "ERROR"), swallowed), "perhaps A?");
}

#[test]
fn dimensions_must_be_this_functions_or_this_apis() {
    let of = |dimensions: &str| who(&alarm(&format!("Dimensions: {dimensions}")), "/mapped", "raised");
    assert_eq!(of("[{Name: FunctionName, Value: orders-fn}]"), "A");
    assert_eq!(of("[{Name: FunctionName, Value: !Sub '${Orders}'}]"), "A");
    assert_eq!(of("[{Name: FunctionName, Value: !Ref Other}]"), "nobody");
    assert_eq!(of("[{Name: FunctionName, Value: !GetAtt Orders.Arn}]"), "nobody");
    assert_eq!(of("[{Name: FunctionName, Value: !Ref OnCallTopic}]"), "perhaps A?");
    assert_eq!(of("[]"), "A");
    let stage = |value: &str| {
        let dimensions =
            format!("Dimensions: [{{Name: ApiName, Value: orders}}, {{Name: Stage, Value: {value}}}]");
        who(
            &alarm(&format!("Namespace: AWS/ApiGateway\nMetricName: 5XXError\n{dimensions}")),
            "/proxy",
            "raised",
        )
    };
    assert_eq!(stage("!Ref Api.Stage"), "A");
    assert_eq!(stage("!Ref Apiv1Stage"), "A");
    assert_eq!(stage("v2"), "nobody");
}

#[test]
fn statistics_and_thresholds_decide() {
    let of = |more: &str| who(&alarm(&format!("{GATEWAY}\n{more}")), "/proxy", "raised");
    assert_eq!(of("Threshold: 1000000"), "A");
    assert_eq!(of("Threshold: !Ref Limit"), "A");
    // The average of a count of errors is a rate: one is the most there is.
    assert_eq!(of("Statistic: Average\nThreshold: 0.05"), "A");
    assert_eq!(of("Statistic: Average\nThreshold: 1\nComparisonOperator: GreaterThanThreshold"), "nobody");
    assert_eq!(of("Statistic: Average\nThreshold: 5"), "nobody");
    assert_eq!(of("Statistic: Average\nThreshold: !Ref Limit"), "perhaps A?");
    assert_eq!(of("Statistic: Maximum"), "A");
    assert_eq!(of("Statistic: Minimum"), "A");
    // SampleCount counts requests, errors or not: it rings always.
    assert_eq!(of("Statistic: SampleCount"), "nobody");
    assert_eq!(of("ComparisonOperator: LessThanThreshold"), "nobody");
    assert_eq!(of("ComparisonOperator: GreaterThanUpperThreshold"), "perhaps A?");
    let slow = "MetricName: Duration\nExtendedStatistic: p99\nStatistic: p99\nThreshold: 2000";
    assert_eq!(who(&alarm(slow), "/proxy", "timed-out"), "A");
    assert_eq!(who(&alarm(slow), "/proxy", "raised"), "nobody");
}

#[test]
fn missing_data_counts_as_the_template_says() {
    // While the function is throttled there are no invocations to count.
    let none = "MetricName: Invocations\nComparisonOperator: LessThanThreshold";
    assert_eq!(who(&alarm(none), "/proxy", "throttled"), "nobody");
    assert_eq!(who(&alarm(&format!("{none}\nTreatMissingData: breaching")), "/proxy", "throttled"), "A");
    assert_eq!(
        who(&alarm(&format!("{none}\nTreatMissingData: notBreaching")), "/proxy", "throttled"),
        "nobody"
    );
}

#[test]
fn an_alarm_without_action_tells_nobody() {
    assert_eq!(who(&alarm("AlarmActions: []"), "/mapped", "raised"), "nobody A (mute)");
    assert_eq!(who(&alarm("ActionsEnabled: false"), "/mapped", "raised"), "nobody A (mute)");
    assert_eq!(who(&alarm("AlarmActions: [!Ref OnCallTopic]"), "/mapped", "raised"), "A");
}

/// An alarm on an expression over the function's errors `e`, its invocations `i`, and another function's errors `o`.
fn math(expression: &str, threshold: &str) -> String {
    let stat = |id: &str, metric: &str, function: &str| {
        format!(
            "        - {{Id: {id}, ReturnData: false, MetricStat: {{Stat: Sum, Period: 60, Metric: {{Namespace: AWS/Lambda, MetricName: {metric}, \
             Dimensions: [{{Name: FunctionName, Value: !Ref {function}}}]}}}}}}\n"
        )
    };
    format!(
        "  M:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      EvaluationPeriods: 1\n      Threshold: {threshold}\n      \
         ComparisonOperator: GreaterThanThreshold\n      AlarmActions: [!Ref OnCall]\n      Metrics:\n        - {{Id: x, Expression: \
         '{expression}'}}\n{}{}{}",
        stat("e", "Errors", "Orders"),
        stat("i", "Invocations", "Orders"),
        stat("o", "Errors", "Other"),
    )
}

#[test]
fn expressions_are_worked_out() {
    let of = |expression: &str, threshold: &str| who(&math(expression, threshold), "/mapped", "raised");
    assert_eq!(of("e / i * 100", "5"), "M");
    assert_eq!(of("100*(e/i)", "100"), "nobody");
    assert_eq!(of("IF(i > 10, e / i, 0)", "0.5"), "M");
    assert_eq!(of("SUM([e, o])", "10"), "M");
    assert_eq!(of("SUM(METRICS(\"o\"))", "10"), "nobody");
    assert_eq!(of("FILL(e, 0) + 0", "10"), "M");
    assert_eq!(of("o", "0"), "nobody");
    assert_eq!(of("-e", "0"), "nobody");
    assert_eq!(of("1 - e / i", "0.5"), "nobody");
    // What is not read is not guessed.
    assert_eq!(of("ANOMALY_DETECTION_BAND(e, 2)", "0"), "perhaps M?");
    assert_eq!(of("RATE(e)", "0"), "perhaps M?");
    assert_eq!(of("e +", "0"), "perhaps M?");
    assert_eq!(of("e / nobody", "0"), "perhaps M?");
    let deep = format!("{}e{}", "(".repeat(1000), ")".repeat(1000));
    assert_eq!(of(&deep, "0"), "perhaps M?");
}

#[test]
fn composite_alarms_follow_their_rule() {
    let of = |rule: &str| {
        let mute = alarm("AlarmActions: []");
        let composite = format!(
            "{mute}  C:\n    Type: AWS::CloudWatch::CompositeAlarm\n    Properties:\n      AlarmName: c\n      AlarmRule: {rule}\n      AlarmActions: [!Ref OnCall]\n"
        );
        who(&composite, "/mapped", "raised")
    };
    assert_eq!(of("!Sub 'ALARM(\"${A}\")'"), "A (mute), C");
    assert_eq!(of("!Sub 'ALARM(${A.Arn}) OR FALSE'"), "A (mute), C");
    assert_eq!(of("!Sub 'NOT ALARM(\"${A}\")'"), "nobody A (mute)");
    assert_eq!(of("!Sub 'ALARM(\"${A}\") AND NOT (FALSE OR OK(\"${A}\"))'"), "A (mute), C");
    assert_eq!(of("!Sub 'ALARM(\"${A}\") AND ALARM(\"elsewhere\")'"), "perhaps A (mute), C?");
    assert_eq!(of("TRUE"), "nobody A (mute)");
    assert_eq!(of("ALARM("), "perhaps A (mute), C?");
    // An alarm that asks itself is asked in vain.
    assert_eq!(of("ALARM(c)"), "perhaps A (mute), C?");
}

/// A filter on a log group, and an alarm on what it counts.
fn filter(group: &str, pattern: &str) -> String {
    format!(
        "  F:\n    Type: AWS::Logs::MetricFilter\n    Properties:\n      LogGroupName: {group}\n      FilterPattern: '{pattern}'\n      \
         MetricTransformations: [{{MetricNamespace: Shop, MetricName: Failures, MetricValue: '1'}}]\n{}",
        alarm("Namespace: Shop\nMetricName: Failures\nDimensions: []")
    )
}

#[test]
fn metric_filters_are_matched_against_the_lines() {
    let own = "!Sub '/aws/lambda/${Orders}'";
    let of = |pattern: &str, outcome: &str| who(&filter(own, pattern), "/mapped", outcome);
    assert_eq!(of("ERROR", "raised"), "A");
    assert_eq!(of("?Exception ?Traceback", "raised"), "A");
    assert_eq!(of("\"Task timed out\"", "timed-out"), "A");
    assert_eq!(of("Task timed -REPORT", "timed-out"), "A");
    assert_eq!(of("ERROR", "timed-out"), "nobody");
    assert_eq!(of("\"signal: killed\"", "out-of-memory"), "A");
    assert_eq!(of("ERROR", "throttled"), "nobody");
    // The function may print anything before it fails.
    assert_eq!(of("OrderFailed", "raised"), "perhaps A?");
    // Every invocation has such a line: the alarm always rings.
    assert_eq!(of("REPORT", "raised"), "nobody");
    assert_eq!(of("", "raised"), "nobody");
    assert_eq!(of("%Error%", "raised"), "perhaps A?");
    assert_eq!(of("[date, level=ERROR]", "raised"), "perhaps A?");
    assert_eq!(of("{ $.level = \"ERROR\" }", "timed-out"), "nobody");
    assert_eq!(who(&filter("/aws/lambda/orders-fn", "ERROR"), "/mapped", "raised"), "A");
    assert_eq!(who(&filter("!Sub '/aws/lambda/${Other}'", "ERROR"), "/mapped", "raised"), "nobody");
    assert_eq!(who(&filter("!Ref OnCallTopic", "ERROR"), "/mapped", "raised"), "perhaps A?");
}

#[test]
fn metric_filters_read_json() {
    let of = |pattern: &str, path: &str| who(&filter("!Ref AccessLog", pattern), path, "raised");
    assert_eq!(of("{ $.status >= 500 }", "/proxy"), "A");
    assert_eq!(of("{ $.status = 5* }", "/proxy"), "A");
    assert_eq!(of("{ ($.status = 502) && ($.status != 500) }", "/proxy"), "A");
    assert_eq!(of("{ $.status >= 500 || $.status = 200 }", "/proxy"), "nobody");
    assert_eq!(of("{ $.status >= 500 }", "/mapped"), "nobody");
    assert_eq!(of("{ $.id = \"x\" }", "/proxy"), "perhaps A?");
    assert_eq!(of("{ $.status IS NULL }", "/proxy"), "perhaps A?");
    let json = filter("!Sub '/aws/lambda/${Orders}'", "{ $.level = \"ERROR\" }");
    let resources = json.replace("  F:\n", "  F:\n    DependsOn: Orders\n");
    let files = format!("{}\n{resources}", APP.trim())
        .replace("FunctionName: orders-fn", "LoggingConfig: {LogFormat: JSON}");
    let files = MemoryFiles::new([("template.yaml", files)]);
    let options = Options { parameters: Vec::new(), max_file: 1 << 20, limits: Default::default() };
    let reading = candor_iac::read(&files, &["template.yaml".to_string()], &options);
    assert_eq!(who_of(&reading, "/mapped", raised(), false), "A");
}

#[test]
fn metrics_that_nobody_here_makes_are_not_guessed() {
    assert_eq!(who(&alarm("Namespace: Shop\nMetricName: Failures"), "/mapped", "raised"), "perhaps A?");
    // A queue has no part in it.
    let queue = "Namespace: AWS/SQS\nMetricName: ApproximateNumberOfMessagesVisible\nDimensions: [{Name: QueueName, Value: q}]";
    assert_eq!(who(&alarm(queue), "/mapped", "raised"), "nobody");
}
