//! Load balancers: which rule takes a request, what the function gets, what the client gets of its answer. The page of `docs/` is
//! made here, too.

use std::fmt::Write as _;

use candor_contract::json::Json;
use candor_gateway::setting::Undecided;
use candor_gateway::signals::{Sample, healthy, signals};
use candor_iac::files::MemoryFiles;

use super::tables::{INFERRED, Row, answer, cell, compare, failures, opening};
use super::*;

/// A template with a function, its target group with these attributes, and a listener with these default actions and rules.
fn template(attributes: &str, default: &str, rules: &str) -> String {
    format!(
        "
Parameters: {{ Mode: {{ Type: String }} }}
Resources:
  Orders: {{ Type: AWS::Lambda::Function, Properties: {{ Runtime: python3.12, Handler: app.handler, Code: {{ S3Bucket: b, S3Key: k }} }} }}
  Group:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {{ Name: orders, TargetType: lambda, Targets: [{{ Id: !GetAtt Orders.Arn }}], TargetGroupAttributes: [{attributes}] }}
  Web: {{ Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {{ TargetType: ip, Port: 80, Protocol: HTTP, VpcId: vpc-1 }} }}
  Balancer: {{ Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {{ Subnets: [a, b] }} }}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {{ LoadBalancerArn: !Ref Balancer, Port: 443, Protocol: HTTPS, DefaultActions: [{default}] }}
{rules}"
    )
}

const FORWARD: &str = "{ Type: forward, TargetGroupArn: !Ref Group }";
const MULTI_VALUE: &str = "{ Key: lambda.multi_value_headers.enabled, Value: 'true' }";

fn balanced(attributes: &str, default: &str, rules: &str) -> Played {
    let files = MemoryFiles::new([("template.yaml", template(attributes, default, rules))]);
    let options = Options { parameters: Vec::new(), max_file: 1 << 20, limits: Default::default() };
    let mut reading = candor_iac::read(&files, &["template.yaml".to_string()], &options);
    assert!(reading.unreadable.is_empty(), "{:?}", reading.unreadable);
    let api = reading.projects.remove(0).apis.remove(0);
    Played { api, sources: reading.sources, ambient: Ambient::example() }
}

fn single() -> Played {
    balanced("", FORWARD, "")
}

fn multi_value() -> Played {
    balanced(MULTI_VALUE, FORWARD, "")
}

/// A rule of the listener: its name, priority, conditions and actions.
fn rule(name: &str, priority: &str, conditions: &str, actions: &str) -> String {
    format!(
        "  {name}:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties: {{ ListenerArn: !Ref Listener, Priority: {priority}, Conditions: [{conditions}], Actions: [{actions}] }}
"
    )
}

fn says(text: &str) -> String {
    format!("{{ Type: fixed-response, FixedResponseConfig: {{ StatusCode: '404', MessageBody: {text} }} }}")
}

fn with(headers: &[(&str, &str)], request: Request) -> Request {
    let headers = headers.iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())).collect();
    Request { headers, ..request }
}

fn headers(exchange: &Exchange<'_>) -> Vec<String> {
    exchange.response.headers.iter().map(|h| format!("{}: {}", h.value.name, h.value.value)).collect()
}

fn undecided(api: &Played, request: Request) -> Undecided {
    simulate(&api.api, request, &api.ambient, |_, _| returned("{\"statusCode\":200}"), no_endpoint)
        .unwrap_err()
}

