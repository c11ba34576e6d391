//! What a client gets: the behaviours of API Gateway, one short case each. The APIs are written as OpenAPI documents.

#![allow(clippy::unwrap_used)]

#[path = "gateway/access_log.rs"]
mod access_log;
#[path = "gateway/alb.rs"]
mod alb;
#[path = "gateway/authorizers.rs"]
mod authorizers;
#[path = "gateway/cors.rs"]
mod cors;
#[path = "gateway/endpoints.rs"]
mod endpoints;
#[path = "gateway/execution_log.rs"]
mod execution_log;
#[path = "gateway/granted.rs"]
mod granted;
#[path = "gateway/http_mapping.rs"]
mod http_mapping;
#[path = "gateway/lambda_log.rs"]
mod lambda_log;
#[path = "gateway/routing.rs"]
mod routing;
#[path = "gateway/signals.rs"]
mod signals;
#[path = "gateway/tables.rs"]
mod tables;
#[path = "gateway/validation.rs"]
mod validation;

use std::time::Duration;

use candor_contract::json::Json;
use candor_contract::limits;
use candor_contract::outcome::{FunctionError, Outcome, Payload, TimeoutWording};
use candor_contract::payload::Body;
use candor_contract::verdict::{Part, Verdict};
use candor_gateway::api::{Api, GatewayResponseType};
use candor_gateway::endpoint::{EndpointOutcome, EndpointRequest};
use candor_gateway::exchange::Exchange;
use candor_gateway::in_flight::{InFlight, Invocation};
use candor_gateway::request::{Ambient, Request};
use candor_gateway::simulate;
use candor_iac::Options;
use candor_iac::source::Sources;

const URI: &str = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations";

/// Where no endpoint is to be called.
fn no_endpoint(request: &EndpointRequest) -> EndpointOutcome {
    panic!("an endpoint is called: {request:?}");
}

/// An API under test: its document and what was read of it.
struct Played {
    api: Api,
    sources: Sources,
    ambient: Ambient,
}

impl Played {
    fn new(document: &str) -> Played {
        let mut sources = Sources::default();
        let options = Options { parameters: Vec::new(), max_file: 1 << 20, limits: Default::default() };
        let document = document.replace("URI", URI);
        let (api, _) =
            candor_iac::read_openapi(&mut sources, "api.yaml", document, "prod", &[], &options).unwrap();
        Played { api, sources, ambient: Ambient::example() }
    }

    fn exchange(&self, request: Request, outcome: Outcome) -> Exchange<'_> {
        simulate(&self.api, request, &self.ambient, |_, _| outcome, no_endpoint).unwrap()
    }

    /// Status and body.
    fn answer(&self, outcome: Outcome) -> (u16, String) {
        said(&self.exchange(get("/o"), outcome))
    }

    /// The line that a part of the answer rests on.
    fn line(&self, exchange: &Exchange<'_>, part: Part) -> u32 {
        self.sources.position(exchange.culprit(part).cause.span().unwrap()).line
    }
}

fn said(exchange: &Exchange<'_>) -> (u16, String) {
    let body = match &exchange.response.body.value {
        Body::Known(bytes) => String::from_utf8(bytes.clone()).unwrap(),
        Body::Unknown => "?".to_string(),
    };
    (exchange.response.status.value, body)
}

fn get(path: &str) -> Request {
    Request { method: "GET".to_string(), path: path.to_string(), ..Request::default() }
}

fn returned(json: &str) -> Outcome {
    Outcome::Returned(Payload::known(json))
}

fn raised(message: &str) -> Outcome {
    Outcome::Raised(FunctionError::python("Oops", message, "8f5ed0d1-2c3a-4f0b-9d5e-3a1b7c9d2e4f", ""))
}

fn timed_out(seconds: u64) -> Outcome {
    Outcome::TimedOut { after: Duration::from_secs(seconds), wording: TimeoutWording::Current }
}

fn proxy() -> Played {
    Played::new(
        "
openapi: 3.0.1
paths:
  /o:
    get:
      x-amazon-apigateway-integration: { type: aws_proxy, httpMethod: POST, uri: URI }
",
    )
}

fn http(version: &str) -> Played {
    Played::new(&format!(
        "
openapi: 3.0.1
paths:
  /o:
    get:
      x-amazon-apigateway-integration: {{ type: aws_proxy, uri: URI, payloadFormatVersion: '{version}' }}
"
    ))
}

