//! CORS by the gateway itself: HTTP APIs and function URLs.

use super::*;

fn http_with(cors: &str) -> Played {
    Played::new(&format!(
        "
openapi: 3.0.1
x-amazon-apigateway-cors: {cors}
paths:
  /o:
    get:
      x-amazon-apigateway-integration: {{ type: aws_proxy, uri: URI, payloadFormatVersion: '2.0' }}
    options:
      x-amazon-apigateway-integration: {{ type: aws_proxy, uri: URI, payloadFormatVersion: '2.0' }}
"
    ))
}

fn url_with(cors: &str) -> Played {
    let mut sources = Sources::default();
    let options = Options { parameters: Vec::new(), max_file: 1 << 20, limits: Default::default() };
    let api = candor_iac::function_url(&mut sources, "url.json", format!("{{\"cors\": {cors}}}"), &options)
        .unwrap();
    Played { api, sources, ambient: Ambient::example() }
}

fn from(origin: &str, method: &str) -> Request {
    let headers = vec![("Origin".to_string(), origin.to_string())];
    Request { method: method.to_string(), headers, ..get("/o") }
}

fn preflight(origin: &str) -> Request {
    let mut request = from(origin, "OPTIONS");
    request.headers.push(("access-control-request-method".to_string(), "PUT".to_string()));
    request
}

fn header(exchange: &Exchange<'_>, name: &str) -> Option<String> {
    exchange.response.header(name).map(|h| h.value.value.clone())
}

const SET: &str = "{ allowOrigins: ['https://a.example', 'http://*'], allowMethods: [GET, PUT], allowHeaders: [x-a], \
                   exposeHeaders: [x-b, x-c], maxAge: 60, allowCredentials: true }";

#[test]
fn a_preflight_is_answered_without_the_function_whatever_routes_there_are() {
    let api = http_with(SET);
    let exchange = api.exchange(preflight("https://a.example"), raised("must not be called"));
    assert_eq!(said(&exchange), (204, String::new()));
    assert!(exchange.outcome.is_none());
    assert_eq!(exchange.judge().verdict, Verdict::Honest);
    let of = |name| header(&exchange, name).unwrap();
    assert_eq!(of("access-control-allow-origin"), "https://a.example");
    assert_eq!(of("access-control-allow-methods"), "GET,PUT");
    assert_eq!(of("access-control-allow-headers"), "x-a");
    assert_eq!(of("access-control-max-age"), "60");
    assert_eq!(of("access-control-allow-credentials"), "true");
    assert_eq!(header(&exchange, "access-control-expose-headers"), None);
}

#[test]
fn options_without_a_method_in_question_is_an_ordinary_request() {
    let api = http_with(SET);
    let exchange = api.exchange(from("https://a.example", "OPTIONS"), returned("{\"statusCode\": 207}"));
    assert_eq!(exchange.response.status.value, 207);
}

#[test]
fn the_configured_headers_replace_the_functions() {
    let api = http_with(SET);
    let answer = || {
        returned(
            r#"{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*","access-control-max-age":"1"}}"#,
        )
    };
    let exchange = api.exchange(from("http://any.example", "GET"), answer());
    assert_eq!(header(&exchange, "access-control-allow-origin").unwrap(), "http://any.example");
    assert_eq!(header(&exchange, "access-control-expose-headers").unwrap(), "x-b,x-c");
    assert_eq!(header(&exchange, "access-control-max-age"), None);
    for request in [from("https://b.example", "GET"), get("/o")] {
        let exchange = api.exchange(request, answer());
        assert_eq!(header(&exchange, "access-control-allow-origin"), None);
    }
}

#[test]
fn the_gateways_own_errors_carry_the_headers() {
    let api = http_with("{ allowOrigins: ['*'] }");
    let exchange = api.exchange(from("https://a.example", "GET"), raised("no"));
    assert_eq!(exchange.response.status.value, 500);
    assert_eq!(header(&exchange, "access-control-allow-origin").unwrap(), "*");
    let nowhere = Request { path: "/nowhere".to_string(), ..from("https://a.example", "GET") };
    let exchange = api.exchange(nowhere, raised("no"));
    assert_eq!(exchange.response.status.value, 404);
    assert_eq!(header(&exchange, "access-control-allow-origin").unwrap(), "*");
}

#[test]
fn without_a_configuration_the_functions_headers_pass() {
    let answer = returned(r#"{"statusCode":200,"headers":{"access-control-allow-origin":"https://x"}}"#);
    let api = http("2.0");
    let exchange = api.exchange(from("https://x", "GET"), answer);
    assert_eq!(header(&exchange, "access-control-allow-origin").unwrap(), "https://x");
}

#[test]
fn a_function_url_answers_preflights_as_well() {
    let api = url_with(r#"{"allowOrigins": ["https://a.example"], "allowMethods": ["GET"]}"#);
    let exchange = api.exchange(preflight("https://a.example"), raised("must not be called"));
    assert_eq!(said(&exchange), (200, String::new()));
    assert_eq!(header(&exchange, "Access-Control-Allow-Methods").unwrap(), "GET");
    let refused = api.exchange(preflight("https://b.example"), raised("must not be called"));
    assert_eq!(header(&refused, "Access-Control-Allow-Methods"), None);
    let exchange = api.exchange(from("https://a.example", "GET"), raised("no"));
    assert_eq!(header(&exchange, "Access-Control-Allow-Origin").unwrap(), "https://a.example");
}
