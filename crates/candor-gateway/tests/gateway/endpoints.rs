//! HTTP back ends and AWS services behind a REST API; text and bytes on the way through it.

use candor_gateway::endpoint::{EndpointOutcome, EndpointRequest, EndpointResponse};
use candor_gateway::exchange::Exchange;
use candor_gateway::request::Request;
use candor_gateway::simulate;

use super::{Payload, Played, Verdict};

/// An API of one method, `ANY /{p+}`, with this integration; its binary media types stand before it.
fn api(types: &str, integration: &str) -> Played {
    Played::new(&format!(
        "openapi: 3.0.1\ninfo: {{ title: t, version: '1' }}\nx-amazon-apigateway-binary-media-types: [{types}]\npaths:\n  /{{p+}}:\n    \
         x-amazon-apigateway-any-method:\n      responses: {{ '200': {{}}, '400': {{}} }}\n      x-amazon-apigateway-integration: {integration}\n"
    ))
}

fn request(method: &str) -> Request {
    Request { method: method.to_string(), path: "/a/b".to_string(), ..Request::default() }
}

fn answer(status: u16, content_type: &str, body: &[u8]) -> EndpointOutcome {
    let headers = vec![("content-type".to_string(), content_type.to_string())];
    EndpointOutcome::Responded(EndpointResponse { status, headers, body: Payload::known(body) })
}

impl Played {
    fn call(&self, request: Request, outcome: EndpointOutcome) -> Exchange<'_> {
        simulate(&self.api, request, &self.ambient, |_, _| panic!("no function stands here"), |_| outcome)
            .unwrap()
    }

    /// What the endpoint is sent.
    fn sent(&self, request: Request) -> EndpointRequest {
        self.call(request, answer(200, "text/plain", b"")).endpoint.unwrap().request
    }
}

fn status_and_body(exchange: &Exchange<'_>) -> (u16, Vec<u8>) {
    (exchange.response.status.value, exchange.response.body.value.bytes().unwrap().to_vec())
}

const HTTP: &str = "{ type: http, httpMethod: POST, uri: 'https://b.example/x', responses: { default: { statusCode: '200' }, '4\\d{2}': { statusCode: '400' } } }";
const PROXY: &str = "{ type: http_proxy, httpMethod: ANY, uri: 'https://b.example/{p}?own=1', requestParameters: { \
                     integration.request.path.p: method.request.path.p, integration.request.querystring.own: method.request.header.X } }";

#[test]
fn an_error_of_the_back_end_is_what_the_patterns_make_of_it() {
    let api = api("", HTTP);
    let of = |status| {
        let exchange = api.call(request("POST"), answer(status, "application/json", b"{}"));
        (exchange.response.status.value, exchange.judge().verdict)
    };
    assert_eq!(of(200), (200, Verdict::Honest));
    assert_eq!(of(400), (400, Verdict::Honest));
    assert_eq!(of(404), (400, Verdict::Honest));
    assert_eq!(of(503), (200, Verdict::MaskedFailure));
}

/// A pattern that gives a back end's error a status of another class has decided; a default that takes the rest has not.
#[test]
fn an_error_for_which_the_api_chose_another() {
    let of = |responses: &str| {
        let integration = format!(
            "{{ type: http, httpMethod: POST, uri: 'https://b.example/x', responses: {{ {responses} }} }}"
        );
        let api = api("", &integration);
        let exchange = api.call(request("POST"), answer(503, "application/json", b"{}"));
        (exchange.response.status.value, exchange.judge().verdict)
    };
    assert_eq!(
        of("default: { statusCode: '200' }, '5\\d{2}': { statusCode: '400' }"),
        (400, Verdict::Honest)
    );
    assert_eq!(of("default: { statusCode: '400' }"), (400, Verdict::WrongStatus));
    assert_eq!(of("'5\\d{2}': { statusCode: '200' }"), (200, Verdict::MaskedFailure));
}

#[test]
fn a_proxy_passes_status_headers_and_body_on() {
    let api = api("", PROXY);
    let headers = [("Server", "s"), ("Via", "v"), ("X-Own", "o"), ("Set-Cookie", "a"), ("Set-Cookie", "b")];
    let headers = headers.map(|(n, v)| (n.to_string(), v.to_string())).to_vec();
    let outcome =
        EndpointOutcome::Responded(EndpointResponse { status: 418, headers, body: Payload::known(*b"tea") });
    let exchange = api.call(request("GET"), outcome);
    assert_eq!(status_and_body(&exchange), (418, b"tea".to_vec()));
    let named = |name: &str| exchange.response.header(name).map(|h| h.value.value.as_str());
    assert_eq!((named("x-amzn-Remapped-Server"), named("Server"), named("Via")), (Some("s"), None, None));
    assert_eq!(named("X-Own"), Some("o"));
    assert_eq!(exchange.response.headers.iter().filter(|h| h.value.name == "Set-Cookie").count(), 2);
}