#[test]
fn an_event_has_single_values_in_lower_case_and_nothing_decoded() {
    let api = single();
    let query = vec![("q".to_string(), "a%20b".to_string()), ("q".to_string(), "c+d".to_string())];
    let request = Request {
        method: "POST".to_string(),
        query,
        body: b"{}".to_vec(),
        ..with(
            &[
                ("Content-Type", "application/json; charset=utf-8"),
                ("X-A", "1"),
                ("x-a", "2"),
                ("X-Forwarded-For", "198.51.100.1"),
            ],
            get("/o%2F1"),
        )
    };
    let event = api.exchange(request, returned("{}")).received.event();
    assert_eq!(
        Json::read(std::str::from_utf8(&event).unwrap()).unwrap().write_pretty(),
        r#"{
  "requestContext": {
    "elb": {
      "targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/orders/6d0ecf831eec9f09"
    }
  },
  "httpMethod": "POST",
  "path": "/o%2F1",
  "queryStringParameters": {
    "q": "c+d"
  },
  "headers": {
    "content-type": "application/json; charset=utf-8",
    "x-a": "2",
    "host": "a1b2c3d4e5.us-east-1.elb.amazonaws.com",
    "x-amzn-trace-id": "Root=1-68d44872-0123456789abcdef01234567",
    "x-forwarded-for": "198.51.100.1, 203.0.113.7",
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https"
  },
  "body": "{}",
  "isBase64Encoded": false
}"#
    );
}

