//! How grave a finding is: what a template makes harmless is a note, or none.

use candor_check::Severity;

/// The findings of a rule in a template, with their severities and messages.
fn graded(template: &str, rule: &str) -> Vec<(Severity, String)> {
    let (reading, report) = super::check_files(&[("template.yaml", template)]);
    assert!(reading.unreadable.is_empty(), "{:?}", reading.unreadable);
    let found = report.findings.iter().filter(|finding| finding.rule.slug == rule);
    found.map(|finding| (finding.severity, finding.message.clone())).collect()
}

fn severities(template: &str, rule: &str) -> Vec<Severity> {
    graded(template, rule).into_iter().map(|(severity, _)| severity).collect()
}

/// An API that hands an order over to a function and answers at once, beside another route.
fn asynchronous(status: &str, other: &str) -> String {
    format!(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionBody:
        openapi: 3.0.1
        info: {{ title: orders, version: '1' }}
        paths:
          /orders:
            post:
              responses: {{ '{status}': {{}} }}
              x-amazon-apigateway-integration:
                type: aws
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{Place.Arn}}/invocations
                requestParameters: {{ integration.request.header.X-Amz-Invocation-Type: \"'Event'\" }}
                responses: {{ default: {{ statusCode: '{status}' }} }}
          {other}:
            get:
              responses: {{ '200': {{}} }}
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{Look.Arn}}/invocations
  Place: {{ Type: AWS::Serverless::Function, Properties: {{ Runtime: nodejs22.x, Handler: app.place, CodeUri: . }} }}
  Look: {{ Type: AWS::Serverless::Function, Properties: {{ Runtime: nodejs22.x, Handler: app.look, CodeUri: . }} }}
"
    )
}

#[test]
fn work_that_clients_can_ask_about_is_not_lost_to_them() {
    let found = |status, other| severities(&asynchronous(status, other), "async-invocation");
    assert_eq!(found("202", "/orders/{id}"), [Severity::Note]);
    assert_eq!(found("202", "/status/{token}"), [Severity::Note]);
    // A list, and a link that decides something, tell nothing of one order.
    assert_eq!(found("202", "/list"), [Severity::Warning]);
    assert_eq!(found("202", "/{decision}/{uuid}"), [Severity::Warning]);
    // A 200 says that it has been done.
    assert_eq!(found("200", "/orders/{id}"), [Severity::Error]);
}

#[test]
fn an_execution_log_tells_what_an_access_log_leaves_out() {
    let template = |format: &str, level: &str| {
        format!(
            "
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      AccessLogSetting: {{ DestinationArn: !GetAtt Log.Arn, Format: '{format}' }}
      MethodSettings: [{{ ResourcePath: '/*', HttpMethod: '*', LoggingLevel: {level} }}]
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: app.handler
      CodeUri: .
      Events: {{ Get: {{ Type: Api, Properties: {{ RestApiId: !Ref Api, Path: /orders, Method: get }} }} }}
  Log: {{ Type: AWS::Logs::LogGroup }}
"
        )
    };
    let found = |format, level| severities(&template(format, level), "access-log-blind");
    assert_eq!(found("$context.requestId $context.status", "INFO"), [Severity::Note]);
    // Nothing leads from one log to the other; the log has errors only.
    assert_eq!(found("$context.status", "INFO"), [Severity::Warning]);
    assert_eq!(found("$context.requestId $context.status", "ERROR"), [Severity::Warning]);
}

/// A REST API in front of a table, with one pattern for what went well.
fn table(template: &str, parameter: &str) -> String {
    format!(
        "
openapi: 3.0.1
info: {{ title: orders, version: '1' }}
paths:
  /orders:
    post:
      responses: {{ '200': {{}} }}
      x-amazon-apigateway-integration:
        type: aws
        httpMethod: POST
        uri: arn:aws:apigateway:us-east-1:dynamodb:action/Scan
        requestParameters: {{ integration.request.header.X-Note: {parameter} }}
        requestTemplates: {{ application/json: '{template}' }}
        responses: {{ '200': {{ statusCode: '200' }} }}
"
    )
}