#[test]
fn no_answer_is_a_gateway_response() {
    for integration in [HTTP, PROXY] {
        let api = api("", integration);
        let timed_out = api.call(request("POST"), EndpointOutcome::TimedOut);
        assert_eq!(
            status_and_body(&timed_out),
            (504, br#"{"message":"Endpoint request timed out"}"#.to_vec())
        );
        let unreachable = api.call(request("POST"), EndpointOutcome::Unreachable);
        assert_eq!(unreachable.response.status.value, 504);
        assert_eq!(unreachable.judge().verdict, Verdict::OpaqueError);
    }
}

#[test]
fn a_proxy_sends_what_the_client_sent() {
    let mut client = request("PUT");
    client.query = vec![("a".into(), "1%202".into()), ("own".into(), "2".into())];
    client.headers = [("X", "3"), ("Host", "h"), ("TE", "t"), ("Accept", "text/html")]
        .map(|(n, v)| (n.into(), v.into()))
        .into();
    client.body = b"b".to_vec();
    let sent = api("", PROXY).sent(client);
    assert_eq!(
        (sent.method.as_str(), sent.uri.as_str(), &sent.body[..]),
        ("PUT", "https://b.example/a/b", &b"b"[..])
    );
    let own: Vec<&str> = sent.query.iter().filter(|(n, _)| n == "own").map(|(_, v)| v.as_str()).collect();
    assert_eq!(own, ["2", "1", "3"]);
    let header =
        |name: &str| sent.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str());
    assert_eq!(
        (header("host"), header("te"), header("accept")),
        (Some("b.example"), None, Some("text/html"))
    );
}

#[test]
fn others_send_headers_of_their_own() {
    let mut client = request("GET");
    client.headers = [("X-Mine", "1"), ("User-Agent", "me"), ("Content-Type", "text/plain")]
        .map(|(n, v)| (n.into(), v.into()))
        .into();
    let sent = api("", HTTP).sent(client);
    let names: Vec<&str> = sent.headers.iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(
        names,
        ["Accept", "User-Agent", "Host", "X-Amzn-Apigateway-Api-Id", "X-Amzn-Trace-Id", "Content-Type"]
    );
    assert!(sent.query.is_empty());
}

#[test]
fn an_override_of_the_request_template_wins_over_a_mapping() {
    let sent = api(
        "",
        "{ type: http, httpMethod: GET, uri: 'https://b.example/x', requestParameters: { integration.request.header.a: \"'mapped'\", \
         integration.request.querystring.q: \"'mapped'\" }, requestTemplates: { application/json: \
         \"#set($context.requestOverride.header.a = 'own')#set($context.requestOverride.querystring.q = 'own')\" } }",
    )
    .sent(request("GET"));
    assert!(sent.headers.contains(&("a".to_string(), "own".to_string())), "{:?}", sent.headers);
    assert_eq!(sent.query, [("q".to_string(), "own".to_string())]);
}

#[test]
fn a_service_is_asked_at_its_own_address() {
    let by_action = "{ type: aws, httpMethod: POST, credentials: r, uri: 'arn:aws:apigateway:us-east-1:dynamodb:action/Scan' }";
    let sent = api("", by_action).sent(request("GET"));
    assert_eq!(sent.uri, "https://dynamodb.us-east-1.amazonaws.com/");
    assert_eq!(sent.query, [("Action".to_string(), "Scan".to_string())]);
    let by_path = "{ type: aws, httpMethod: PUT, credentials: r, uri: 'arn:aws:apigateway:us-east-1:s3:path/bucket/{key}', \
                   requestParameters: { integration.request.path.key: method.request.path.p } }";
    assert_eq!(api("", by_path).sent(request("GET")).uri, "https://s3.us-east-1.amazonaws.com/bucket/a/b");
}

#[test]
fn an_address_that_nothing_fills_in() {
    let variable = api("", "{ type: http_proxy, httpMethod: GET, uri: 'https://${stageVariables.host}/' }");
    let exchange = variable.call(request("GET"), answer(200, "text/plain", b"ok"));
    assert_eq!(exchange.response.status.value, 500);
    assert!(exchange.endpoint.is_none());
    let parameter = api("", "{ type: http_proxy, httpMethod: GET, uri: 'https://b.example/{other}' }");
    let undecided = simulate(
        &parameter.api,
        request("GET"),
        &parameter.ambient,
        |_, _| panic!("no function"),
        |_| EndpointOutcome::TimedOut,
    );
    assert!(undecided.is_err());
}

#[test]
fn headers_that_break_the_call() {
    for (name, status) in [("Content-Length", 500), ("Transfer-Encoding", 500), ("Authorization", 200)] {
        let integration = format!(
            "{{ type: http_proxy, httpMethod: GET, uri: 'https://b.example/', requestParameters: {{ integration.request.header.{name}: \"'1'\" }} }}"
        );
        let api = api("", &integration);
        assert_eq!(
            api.call(request("GET"), answer(200, "text/plain", b"")).response.status.value,
            status,
            "{name}"
        );
    }
}

