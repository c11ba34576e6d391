//! What an authorizer hands on: in events, templates and logs; and what the function behind it may answer.

use candor_gateway::api::AuthorizerType;
use candor_gateway::authorizer::{Authorization, Decision, Granted, answer};
use candor_gateway::log::access::value;

use super::*;

/// An API of one route with this authorizer and this integration.
fn guarded(authorizer: &str, integration: &str) -> Played {
    Played::new(&format!(
        "
openapi: 3.0.1
components:
  securitySchemes:
    guard: {{ type: apiKey, name: Authorization, in: header, {authorizer} }}
paths:
  /o:
    get:
      responses: {{ '200': {{}} }}
      security: [ {{ guard: [] }} ]
      x-amazon-apigateway-integration: {{ uri: URI, httpMethod: POST, {integration} }}
"
    ))
}

const REST: &str = "type: aws_proxy";
const HTTP_1: &str = "type: aws_proxy, payloadFormatVersion: '1.0'";
const HTTP_2: &str = "type: aws_proxy, payloadFormatVersion: '2.0'";
const BY_FUNCTION: &str = "x-amazon-apigateway-authorizer: { type: request }";
const BY_POOL: &str = "x-amazon-apigateway-authorizer: { type: cognito_user_pools }";
const BY_TOKEN: &str = "x-amazon-apigateway-authorizer: { type: jwt }";
const BY_IAM: &str = "x-amazon-apigateway-authtype: awsSigv4";

fn told(of_type: AuthorizerType, json: &str) -> Option<Granted> {
    Some(Granted::read(of_type, &Json::read(json).unwrap(), &Ambient::example()).unwrap())
}

fn by_function() -> Option<Granted> {
    let context = vec![
        ("tenant".to_string(), Json::string("acme")),
        ("level".to_string(), Json::number(3)),
        ("admin".to_string(), Json::Bool(true)),
    ];
    Some(Granted::Function { principal_id: Some("u-1".to_string()), context })
}

fn in_flight<'a>(api: &'a Played, granted: Option<Granted>) -> InFlight<'a> {
    let headers = vec![("Authorization".to_string(), "t".to_string())];
    let decision = Decision { says: Authorization::Allows, granted };
    let request = Request { headers, ..get("/o") };
    InFlight::begin_authorized(&api.api, request, &api.ambient, decision).unwrap().0
}

/// The member `authorizer` of the event's `requestContext`.
fn event(authorizer: &str, integration: &str, granted: Option<Granted>) -> String {
    let api = guarded(authorizer, integration);
    let event = Json::read(std::str::from_utf8(&in_flight(&api, granted).event()).unwrap()).unwrap();
    let context = event.get("requestContext").unwrap();
    context.get("authorizer").map_or("absent".to_string(), Json::write)
}