#[test]
fn what_no_client_can_have_caused_is_an_honest_500() {
    let found = |template: &str, parameter: &str| graded(&table(template, parameter), "wrong-status");
    let constant = r#"{"TableName": "orders"}"#;
    assert_eq!(found(constant, "\"'x'\""), []);
    let said = [(Severity::Warning, "POST /orders answers 500 when what it calls answers 400".to_string())];
    assert_eq!(found(r#"{"TableName": "orders", "Limit": $input.json("$.n")}"#, "\"'x'\""), said);
    assert_eq!(found(constant, "method.request.header.X-Note"), said);
    // So says the API of all errors.
    let all = table(r#"{"TableName": "orders", "Limit": $input.json("$.n")}"#, "\"'x'\"");
    let default = "responses: { default: { statusCode: '500' }, '200': { statusCode: '200' } }";
    let all = all.replace("responses: { '200': { statusCode: '200' } }", default);
    assert!(all.contains(default));
    assert_eq!(graded(&all, "wrong-status"), []);
    // An authorizer has vouched for it, and a path names one thing.
    assert_eq!(
        found(r#"{"TableName": "orders", "Owner": "$context.authorizer.claims.email"}"#, "\"'x'\""),
        []
    );
    let of_one = |template: &str| {
        let template = table(template, "method.request.path.id").replace("  /orders:", "  /orders/{id}:");
        graded(&template, "wrong-status")
    };
    assert_eq!(
        of_one(r#"{"TableName": "orders", "Id": "$input.params().path.id", "Also": "$input.params("id")"}"#),
        []
    );
    let said =
        (Severity::Warning, "POST /orders/{id} answers 500 when what it calls answers 400".to_string());
    assert_eq!(of_one(r#"{"TableName": "orders", "Id": "$input.params("page")"}"#), [said]);
}

#[test]
fn a_second_more_than_the_integration_waits_is_a_note() {
    let found = |function: u32| {
        let template = format!(
            "
Transform: AWS::Serverless-2016-10-31
Resources:
  Report:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: app.handler
      CodeUri: .
      Timeout: {function}
      Events: {{ Get: {{ Type: HttpApi, Properties: {{ Path: /report, Method: get, TimeoutInMillis: 20000 }} }} }}
"
        );
        severities(&template, "integration-timeout-too-short")
    };
    assert_eq!(found(21), [Severity::Note]);
    assert_eq!(found(22), [Severity::Warning]);
    assert_eq!(found(20), []);
}

#[test]
fn what_begins_a_message_is_no_part_of_it() {
    let found = |pattern: &str| {
        let template = format!(
            "
openapi: 3.0.1
info: {{ title: orders, version: '1' }}
paths:
  /orders:
    post:
      responses: {{ '200': {{}}, '400': {{}} }}
      x-amazon-apigateway-integration:
        type: aws
        httpMethod: POST
        uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:orders/invocations
        responses:
          default: {{ statusCode: '200' }}
          '{pattern}': {{ statusCode: '400' }}
"
        );
        let (_, report) = super::check_files(&[("template.yaml", &template)]);
        let rules = ["pattern-partial-match", "raise-not-matched"];
        let found =
            report.findings.iter().map(|finding| finding.rule.slug).filter(|slug| rules.contains(slug));
        found.collect::<Vec<_>>()
    };
    assert!(found("BAD_REQUEST").contains(&"pattern-partial-match"));
    // The author knows how messages begin; other errors become successes all the same.
    assert_eq!(found("BAD_REQUEST.*"), ["raise-not-matched"]);
}

#[test]
fn headers_of_errors_come_after_those_of_successes() {
    let template = |parameters: &str, of_preflight: &str| {
        format!(
            "
openapi: 3.0.1
info: {{ title: orders, version: '1' }}
paths:
  /orders:
    post:
      responses: {{ '200': {{ headers: {{ Access-Control-Allow-Origin: {{}} }} }}, '500': {{}} }}
      x-amazon-apigateway-integration:
        type: aws
        httpMethod: POST
        uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:orders/invocations
        responses:
          default: {{ statusCode: '200'{parameters} }}
          '(?s).+': {{ statusCode: '500' }}
    options:
      responses: {{ '204': {{}} }}
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {{ application/json: '{{\"statusCode\": 204}}' }}
        responses: {{ default: {{ statusCode: '204'{of_preflight} }} }}
"
        )
    };
    let found =
        |parameters, preflight| severities(&template(parameters, preflight), "gateway-response-no-cors");
    let allowed = ", responseParameters: { method.response.header.Access-Control-Allow-Origin: \"'*'\" }";
    assert_eq!(found(allowed, allowed), [Severity::Warning]);
    assert_eq!(found("", allowed), []);
    // No browser asks behind such a preflight.
    assert_eq!(found(allowed, ""), []);
}

#[test]
fn json_in_json_is_escaped_twice() {
    let remedy = |template: &str| {
        let (_, report) = super::check_files(&[("template.yaml", &table(template, "\"'x'\""))]);
        let found =
            report.findings.iter().find(|finding| finding.rule.slug == "request-template-invalid-json");
        found.map(|finding| finding.remedy.clone()).unwrap_or_default()
    };
    let twice = "escape it once for each of the two strings";
    assert!(remedy(r#"{"Detail": "{ \"id\": \"$input.path("$.id")\" }"}"#).starts_with(twice));
    let once = remedy(r#"{"Detail": "$input.path("$.id")"}"#);
    assert!(!once.is_empty() && !once.starts_with(twice), "{once}");
}