#[test]
fn response_headers_are_mapped_from_the_answer() {
    let api = api(
        "",
        "{ type: http, httpMethod: GET, uri: 'https://b.example/', responses: { default: { statusCode: '200', responseParameters: { \
         method.response.header.Own: integration.response.header.X-Theirs, method.response.header.Id: integration.response.body.id, \
         method.response.header.None: integration.response.header.absent } } } }",
    );
    let headers = vec![("x-theirs".to_string(), "t".to_string())];
    let body = Payload::known(*br#"{"id": 7}"#);
    let exchange =
        api.call(request("GET"), EndpointOutcome::Responded(EndpointResponse { status: 200, headers, body }));
    let named = |name: &str| exchange.response.header(name).map(|h| h.value.value.as_str());
    assert_eq!((named("Own"), named("Id"), named("None")), (Some("t"), Some("7"), None));
}

/// The table of conversions: payload type, Accept, handling, and what comes of bytes and of base64 text.
#[test]
fn bytes_and_text() {
    let with = |handling: &str| {
        api(
            "image/png",
            &format!(
                "{{ type: http, httpMethod: GET, uri: 'https://b.example/', responses: {{ default: {{ statusCode: '200'{handling} }} }} }}"
            ),
        )
    };
    let bytes: &[u8] = &[0xff, 0x00, 0x42];
    let (text, binary) = (", contentHandling: CONVERT_TO_TEXT", ", contentHandling: CONVERT_TO_BINARY");
    let replaced: &[u8] = "\u{fffd}\0B".as_bytes();
    for (handling, content_type, accept, body, expected) in [
        ("", "text/plain", "text/plain", bytes, Some(replaced)),
        ("", "text/plain", "image/png", b"/wBC", Some(bytes)),
        ("", "text/plain", "image/png", b"no base64!", None),
        ("", "image/png", "text/plain", bytes, Some(b"/wBC")),
        ("", "image/png", "image/png", bytes, Some(bytes)),
        (text, "text/plain", "image/png", b"/wBC", Some(b"/wBC")),
        (text, "image/png", "image/png", bytes, Some(b"/wBC")),
        (binary, "text/plain", "text/plain", b"/wBC", Some(bytes)),
        (binary, "image/png", "text/plain", bytes, Some(bytes)),
    ] {
        let api = with(handling);
        let mut client = request("GET");
        client.headers = vec![("Accept".to_string(), accept.to_string())];
        let exchange = api.call(client, answer(200, content_type, body));
        let got = status_and_body(&exchange);
        match expected {
            Some(expected) => assert_eq!(got, (200, expected.to_vec()), "{handling} {content_type} {accept}"),
            None => assert_eq!(got.0, 500),
        }
    }
}

#[test]
fn a_template_cannot_read_bytes() {
    let api = api(
        "image/png",
        "{ type: http, httpMethod: POST, uri: 'https://b.example/', contentHandling: CONVERT_TO_BINARY, requestTemplates: { application/json: \
         '$input.body' }, responses: { default: { statusCode: '200' } } }",
    );
    let mut client = request("POST");
    client.body = b"/wBC".to_vec();
    assert_eq!(api.call(client.clone(), answer(200, "text/plain", b"")).response.status.value, 500);
    client.headers = vec![("Content-Type".to_string(), "text/plain".to_string())];
    assert_eq!(api.sent(client).body, [0xff, 0x00, 0x42]);
}

#[test]
fn an_http_api_passes_everything_on() {
    let api = Played::new(
        "openapi: 3.0.1\ninfo: { title: t, version: '1' }\npaths:\n  /{p+}:\n    x-amazon-apigateway-any-method:\n      \
         x-amazon-apigateway-integration: { type: http_proxy, httpMethod: ANY, payloadFormatVersion: '1.0', uri: 'https://b.example/{p}' }\n",
    );
    let exchange = api.call(request("DELETE"), answer(409, "text/plain", b"no"));
    assert_eq!(status_and_body(&exchange), (409, b"no".to_vec()));
    let sent = exchange.endpoint.as_ref().unwrap();
    assert_eq!(
        (sent.request.method.as_str(), sent.request.uri.as_str()),
        ("DELETE", "https://b.example/a/b")
    );
    assert_eq!(api.call(request("GET"), EndpointOutcome::TimedOut).response.status.value, 503);
}

#[test]
fn an_answer_above_10_mb_is_a_500() {
    let most = candor_contract::limits::GATEWAY_PAYLOAD.bytes as usize;
    let body = vec![b'x'; most + 1];
    for integration in [HTTP, PROXY] {
        let api = api("", integration);
        let fits = api.call(request("POST"), answer(200, "text/plain", &body[1..]));
        assert_eq!(fits.response.status.value, 200);
        let exchange = api.call(request("POST"), answer(200, "text/plain", &body));
        let stock = br#"{"message":"Internal server error"}"#.to_vec();
        assert_eq!(status_and_body(&exchange), (500, stock));
        assert_eq!(exchange.judge().verdict, Verdict::FalseAlarm);
    }
}