/// A non-proxy integration with these integration responses (indented by ten).
fn mapped(responses: &str) -> Played {
    Played::new(&format!(
        "
openapi: 3.0.1
paths:
  /o:
    get:
      responses: {{ '200': {{ headers: {{ X-A: {{}} }} }}, '400': {{}}, '500': {{}} }}
      x-amazon-apigateway-integration:
        type: aws
        httpMethod: POST
        uri: URI
        responses:
{responses}
"
    ))
}

const STOCK: &str = "{\"message\":\"Internal server error\"}";

#[test]
fn a_proxy_answer_is_passed_on() {
    let api = proxy();
    assert_eq!(api.answer(returned(r#"{"statusCode": 201, "body": "made"}"#)), (201, "made".to_string()));
    assert_eq!(api.answer(returned(r#"{"statusCode": "404"}"#)), (404, String::new()));
}

#[test]
fn a_proxy_answer_without_status_is_200_if_its_keys_are_legal() {
    let api = proxy();
    assert_eq!(api.answer(returned(r#"{"body": "oh"}"#)), (200, "oh".to_string()));
    assert_eq!(api.answer(returned("{}")).0, 200);
    let exchange = api.exchange(get("/o"), returned(r#"{"body": "oh"}"#));
    assert_eq!(exchange.judge().verdict, Verdict::Honest);
}

#[test]
fn a_proxy_answer_of_another_shape_is_502() {
    let api = proxy();
    for answer in
        [r#"{"statusCode": 200, "body": {"a": 1}}"#, r#"{"error": "x"}"#, "\"text\"", "[]", "null", "7"]
    {
        assert_eq!(api.answer(returned(answer)), (502, STOCK.to_string()), "{answer}");
    }
}

#[test]
fn a_function_error_behind_a_proxy_is_502_and_a_refused_call_500() {
    let api = proxy();
    assert_eq!(api.answer(raised("no")), (502, STOCK.to_string()));
    assert_eq!(api.answer(Outcome::Exited).0, 502);
    assert_eq!(api.answer(timed_out(3)).0, 502);
    assert_eq!(api.answer(Outcome::Throttled).0, 500);
    assert_eq!(api.answer(Outcome::NotInvocable).0, 500);
    assert_eq!(api.answer(timed_out(60)), (504, "{\"message\":\"Endpoint request timed out\"}".to_string()));
}

#[test]
fn a_path_that_no_route_takes_is_403() {
    let api = proxy();
    let exchange = api.exchange(get("/nowhere"), returned("{}"));
    assert_eq!(said(&exchange), (403, "{\"message\":\"Missing Authentication Token\"}".to_string()));
}

#[test]
fn gateway_responses_shape_the_gateways_own_errors() {
    let api = Played::new(
        "
openapi: 3.0.1
x-amazon-apigateway-gateway-responses:
  DEFAULT_5XX:
    statusCode: '200'
    responseTemplates:
      application/json: '{\"fine\": $context.error.messageString}'
paths:
  /o:
    get:
      x-amazon-apigateway-integration: { type: aws_proxy, httpMethod: POST, uri: URI }
",
    );
    let exchange = api.exchange(get("/o"), raised("no"));
    assert_eq!(said(&exchange), (200, "{\"fine\": \"Internal server error\"}".to_string()));
    assert_eq!(exchange.judge().verdict, Verdict::MaskedFailure);
    assert_eq!(api.line(&exchange, Part::Status), 5);
}

#[test]
fn http_2_infers_and_http_1_does_not() {
    let (two, one) = (http("2.0"), http("1.0"));
    assert_eq!(two.answer(returned(r#"{"error":"no"}"#)), (200, r#"{"error":"no"}"#.to_string()));
    assert_eq!(two.answer(returned(r#"{"statusCode": 404, "body": "x"}"#)), (404, "x".to_string()));
    assert_eq!(one.answer(returned(r#"{"error": "no"}"#)).0, 500);
    assert_eq!(two.answer(raised("no")), (500, "{\"message\":\"Internal Server Error\"}".to_string()));
    assert_eq!(two.answer(timed_out(31)).0, 503);
}

#[test]
fn patterns_match_the_whole_message() {
    let api = mapped("          default: { statusCode: 200 }\n          'Bad.*': { statusCode: 400 }");
    assert_eq!(api.answer(raised("Bad order")).0, 400);
    assert_eq!(api.answer(raised("A Bad order")).0, 200);
    assert_eq!(api.answer(raised("Bad\norder")).0, 200);
    assert_eq!(api.answer(returned("{}")).0, 200);
}

#[test]
fn an_exception_that_no_pattern_takes_is_a_masked_failure_at_the_default() {
    let api =
        mapped("          default:\n            statusCode: 200\n          'Bad.*': { statusCode: 400 }");
    let exchange = api.exchange(get("/o"), raised("Worse"));
    let judgement = exchange.judge();
    assert_eq!((exchange.response.status.value, judgement.verdict), (200, Verdict::MaskedFailure));
    // The response itself is to blame, and not its status: as an answer to successes it is right.
    assert_eq!(api.line(&exchange, judgement.part), 12);
}

#[test]
fn a_response_without_declared_method_response_is_500() {
    let api = mapped("          default: { statusCode: 200 }\n          'Bad.*': { statusCode: 418 }");
    assert_eq!(api.answer(raised("Bad")), (500, STOCK.to_string()));
}

#[test]
fn nothing_to_select_is_500() {
    let api = mapped("          'Bad.*': { statusCode: 400 }");
    assert_eq!(api.answer(returned("{}")), (500, STOCK.to_string()));
}

#[test]
fn a_template_writes_the_body_and_may_override_the_status() {
    let template =
        "#set($context.responseOverride.status = 400){\"said\": \"$input.path('$.errorMessage')\"}";
    let api = mapped(&format!(
        "          default:\n            statusCode: 200\n            responseTemplates:\n              application/json: |\n                {template}"
    ));
    let exchange = api.exchange(get("/o"), raised("no"));
    assert_eq!(said(&exchange), (400, "{\"said\": \"no\"}\n".to_string()));
    assert_eq!(api.line(&exchange, Part::Status), 16);
}

#[test]
fn headers_come_from_the_body_and_from_texts() {
    let api = mapped(
        "          default:\n            statusCode: 200\n            responseParameters:\n              method.response.header.X-A: integration.response.body.a",
    );
    let exchange = api.exchange(get("/o"), returned(r#"{"a": "b"}"#));
    assert_eq!(exchange.response.header("x-a").unwrap().value.value, "b");
}

#[test]
fn a_mock_answers_by_itself() {
    let api = Played::new(
        "
openapi: 3.0.1
paths:
  /o:
    get:
      responses: { '200': {}, '404': {} }
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: { application/json: '{\"statusCode\": 404}' }
        responses:
          default: { statusCode: 200 }
          '404': { statusCode: 404, responseTemplates: { application/json: 'gone' } }
",
    );
    assert_eq!(api.answer(Outcome::NotInvocable), (404, "gone".to_string()));
}

#[test]
fn limits_hold_to_the_byte() {
    let of = |bytes: u64| {
        let frame = r#"{"statusCode":200,"body":""}"#.len() as u64;
        returned(&format!(r#"{{"statusCode":200,"body":"{}"}}"#, "x".repeat((bytes - frame) as usize)))
    };
    let api = proxy();
    assert_eq!(api.answer(of(limits::LAMBDA_RESPONSE.bytes)).0, 200);
    assert_eq!(api.answer(of(limits::LAMBDA_RESPONSE.bytes + 1)).0, 502);
    assert_eq!(api.answer(Outcome::TooLarge(limits::LAMBDA_RESPONSE.bytes + 1)).0, 502);
}

#[test]
fn a_request_above_10_mb_is_refused() {
    let sized = |bytes: u64| Request { body: vec![b'x'; bytes as usize], ..get("/o") };
    let most = limits::GATEWAY_PAYLOAD.bytes;
    for api in [proxy(), http("2.0")] {
        assert_eq!(api.exchange(sized(most), returned(r#"{"statusCode":200}"#)).response.status.value, 200);
        let refused = api.exchange(sized(most + 1), returned("{}"));
        assert_eq!(said(&refused), (413, "{\"message\":\"Request Too Long\"}".to_string()));
        assert!(refused.outcome.is_none());
    }
}

#[test]
fn a_mapping_from_a_body_that_only_begins_as_json_is_refused() {
    let api = Played::new(
        "
openapi: 3.0.1
paths:
  /o:
    get:
      responses: { '200': { headers: { X-A: {} } } }
      x-amazon-apigateway-integration:
        type: aws
        httpMethod: POST
        uri: URI
        requestParameters: { integration.request.header.X-Leaf: method.request.body.leaf }
        responses:
          default: { statusCode: '200', responseParameters: { method.response.header.X-A: integration.response.body.a } }
",
    );
    let with = |body: &str| Request { body: body.as_bytes().to_vec(), ..get("/o") };
    let played = |body: &str, answer: &str| said(&api.exchange(with(body), returned(answer)));
    let refused = "{\"message\":\"Invalid JSON in request body\"}".to_string();
    assert_eq!(played(r#"{"leaf": gr"#, "{}"), (400, refused));
    assert_eq!(played("plain words", "{}").0, 200);
    assert_eq!(played("", "{}").0, 200);
    assert_eq!(played("{}", r#"{"a": 1"#), (500, STOCK.to_string()));
    assert_eq!(played("{}", r#"{"a": 1}"#).0, 200);
}

#[test]
fn what_the_gateway_says_by_itself_about_authorizers() {
    let api = proxy();
    let said_of = |of_type| said(&InFlight::refuse(&api.api, of_type, &api.ambient).unwrap());
    let nothing = (500, "{\"message\":null}".to_string());
    assert_eq!(said_of(GatewayResponseType::AuthorizerFailure), nothing);
    assert_eq!(said_of(GatewayResponseType::AuthorizerConfigurationError), nothing);
    let denied = "{\"Message\":\"User is not authorized to access this resource\"}".to_string();
    assert_eq!(said_of(GatewayResponseType::AccessDenied), (403, denied));
    assert_eq!(
        said_of(GatewayResponseType::Unauthorized),
        (401, "{\"message\":\"Unauthorized\"}".to_string())
    );
}

#[test]
fn what_depends_on_an_unknown_answer_is_undecided() {
    let api = proxy();
    let unknown = Outcome::Returned(Payload::unknown());
    assert!(simulate(&api.api, get("/o"), &api.ambient, |_, _| unknown, no_endpoint).is_err());
    let body = Outcome::Returned(Payload::partly(r#"{"statusCode":200,"body":"x"}"#, ["/body".to_string()]));
    assert_eq!(api.answer(body), (200, "?".to_string()));
}

#[test]
fn a_stream_that_breaks_off_has_sent_its_status() {
    let api = Played::new(
        "
openapi: 3.0.1
paths:
  /o:
    get:
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: URI
        responseTransferMode: STREAM
",
    );
    let sent = || Payload::known(r#"{"statusCode":200,"body":"id,tot"}"#);
    let exchange = api.exchange(get("/o"), Outcome::StreamBroken(sent()));
    assert_eq!(said(&exchange), (200, "id,tot".to_string()));
    assert_eq!(exchange.judge().verdict, Verdict::MaskedFailure);
    // A failure before the first byte is answered as without a stream, and a whole answer arrives as a whole.
    assert_eq!(api.answer(raised("early")).0, 502);
    assert_eq!(api.answer(Outcome::NotInvocable).0, 500);
    assert_eq!(api.answer(Outcome::Returned(sent())), (200, "id,tot".to_string()));
    // Nothing is streamed where nobody says so.
    let buffered = proxy();
    let broken = Outcome::StreamBroken(sent());
    let undecided = simulate(&buffered.api, get("/o"), &buffered.ambient, |_, _| broken, no_endpoint);
    assert!(undecided.unwrap_err().needs.to_string().contains("not streamed"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let api = proxy();
    let request = || Request { query: vec![("a".into(), "1%202".into())], body: b"{}".to_vec(), ..get("/o") };
    let mut events = Vec::new();
    for _ in 0..2 {
        let play = |_: &Invocation<'_>, event: &[u8]| {
            events.push(event.to_vec());
            raised("x")
        };
        simulate(&api.api, request(), &api.ambient, play, no_endpoint).unwrap();
    }
    assert_eq!(events[0], events[1]);
    assert!(String::from_utf8_lossy(&events[0]).contains("\"a\":\"1 2\""));
}
