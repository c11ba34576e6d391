//! Parameter mapping of HTTP APIs.

use candor_contract::json::Json;
use candor_gateway::endpoint::EndpointResponse;

use super::*;

/// A route of an HTTP API with these parameters of its integration (indented by eight).
fn with(integration: &str, parameters: &str) -> Played {
    Played::new(&format!(
        "
openapi: 3.0.1
paths:
  /o/{{id}}:
    get:
      x-amazon-apigateway-integration:
        {integration}
{parameters}
"
    ))
}

fn function(parameters: &str) -> Played {
    with("type: aws_proxy\n        uri: URI\n        payloadFormatVersion: '2.0'", parameters)
}

fn request() -> Request {
    Request {
        method: "GET".to_string(),
        path: "/o/a%20b".to_string(),
        query: vec![("x".to_string(), "1".to_string()), ("x".to_string(), "2".to_string())],
        headers: vec![("X-Old".to_string(), "o".to_string()), ("X-Keep".to_string(), "k".to_string())],
        body: br#"{"user": {"name": "Ann"}}"#.to_vec(),
    }
}

#[test]
fn a_request_is_changed_before_the_function_gets_it() {
    let api = function(
        "        requestParameters:
          append:header.x-keep: more
          remove:header.x-old: ''''
          overwrite:header.X-Name: $request.body.user.name
          overwrite:header.x-both: ${request.path.id}-${request.querystring.x}
          append:header.x-absent: $request.header.nobody
          append:header.x-context: $context.routeKey
          overwrite:querystring.x: a b&c
          append:header.Authorization: reserved
          append:header.X-Amz-Date: reserved",
    );
    let exchange = api.exchange(request(), returned("{}"));
    let event = Json::read(std::str::from_utf8(&exchange.received.event()).unwrap()).unwrap();
    let header = |name: &str| event.get("headers").and_then(|h| h.get(name)).and_then(Json::as_str);
    assert_eq!(header("x-keep"), Some("k,more"));
    assert_eq!(header("x-name"), Some("Ann"));
    assert_eq!(header("x-both"), Some("a b-1,2"));
    assert_eq!(header("x-context"), Some("GET /o/{id}"));
    for absent in ["x-old", "x-absent", "authorization", "x-amz-date"] {
        assert_eq!(header(absent), None, "{absent}");
    }
    assert_eq!(event.get("rawQueryString").and_then(Json::as_str), Some("x=a%20b%26c"));
    assert_eq!(event.get("queryStringParameters").map(Json::write).as_deref(), Some(r#"{"x":"a b&c"}"#));
}

#[test]
fn a_path_is_overwritten_on_its_way_to_a_back_end() {
    let api = with(
        "type: http_proxy\n        httpMethod: GET\n        uri: https://b.example/v1/{id}\n        payloadFormatVersion: '1.0'",
        "        requestParameters:
          overwrite:path: /v2/${request.path.id}",
    );
    let mut seen = String::new();
    let call = |request: &EndpointRequest| {
        seen.clone_from(&request.uri);
        EndpointOutcome::TimedOut
    };
    simulate(&api.api, request(), &api.ambient, |_, _| panic!("no function"), call).unwrap();
    assert_eq!(seen, "https://b.example/v2/a b");
}

#[test]
fn an_answer_is_changed_by_its_status() {
    let api = function(
        "        responseParameters:
          '404':
            overwrite:statuscode: '200'
            append:header.x-a: $response.header.x-a
            overwrite:header.x-why: ${response.body.why}!
            remove:header.x-b: ''''
            overwrite:header.Content-Length: '7'
          '500':
            overwrite:statuscode: '9000'",
    );
    let answer = r#"{"statusCode": 404, "headers": {"X-A": "1", "x-b": "2"}, "body": "{\"why\": \"gone\"}"}"#;
    let exchange = api.exchange(request(), returned(answer));
    assert_eq!(exchange.response.status.value, 200);
    let header = |name: &str| exchange.response.header(name).map(|h| h.value.value.as_str());
    assert_eq!(
        (header("x-a"), header("x-why"), header("x-b"), header("content-length")),
        (Some("1,1"), Some("gone!"), None, None)
    );
    assert_eq!(exchange.judge().verdict, Verdict::MaskedFailure);
    assert_eq!(api.line(&exchange, Part::Status), 12);
    // No other status, no status that is none, and nothing that the gateway says by itself.
    for (outcome, status) in [
        (returned(r#"{"statusCode": 201}"#), 201),
        (returned(r#"{"statusCode": 500}"#), 500),
        (raised("no"), 500),
        (timed_out(60), 503),
    ] {
        assert_eq!(api.exchange(request(), outcome).response.status.value, status);
    }
}

#[test]
fn a_mapping_that_reads_an_unknown_body_is_undecided() {
    let api = with(
        "type: http_proxy\n        httpMethod: GET\n        uri: https://b.example/\n        payloadFormatVersion: '1.0'",
        "        responseParameters:
          '200':
            append:header.x-why: $response.body.why",
    );
    let played = |body: Payload| {
        let response = EndpointResponse { status: 200, headers: Vec::new(), body };
        let call = |_: &EndpointRequest| EndpointOutcome::Responded(response);
        simulate(&api.api, request(), &api.ambient, |_, _| panic!("no function"), call)
            .map(|exchange| exchange.response.header("x-why").map(|h| h.value.value.clone()))
    };
    assert!(played(Payload::unknown()).is_err());
    assert_eq!(played(Payload::known(r#"{"why": 7}"#)), Ok(Some("7".to_string())));
}
