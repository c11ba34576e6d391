//! Authorizers: what stands before everything else.

use candor_gateway::InFlight;
use candor_gateway::authorizer::Authorization;
use candor_gateway::in_flight::Next;

use super::*;

/// An API whose route has this authorizer, a REST API unless the integration names a payload format.
fn guarded(format: &str, authorizer: &str) -> Played {
    Played::new(&format!(
        "
openapi: 3.0.1
components:
  securitySchemes:
    guard:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authorizer: {authorizer}
paths:
  /o:
    get:
      security: [ {{ guard: [] }} ]
      x-amazon-apigateway-integration: {{ type: aws_proxy, httpMethod: POST, uri: URI{format} }}
"
    ))
}

const TOKEN: &str = "{ type: token }";

fn with(header: &str, value: &str) -> Request {
    Request { headers: vec![(header.to_string(), value.to_string())], ..get("/o") }
}

/// Status and body, or nothing where the function is asked.
fn at_the_door(api: &Played, request: Request, says: Authorization) -> Option<(u16, String)> {
    let (flight, next) = InFlight::begin_authorized(&api.api, request, &api.ambient, says).unwrap();
    match next {
        Next::Invoke(_) => None,
        Next::Call | Next::Done => Some(said(&flight.done().unwrap())),
    }
}

#[test]
fn what_an_authorizer_says_of_a_request() {
    let (rest, http) = (
        guarded("", TOKEN),
        guarded(
            ", payloadFormatVersion: '2.0'",
            "{ type: request, identitySource: $request.header.Authorization }",
        ),
    );
    let answers = |says| {
        let request = || with("Authorization", "t");
        [at_the_door(&rest, request(), says), at_the_door(&http, request(), says)]
    };
    let both = |rest: (u16, &str), http: (u16, &str)| {
        [rest, http].map(|(status, body)| Some((status, body.to_string())))
    };
    assert_eq!(answers(Authorization::Allows), [None, None]);
    let forbidden = (403, r#"{"message":"Forbidden"}"#);
    let denied = r#"{"Message":"User is not authorized to access this resource with an explicit deny"}"#;
    assert_eq!(answers(Authorization::Denies), both((403, denied), forbidden));
    let ignored = r#"{"Message":"User is not authorized to access this resource"}"#;
    assert_eq!(answers(Authorization::Ignores), both((403, ignored), forbidden));
    let unauthorized = (401, r#"{"message":"Unauthorized"}"#);
    assert_eq!(answers(Authorization::Unauthorized), both(unauthorized, unauthorized));
    let broken = (500, r#"{"message":"Internal Server Error"}"#);
    for says in [Authorization::Fails, Authorization::Malformed] {
        assert_eq!(answers(says), both((500, r#"{"message":null}"#), broken));
    }
}

#[test]
fn without_what_it_knows_the_client_by_an_authorizer_is_not_asked() {
    let unauthorized = || Some((401, r#"{"message":"Unauthorized"}"#.to_string()));
    let door = |api: &Played, request| at_the_door(api, request, Authorization::Allows);
    let token = guarded("", TOKEN);
    assert_eq!(door(&token, get("/o")), unauthorized());
    assert_eq!(door(&token, with("Authorization", "")), unauthorized());
    assert_eq!(door(&token, with("authorization", "t")), None);
    let sources = "method.request.header.X-Who, method.request.querystring.who, context.identity.sourceIp";
    let request = guarded("", &format!("{{ type: request, identitySource: '{sources}' }}"));
    assert_eq!(door(&request, with("X-Who", "a")), unauthorized());
    let whole = Request { query: vec![("who".to_string(), "b".to_string())], ..with("X-Who", "a") };
    assert_eq!(door(&request, whole), None);
    // Where answers are not kept, a REQUEST authorizer of a REST API asks for nothing.
    let unkept = guarded(
        "",
        &format!("{{ type: request, identitySource: '{sources}', authorizerResultTtlInSeconds: 0 }}"),
    );
    assert_eq!(door(&unkept, get("/o")), None);
    let open = guarded("", "{ type: request }");
    assert_eq!(door(&open, get("/o")), None);
    assert_eq!(door(&open, get("/nowhere")).map(|(status, _)| status), Some(403));
}

#[test]
fn gateway_responses_shape_what_an_authorizer_denies() {
    let api = Played::new(
        "
openapi: 3.0.1
x-amazon-apigateway-gateway-responses:
  DEFAULT_4XX: { statusCode: '200' }
components:
  securitySchemes:
    guard: { type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authorizer: { type: token } }
paths:
  /o:
    get:
      security: [ { guard: [] } ]
      x-amazon-apigateway-integration: { type: aws_proxy, httpMethod: POST, uri: URI }
",
    );
    let (flight, _) =
        InFlight::begin_authorized(&api.api, with("Authorization", "t"), &api.ambient, Authorization::Denies)
            .unwrap();
    let exchange = flight.done().unwrap();
    assert_eq!((exchange.response.status.value, exchange.judge().verdict), (200, Verdict::MaskedFailure));
    assert_eq!(api.line(&exchange, Part::Status), 4);
}