#[test]
fn events_say_who_comes() {
    // Of a REST API every value is a text; an HTTP API keeps the kinds.
    assert_eq!(
        event(BY_FUNCTION, REST, by_function()),
        r#"{"principalId":"u-1","tenant":"acme","level":"3","admin":"true","integrationLatency":20}"#
    );
    assert_eq!(
        event(BY_FUNCTION, HTTP_1, by_function()),
        r#"{"claims":null,"scopes":null,"tenant":"acme","level":3,"admin":true}"#
    );
    let lambda = r#"{"lambda":{"tenant":"acme","level":3,"admin":true}}"#;
    assert_eq!(event(BY_FUNCTION, HTTP_2, by_function()), lambda);
    let claims = r#"{"sub": "u-1", "cognito:groups": ["a", "b"], "exp": 1758742130}"#;
    assert_eq!(
        event(BY_POOL, REST, told(AuthorizerType::UserPool, claims)),
        r#"{"claims":{"sub":"u-1","cognito:groups":"a,b","exp":"1758742130"}}"#
    );
    let jwt = told(AuthorizerType::Jwt, &format!(r#"{{"claims": {claims}, "scopes": ["read"]}}"#));
    let said = r#"{"claims":{"sub":"u-1","cognito:groups":"[a b]","exp":"1758742130"},"scopes":["read"]}"#;
    assert_eq!(event(BY_TOKEN, HTTP_1, jwt.clone()), said);
    assert_eq!(event(BY_TOKEN, HTTP_2, jwt), format!(r#"{{"jwt":{said}}}"#));
    // Where nobody says who it is, somebody is taken for an example.
    assert_eq!(event(BY_TOKEN, HTTP_2, None), r#"{"jwt":{"claims":{"sub":"client"},"scopes":null}}"#);
    assert_eq!(event(BY_IAM, REST, None), "absent");
    let iam = event(BY_IAM, HTTP_2, told(AuthorizerType::Iam, r#"{"userArn": "arn:aws:iam::1:user/u"}"#));
    assert!(
        iam.starts_with(r#"{"iam":{"accessKey":"AKIA"#)
            && iam.contains(r#""userArn":"arn:aws:iam::1:user/u""#)
    );
}

#[test]
fn a_rest_api_tells_who_signed_in_identity() {
    let api = guarded(BY_IAM, REST);
    let signer = told(AuthorizerType::Iam, r#"{"userArn": "arn:aws:iam::1:user/u", "callerId": "AIDA7"}"#);
    let event = String::from_utf8(in_flight(&api, signer).event()).unwrap();
    assert!(event.contains(r#""caller":"AIDA7""#) && event.contains(r#""user":"AIDA7""#), "{event}");
    assert!(event.contains(r#""userArn":"arn:aws:iam::1:user/u""#), "{event}");
}

#[test]
fn templates_mappings_and_logs_name_what_was_handed_on() {
    let template = r#"{"who": "$context.authorizer.principalId", "level": $context.authorizer.level, "is": "$context.authorizer.gone"}"#;
    let mapped = format!(
        "type: aws, requestTemplates: {{ application/json: '{template}' }}, responses: {{ default: {{ statusCode: 200 }} }}"
    );
    let api = guarded(BY_FUNCTION, &mapped);
    let flight = in_flight(&api, by_function());
    let event = String::from_utf8(flight.event()).unwrap();
    assert_eq!(event, r#"{"who": "u-1", "level": 3, "is": ""}"#);
    let exchange = flight.resume(returned("{}"), false).unwrap();
    assert_eq!(value(&exchange, "authorizer.principalId").as_deref(), Some("u-1"));
    assert_eq!(value(&exchange, "authorizer.admin").as_deref(), Some("true"));
    assert_eq!(value(&exchange, "authorizer.gone"), None);
    let api = guarded(BY_POOL, REST);
    let claims = told(AuthorizerType::UserPool, r#"{"sub": "u-1"}"#);
    let exchange = in_flight(&api, claims).resume(returned("{}"), false).unwrap();
    assert_eq!(value(&exchange, "authorizer.claims.sub").as_deref(), Some("u-1"));
    // A client that is refused is nobody.
    let (flight, _) =
        InFlight::begin_authorized(&api.api, get("/o"), &api.ambient, Authorization::Unauthorized).unwrap();
    assert_eq!(value(&flight.done().unwrap(), "authorizer.claims.sub"), None);
}

/// What an answer of the authorizer's function comes to, for a request to `GET /o`.
fn answers(api: &Played, answer: &str) -> String {
    let authorizer = api.api.routes[0].request.authorizer.optional().unwrap().0.unwrap();
    let arn = candor_gateway::in_flight::method_arn(&api.api, &get("/o"), &api.ambient);
    match answer::read(authorizer, api.api.kind, &Payload::known(answer), Some(&arn)) {
        answer::Reading::Says(decision) => decision.says.slug().to_string(),
        answer::Reading::Malformed(malformed) => {
            format!("malformed {}: {}", malformed.pointer, malformed.why)
        }
        answer::Reading::Undecided(pointer) => format!("undecided {pointer}"),
    }
}

#[test]
fn policies_are_read_as_they_are_meant() {
    let api = guarded(BY_FUNCTION, REST);
    let policy = |statements: &str| {
        answers(&api, &format!(r#"{{"principalId": "u", "policyDocument": {{"Statement": {statements}}}}}"#))
    };
    let one = |effect: &str, resource: &str| {
        format!(r#"{{"Action": "execute-api:Invoke", "Effect": "{effect}", "Resource": "{resource}"}}"#)
    };
    let own = "arn:aws:execute-api:*:*:a1b2c3d4e5/prod/GET/o";
    assert_eq!(policy(&one("Allow", own)), "allows");
    assert_eq!(policy(&format!("[{}, {}]", one("Allow", "*"), one("Deny", own))), "denies");
    assert_eq!(policy(&one("Allow", "arn:aws:execute-api:*:*:a1b2c3d4e5/prod/POST/*")), "ignores");
    assert_eq!(policy("[]"), "ignores");
    assert_eq!(
        policy(&one("allow", "*")),
        "malformed /policyDocument/Statement/Effect: a statement neither allows nor denies"
    );
    let conditional = r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {}}"#;
    assert_eq!(policy(conditional), "undecided /policyDocument/Statement/Condition");
}

#[test]
fn what_is_no_policy_is_malformed() {
    let rest = guarded(BY_FUNCTION, REST);
    assert_eq!(answers(&rest, r#"{"statusCode": 401}"#), "malformed : `policyDocument` is missing");
    assert_eq!(answers(&rest, "null"), "malformed : the answer is no object");
    assert_eq!(answers(&rest, r#"{"isAuthorized": true}"#), "malformed : `policyDocument` is missing");
    let nested =
        r#"{"principalId": "u", "policyDocument": {"Statement": []}, "context": {"user": {"id": 1}}}"#;
    assert_eq!(
        answers(&rest, nested),
        "malformed /context/user: a value of `context` is a list or an object"
    );
    let simple = "x-amazon-apigateway-authorizer: { type: request, enableSimpleResponses: true }";
    let http = guarded(simple, HTTP_2);
    assert_eq!(answers(&http, r#"{"isAuthorized": true}"#), "allows");
    assert_eq!(answers(&http, r#"{"isAuthorized": false}"#), "denies");
    assert_eq!(answers(&http, r#"{"isAuthorized": "yes"}"#), "undecided /isAuthorized");
    assert_eq!(answers(&http, r#"{"statusCode": 401}"#), "malformed : `isAuthorized` is missing");
}