#[test]
fn an_event_with_lists_has_no_single_values() {
    let api = multi_value();
    let request = Request {
        query: vec![("q".to_string(), "1".to_string()), ("q".to_string(), "2".to_string())],
        ..with(&[("Cookie", "a=1"), ("cookie", "b=2")], get("/o"))
    };
    let event = api.exchange(request, returned("{}")).received.event();
    let event = Json::read(std::str::from_utf8(&event).unwrap()).unwrap();
    assert_eq!(event.get("multiValueQueryStringParameters").unwrap().write(), r#"{"q":["1","2"]}"#);
    assert_eq!(event.get("multiValueHeaders").unwrap().get("cookie").unwrap().write(), r#"["a=1","b=2"]"#);
    assert!(event.get("headers").is_none() && event.get("queryStringParameters").is_none());
}

#[test]
fn what_is_no_text_goes_as_base64() {
    let api = single();
    let body = |headers: &[(&str, &str)], body: &[u8]| {
        let request = Request { method: "POST".to_string(), body: body.to_vec(), ..with(headers, get("/o")) };
        let event = api.exchange(request, returned("{}")).received.event();
        let event = Json::read(std::str::from_utf8(&event).unwrap()).unwrap();
        format!("{} {}", event.get("body").unwrap().write(), event.get("isBase64Encoded").unwrap().write())
    };
    assert_eq!(body(&[("Content-Type", "text/csv")], b"hi"), r#""hi" false"#);
    assert_eq!(body(&[("Content-Type", "application/xml")], b"<a/>"), r#""<a/>" false"#);
    assert_eq!(body(&[("Content-Type", "application/x-www-form-urlencoded")], b"hi"), r#""aGk=" true"#);
    assert_eq!(body(&[("Content-Type", "text/csv"), ("Content-Encoding", "gzip")], b"hi"), r#""aGk=" true"#);
    assert_eq!(body(&[], b"hi"), r#""aGk=" true"#);
    assert_eq!(body(&[], b""), r#""" false"#);
    let broken = Request { body: vec![0xff], ..with(&[("Content-Type", "text/plain")], get("/o")) };
    assert!(undecided(&api, broken).needs.to_string().contains("no UTF-8"));
}

#[test]
fn the_target_group_decides_which_headers_the_client_gets() {
    let both = r#"{"statusCode":200,"headers":{"X-A":"1","Connection":"close","Content-Length":"7"},"multiValueHeaders":{"Set-Cookie":["a=1","b=2"],"Content-Type":["text/html"]},"body":"x"}"#;
    let exchange = |api: &Played| headers(&api.exchange(get("/o"), returned(both)));
    assert_eq!(
        exchange(&single()),
        ["X-A: 1", "Content-Type: application/octet-stream", "Server: awselb/2.0"]
    );
    assert_eq!(
        exchange(&multi_value()),
        ["Set-Cookie: a=1", "Set-Cookie: b=2", "Content-Type: text/html", "Server: awselb/2.0"]
    );
    // The trace says what was lost, and which line decides it; nobody minds what is empty.
    let (api, lost) = (multi_value(), "the answer's `headers` do not count here, and are lost");
    let exchange = api.exchange(get("/o"), returned(both));
    let step = exchange.trace.steps().iter().find(|step| step.what.to_string() == lost).unwrap();
    assert_eq!(api.sources.position(step.cause.span().unwrap()).line, 7);
    let exchange = api.exchange(get("/o"), returned(r#"{"statusCode":200,"headers":{}}"#));
    assert!(exchange.trace.steps().iter().all(|step| step.what.to_string() != lost));
    let unknown = balanced("{ Key: lambda.multi_value_headers.enabled, Value: !Ref Mode }", FORWARD, "");
    assert_eq!(undecided(&unknown, get("/o")).needs.to_string(), "parameter Mode");
}

#[test]
fn an_answer_of_more_than_one_megabyte_is_a_502() {
    let answer = |length: u64| {
        let empty = r#"{"statusCode":200,"body":""}"#.len() as u64;
        let body = "x".repeat((length - empty) as usize);
        returned(&format!(r#"{{"statusCode":200,"body":"{body}"}}"#))
    };
    assert_eq!(single().answer(answer(limits::ALB_RESPONSE.bytes)).0, 200);
    assert_eq!(single().answer(answer(limits::ALB_RESPONSE.bytes + 1)).0, 502);
    // For Lambda the function has done well: it is a false alarm, and no error of the function's.
    let api = single();
    let exchange = api.exchange(get("/o"), Outcome::TooLarge(limits::ALB_RESPONSE.bytes + 1));
    assert_eq!((said(&exchange).0, exchange.judge().verdict), (502, Verdict::FalseAlarm));
    let errors = signals(&exchange).metrics.into_iter().find(|metric| metric.name == "Errors").unwrap();
    assert_eq!(errors.sample, Sample::Known(0.0));
    let exchange = api.exchange(get("/o"), Outcome::TooLarge(limits::LAMBDA_RESPONSE.bytes + 1));
    assert_eq!((said(&exchange).0, exchange.judge().verdict), (502, Verdict::OpaqueError));
}

#[test]
fn what_a_load_balancer_refuses_before_it_asks_the_function() {
    let api = single();
    let status = |request| said(&api.exchange(request, returned("{\"statusCode\":200}"))).0;
    let large = |bytes: u64| Request { body: vec![b'x'; bytes as usize], ..get("/o") };
    assert_eq!(status(large(limits::ALB_REQUEST.bytes)), 200);
    assert_eq!(status(large(limits::ALB_REQUEST.bytes + 1)), 413);
    assert_eq!(status(Request { method: "TRACE".to_string(), ..get("/o") }), 405);
    assert_eq!(status(with(&[("Upgrade", "websocket")], get("/o"))), 400);
    // Only of what was too large the function is to blame, as the load balancer counts it.
    let counted = |request| {
        let exchange = api.exchange(request, returned("{\"statusCode\":200}"));
        let all = signals(&exchange).metrics.into_iter();
        all.filter(|metric| metric.sample == Sample::Known(1.0)).map(|metric| metric.name).collect::<Vec<_>>()
    };
    assert_eq!(
        counted(large(limits::ALB_REQUEST.bytes + 1)),
        ["RequestCount", "HTTPCode_ELB_4XX_Count", "LambdaUserError"]
    );
    assert_eq!(counted(with(&[("Upgrade", "websocket")], get("/o"))), ["HTTPCode_ELB_4XX_Count"]);
}

#[test]
fn the_rule_with_the_lowest_priority_takes_a_request() {
    let rules = [
        rule("Any", "30", "{ Field: path-pattern, Values: ['/o/*'] }", &says("any")),
        rule(
            "Post",
            "20",
            "{ Field: path-pattern, PathPatternConfig: { Values: ['/o/*', '/p'] } }, { Field: http-request-method, HttpRequestMethodConfig: { Values: [POST] } }",
            &says("post"),
        ),
        rule(
            "Host",
            "5",
            "{ Field: host-header, HostHeaderConfig: { Values: ['*.EXAMPLE.com'] } }, { Field: http-header, HttpHeaderConfig: { HttpHeaderName: X-Who, Values: ['*bot*'] } }",
            &says("bots"),
        ),
        rule(
            "Query",
            "40",
            "{ Field: query-string, QueryStringConfig: { Values: [{ Key: version, Value: 'v?' }, { Value: old }] } }",
            &says("old"),
        ),
        rule("Php", "45", "{ Field: path-pattern, Values: ['*.php'] }", &says("php")),
        rule(
            "Inside",
            "50",
            "{ Field: source-ip, SourceIpConfig: { Values: [10.0.0.0/8] } }",
            &says("inside"),
        ),
    ];
    let api = balanced("", FORWARD, &rules.concat());
    let taken = |request| {
        let exchange = api.exchange(request, returned("{\"statusCode\":200,\"body\":\"function\"}"));
        let key = exchange.received.route.unwrap().key.to_string();
        format!("{key}: {}", said(&exchange).1)
    };
    let query =
        |name: &str, value: &str| Request { query: vec![(name.to_string(), value.to_string())], ..get("/x") };
    assert_eq!(taken(get("/o/1/2")), "ANY /o/*: any");
    assert_eq!(taken(get("/o")), "$default: function");
    assert_eq!(taken(Request { method: "POST".to_string(), ..get("/o/1") }), "POST /o/*: post");
    assert_eq!(taken(Request { method: "POST".to_string(), ..get("/p") }), "POST /p: post");
    assert_eq!(
        taken(with(&[("Host", "a.example.com:8443"), ("x-who", "A Robot")], get("/o/1"))),
        "ANY /*: bots"
    );
    assert_eq!(taken(with(&[("Host", "example.com"), ("x-who", "robot")], get("/o/1"))), "ANY /o/*: any");
    assert_eq!(taken(query("Version", "V2")), "ANY /*: old");
    assert_eq!(taken(query("version", "22")), "$default: function");
    assert_eq!(taken(query("any", "OLD")), "ANY /*: old");
    assert_eq!(taken(get("/a/b.php")), "ANY *.php: php");
    // The routes stand in the order in which they are asked.
    let keys: Vec<String> = api.api.routes.iter().map(|route| route.key.to_string()).collect();
    assert_eq!(
        keys,
        ["ANY /*", "POST /o/*", "POST /p", "ANY /o/*", "ANY /*", "ANY *.php", "ANY /*", "$default"]
    );
}

#[test]
fn what_decides_a_rule_and_is_not_known_leaves_the_request_undecided() {
    let of = |conditions: &str, priority: &str, actions: &str| {
        let rules = rule("First", priority, conditions, actions)
            + &rule("Second", "20", "{ Field: path-pattern, Values: [/o] }", &says("second"));
        balanced("", FORWARD, &rules)
    };
    let path = "{ Field: path-pattern, Values: [/o] }";
    let open = of("{ Field: host-header, Values: [!Ref Mode] }", "10", FORWARD);
    assert_eq!(undecided(&open, get("/o")).needs.to_string(), "parameter Mode");
    let open = of(path, "!Ref Mode", FORWARD);
    assert_eq!(undecided(&open, get("/o")).needs.to_string(), "parameter Mode");
    let regex = "{ Field: path-pattern, PathPatternConfig: { RegexValues: ['^/o$'] } }";
    let open = of(regex, "10", FORWARD);
    assert!(undecided(&open, get("/o")).needs.to_string().contains("regular expressions"));
    let weighted = "{ Type: forward, ForwardConfig: { TargetGroups: [{ TargetGroupArn: !Ref Group, Weight: 9 }, { TargetGroupArn: !Ref Web, Weight: 1 }] } }";
    let open = of(path, "10", weighted);
    assert!(undecided(&open, get("/o")).needs.to_string().contains("by weight"));
    let whole = "{ Type: forward, ForwardConfig: { TargetGroups: [{ TargetGroupArn: !Ref Group, Weight: 1 }, { TargetGroupArn: !Ref Web, Weight: 0 }] } }";
    assert_eq!(said(&of(path, "10", whole).exchange(get("/o"), returned("{\"statusCode\":204}"))).0, 204);
    let elsewhere = of(path, "10", "{ Type: forward, TargetGroupArn: !Ref Mode }");
    assert_eq!(undecided(&elsewhere, get("/o")).needs.to_string(), "parameter Mode");
    // Of what another rule does nothing hangs on it.
    assert_eq!(said(&elsewhere.exchange(get("/x"), returned("{\"statusCode\":204}"))).0, 204);
}

#[test]
fn fixed_responses_and_redirects_ask_nobody() {
    let rules = [
        rule(
            "Fixed",
            "1",
            "{ Field: path-pattern, Values: [/fixed] }",
            "{ Type: fixed-response, FixedResponseConfig: { StatusCode: '503', ContentType: application/json, MessageBody: '{}' } }",
        ),
        rule(
            "Away",
            "2",
            "{ Field: path-pattern, Values: ['/old/*'] }",
            "{ Type: redirect, RedirectConfig: { Host: 'new.example.com', Path: '/#{path}', StatusCode: HTTP_301 } }",
        ),
    ];
    let api = balanced("", FORWARD, &rules.concat());
    let fixed = api.exchange(get("/fixed"), returned("null"));
    assert_eq!((said(&fixed), fixed.outcome.is_none()), ((503, "{}".to_string()), true));
    assert_eq!(headers(&fixed), ["Server: awselb/2.0", "Content-Type: application/json"]);
    assert_eq!(api.line(&fixed, Part::Status), 15);
    let request =
        Request { query: vec![("a".to_string(), "#{host}%20".to_string())], ..get("/old/#{query}/1") };
    let away = api.exchange(request, returned("null"));
    assert_eq!(said(&away).0, 301);
    assert_eq!(
        away.response.header("Location").unwrap().value.value,
        "https://new.example.com:443/old/#{query}/1?a=#{host}%20"
    );
    assert_eq!(away.judge().verdict, Verdict::Honest);
}

#[test]
fn who_has_not_logged_in_is_sent_to_do_so() {
    let login = |more: &str| {
        let authenticate = format!(
            "{{ Type: authenticate-oidc, Order: 1, AuthenticateOidcConfig: {{ AuthorizationEndpoint: 'https://id.example.com/authorize', Issuer: i, ClientId: c{more} }} }}"
        );
        balanced("", &format!("{authenticate}, {FORWARD}"), "")
    };
    let ok = || returned("{\"statusCode\":204}");
    let api = login("");
    let sent = api.exchange(get("/o"), ok());
    assert_eq!(said(&sent).0, 302);
    assert_eq!(sent.response.header("Location").unwrap().value.value, "https://id.example.com/authorize");
    assert_eq!(sent.judge().verdict, Verdict::Honest);
    let known = with(&[("Cookie", "a=1; AWSELBAuthSessionCookie-0=x")], get("/o"));
    assert_eq!(said(&api.exchange(known, ok())).0, 204);
    let cognito = balanced(
        "",
        &format!(
            "{{ Type: authenticate-cognito, AuthenticateCognitoConfig: {{ UserPoolDomain: !Ref Mode }} }}, {FORWARD}"
        ),
        "",
    );
    let sent = cognito.exchange(get("/o"), ok());
    assert_eq!((said(&sent).0, sent.response.header("Location").unwrap().value.value.as_str()), (302, "…"));
    assert_eq!(said(&login(", OnUnauthenticatedRequest: deny").exchange(get("/o"), ok())).0, 401);
    assert_eq!(said(&login(", OnUnauthenticatedRequest: allow").exchange(get("/o"), ok())).0, 204);
}

#[test]
fn targets_that_are_no_functions_answer_for_themselves() {
    use candor_gateway::endpoint::EndpointResponse;
    let rules = rule(
        "ToWeb",
        "1",
        "{ Field: path-pattern, Values: ['/web*'] }",
        "{ Type: forward, TargetGroupArn: !Ref Web }",
    );
    let api = balanced("", FORWARD, &rules);
    let play = |outcome: EndpointOutcome| {
        let exchange =
            simulate(&api.api, get("/web"), &api.ambient, |_, _| panic!("no function is asked"), |_| outcome);
        said(&exchange.unwrap()).0
    };
    let headers = vec![("Content-Type".to_string(), "text/plain".to_string())];
    let answered = EndpointResponse { status: 418, headers, body: Payload::known("tea") };
    assert_eq!(play(EndpointOutcome::Responded(answered)), 418);
    assert_eq!(play(EndpointOutcome::Unreachable), 502);
    assert_eq!(play(EndpointOutcome::TimedOut), 504);
}

#[test]
fn a_load_balancer_counts_its_own_errors_apart_from_its_targets() {
    let api = single();
    let moved = |outcome: Outcome| {
        let exchange = api.exchange(get("/o"), outcome);
        let (failed, healthy) = (signals(&exchange), healthy(&exchange));
        failed.moved(&healthy).map(|metric| metric.title()).collect::<Vec<_>>().join(", ")
    };
    let elb = "AWS/ApplicationELB";
    let own = format!("{elb} HTTPCode_ELB_5XX_Count, {elb} HTTPCode_ELB_502_Count, {elb} LambdaUserError");
    assert_eq!(moved(raised("no")), format!("{own}, AWS/Lambda Errors"));
    assert_eq!(moved(Outcome::Throttled), format!("{own}, AWS/Lambda Throttles"));
    // For Lambda the function has done well.
    assert_eq!(moved(returned("{}")), own);
    assert_eq!(moved(returned("{\"statusCode\":500}")), format!("{elb} HTTPCode_Target_5XX_Count"));
    assert_eq!(moved(returned("{\"statusCode\":404}")), format!("{elb} HTTPCode_Target_4XX_Count"));
    let exchange = api.exchange(get("/o"), raised("no"));
    let all = signals(&exchange).metrics;
    let dimensions = |name: &str| {
        let metric = all.iter().find(|metric| metric.name == name).unwrap();
        assert_eq!(metric.sample, Sample::Known(1.0));
        let of = |series: &candor_gateway::signals::Series| {
            let names = series.dimensions.iter().map(|d| match d.values.first() {
                Some(value) => format!("{}={value}", d.name),
                None => format!("{}=?", d.name),
            });
            names.collect::<Vec<_>>().join(" ")
        };
        metric.series.iter().map(of).collect::<Vec<_>>()
    };
    let (balancer, group) =
        ("LoadBalancer=${Balancer.LoadBalancerFullName}", "TargetGroup=${Group.TargetGroupFullName}");
    assert_eq!(
        dimensions("HTTPCode_ELB_5XX_Count"),
        [balancer.to_string(), format!("AvailabilityZone=? {balancer}")]
    );
    assert_eq!(
        dimensions("LambdaUserError"),
        [group.to_string(), format!("{group} {balancer}"), format!("AvailabilityZone=? {group} {balancer}")]
    );
}

#[test]
fn the_page_of_load_balancers() {
    let guide = "Elastic Load Balancing guide, Lambda functions as targets";
    let trouble = "Elastic Load Balancing guide, Troubleshoot your Application Load Balancers";
    let reported = |what: &'static str| what;
    let mut page = opening(
        "Load balancer: what an answer becomes",
        "An Application Load Balancer with a function as target. It infers nothing and converts nothing: what is no envelope with a number as `statusCode` is a 502. \
         The target group's attribute `lambda.multi_value_headers.enabled` decides whether `headers` or `multiValueHeaders` count; the others are lost. Nothing is recorded; \
         what is *reported* people have seen on AWS, and named the thread.",
    );
    let rows: [(&str, &str); 25] = [
        (r#"{"statusCode": 200}"#, reported("reported: the guide's own issue 33")),
        (
            r#"{"statusCode": 200, "statusDescription": "200 OK", "headers": {}, "isBase64Encoded": false, "body": "x"}"#,
            guide,
        ),
        (r#"{"statusCode": 404, "body": "gone"}"#, trouble),
        (r#"{"statusCode": "200"}"#, reported("reported: apig-wsgi#52")),
        (r#"{"statusCode": 200.5}"#, INFERRED),
        (r#"{"statusCode": 99}"#, INFERRED),
        (r#"{"statusCode": null}"#, INFERRED),
        (r#"{"body": "x"}"#, reported("reported: adyen-commercetools#1249")),
        ("{}", reported("reported: adyen-commercetools#1249")),
        (r#"{"errorMessage": "no", "errorType": "E"}"#, reported("reported: adyen-commercetools#1249")),
        (r#"{"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": "<p>"}"#, guide),
        (
            r#"{"statusCode": 200, "multiValueHeaders": {"Content-Type": ["text/html"]}, "body": "<p>"}"#,
            reported("guide; reported: serverless-java-container#347"),
        ),
        (
            r#"{"statusCode": 200, "headers": null, "multiValueHeaders": {"Content-Type": ["text/html"]}}"#,
            reported("reported of single values: aws-lambda-go-api-proxy#79"),
        ),
        (r#"{"statusCode": 200, "headers": {"X-A": true}}"#, reported("reported: lambda-api#117")),
        (r#"{"statusCode": 200, "headers": {"X-A": null}}"#, INFERRED),
        (r#"{"statusCode": 200, "headers": {"X-A": ["1"]}}"#, INFERRED),
        (r#"{"statusCode": 200, "multiValueHeaders": {"X-A": "1"}}"#, INFERRED),
        (r#"{"statusCode": 200, "statusDescription": null}"#, reported("reported: aws-lambda-dotnet#507")),
        (r#"{"statusCode": 200, "body": null}"#, reported("reported: powertools-lambda-python#4671")),
        (r#"{"statusCode": 200, "body": {"a": 1}}"#, INFERRED),
        (r#"{"statusCode": 200, "body": "aGk=", "isBase64Encoded": true}"#, guide),
        (r#"{"statusCode": 200, "body": "no base64!", "isBase64Encoded": true}"#, INFERRED),
        (r#"{"statusCode": 200, "cookies": ["a=1"]}"#, INFERRED),
        ("null", "Elastic Load Balancing guide, Access logs: LambdaInvalidResponse"),
        ("no JSON", "Elastic Load Balancing guide, Access logs: LambdaInvalidResponse"),
    ];
    let apis = [single(), multi_value()];
    let short = |body: &str| match body.starts_with("<html>") {
        true => "its page".to_string(),
        false => cell(body),
    };
    let line = |(label, outcome, source): &Row| {
        let mut line = format!("| {} |", cell(label));
        for api in &apis {
            let (status, content_type, body, verdict) = answer(api, outcome);
            let _ = write!(line, " {status} {}, {}, {verdict} |", cell(&content_type), short(&body));
        }
        format!("{line} {source} |\n")
    };
    let head =
        "\n| the function | single values | multi-value headers | source |\n| --- | --- | --- | --- |\n";
    page.push_str("\n## It answers\n");
    page.push_str(head);
    for (json, source) in rows {
        page += &line(&(json, returned(json), source));
    }
    page.push_str("\n## It fails\n\nThe load balancer waits until the function has answered or timed out, whatever its idle timeout is (guide, Function timeout).\n");
    page.push_str(head);
    let codes = "reported: Zappa#1730; Elastic Load Balancing guide, Access logs: LambdaUnhandled";
    for row in failures([
        codes,
        codes,
        codes,
        codes,
        trouble,
        trouble,
        "reported: Zappa#1730; Elastic Load Balancing guide, Access logs: LambdaThrottling",
        "Elastic Load Balancing guide, Access logs: LambdaAccessDenied; the status is inferred",
    ]) {
        let source = match row.0 {
            "`returned-late`" => "does not happen: nobody stops waiting",
            "`response-too-large`" => trouble,
            _ => row.2,
        };
        page += &line(&(row.0, row.1, source));
    }
    let large = Outcome::TooLarge(limits::ALB_RESPONSE.bytes + 1);
    page += &line(&("`response-too-large`, above 1 MB and not above 6", large, trouble));
    page.push_str("\n## By itself\n\n| the request | status | Content-Type | body | source |\n| --- | --- | --- | --- | --- |\n");
    let rules = [
        rule(
            "Fixed",
            "1",
            "{ Field: path-pattern, Values: [/fixed] }",
            "{ Type: fixed-response, FixedResponseConfig: { StatusCode: '200', ContentType: text/plain, MessageBody: ok } }",
        ),
        rule(
            "Away",
            "2",
            "{ Field: path-pattern, Values: [/old] }",
            "{ Type: redirect, RedirectConfig: { Host: new.example.com, StatusCode: HTTP_302 } }",
        ),
    ];
    let api = balanced("", FORWARD, &rules.concat());
    let listener = "Elastic Load Balancing guide, Listener rules";
    for (label, request, source) in [
        ("a rule has a fixed response of 200", get("/fixed"), listener),
        (
            "a rule redirects",
            get("/old"),
            "Elastic Load Balancing guide, Listener rules; reported: Internet.nl#1291",
        ),
        (
            "its body is above 1 MB",
            Request { body: vec![b'x'; limits::ALB_REQUEST.bytes as usize + 1], ..get("/o") },
            trouble,
        ),
        ("its method is TRACE", Request { method: "TRACE".to_string(), ..get("/o") }, trouble),
        ("it wants a WebSocket", with(&[("Upgrade", "websocket")], get("/o")), guide),
    ] {
        let exchange = api.exchange(request, returned("null"));
        let (status, body) = said(&exchange);
        let content_type = exchange.response.header("Content-Type").map(|h| h.value.value.clone());
        let _ = writeln!(
            page,
            "| {label} | {status} | {} | {} | {source} |",
            cell(&content_type.unwrap_or_default()),
            short(&body)
        );
    }
    let own = said(&apis[0].exchange(get("/o"), raised("no"))).1;
    let _ = write!(
        page,
        "\n*Its page*, with `Server: awselb/2.0` and the status in place of 502 (reported: aws-lambda-go-api-proxy#79, serverless-express#688, serverlessish#4):\n\n```html\n{}```\n",
        own.replace("\r\n", "\n")
    );
    page.push_str("\n## What it counts\n\nIn `AWS/ApplicationELB`, and only where it is not zero (guide, CloudWatch metrics for your Application Load Balancer).\n\n| the function | metrics that move |\n| --- | --- |\n");
    for (label, outcome) in [
        ("`raised`", raised("no")),
        ("`throttled`", Outcome::Throttled),
        ("{}", returned("{}")),
        (r#"{"statusCode": 500}"#, returned(r#"{"statusCode": 500}"#)),
        (r#"{"statusCode": 404}"#, returned(r#"{"statusCode": 404}"#)),
    ] {
        let exchange = apis[0].exchange(get("/o"), outcome);
        let (failed, healthy) = (signals(&exchange), healthy(&exchange));
        let moved: Vec<String> =
            failed.moved(&healthy).map(|metric| format!("`{}`", metric.title())).collect();
        let _ = writeln!(page, "| {} | {} |", cell(label), moved.join(", "));
    }
    compare("alb.md", &page);
}
