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

/// What the gateway says where nobody signed, where the signature is wrong, and where no policy allows the call.
#[test]
fn iam_knows_a_client_by_its_signature() {
    let document = |format: &str| {
        Played::new(&format!(
            "
openapi: 3.0.1
components:
  securitySchemes:
    signed: {{ type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4 }}
paths:
  /o:
    get:
      security: [ {{ signed: [] }} ]
      x-amazon-apigateway-integration: {{ type: aws_proxy, httpMethod: POST, uri: URI{format} }}
"
        ))
    };
    let (rest, http) = (document(""), document(", payloadFormatVersion: '2.0'"));
    let signed = || with("Authorization", "AWS4-HMAC-SHA256 Credential=…");
    let presigned = Request { query: vec![("X-Amz-Signature".to_string(), "5d".to_string())], ..get("/o") };
    let forbidden = Some((403, r#"{"message":"Forbidden"}"#.to_string()));
    let missing = Some((403, r#"{"message":"Missing Authentication Token"}"#.to_string()));
    assert_eq!(at_the_door(&rest, get("/o"), Authorization::Allows), missing);
    assert_eq!(at_the_door(&http, get("/o"), Authorization::Allows), forbidden);
    assert_eq!(at_the_door(&rest, presigned, Authorization::Allows), None);
    let wrong = at_the_door(&rest, signed(), Authorization::Unauthorized).unwrap();
    assert_eq!(wrong.0, 403);
    assert!(wrong.1.contains("does not match the signature"), "{}", wrong.1);
    let denied = at_the_door(&rest, signed(), Authorization::Denies).unwrap();
    let arn = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/o";
    assert!(denied.1.ends_with(&format!("execute-api:Invoke on resource: {arn}\"}}")), "{}", denied.1);
    assert_eq!(at_the_door(&http, signed(), Authorization::Denies), forbidden);
}

#[test]
fn a_drill_plays_each_way_to_refuse_a_request() {
    let slugs = |format: &str, authorizer: &str| {
        let api = guarded(format, authorizer).api;
        let authorizer = api.routes[0].request.authorizer.optional().unwrap().0.unwrap();
        let slugs: Vec<&str> = authorizer.refusals(api.kind).into_iter().map(|says| says.slug()).collect();
        slugs.join(" ")
    };
    let http = ", payloadFormatVersion: '2.0'";
    assert_eq!(slugs("", TOKEN), "unidentified unauthorized denies ignores fails malformed");
    assert_eq!(slugs("", "{ type: cognito_user_pools }"), "unidentified unauthorized");
    assert_eq!(slugs(http, "{ type: request }"), "denies fails malformed");
    let jwt = "{ type: jwt, identitySource: $request.header.Authorization }";
    assert_eq!(slugs(http, jwt), "unidentified unauthorized denies");
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
