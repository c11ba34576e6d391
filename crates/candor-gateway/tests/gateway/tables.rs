//! The decision tables of `docs/`: each row is played here, and says on what it rests. `CANDOR_BLESS=1` writes the pages anew.

use std::fmt::Write as _;

use candor_contract::{ApiKind, limits};
use candor_gateway::InFlight;
use candor_gateway::api::{Authorizer, AuthorizerType, GatewayResponseType};
use candor_gateway::authorizer::Authorization;
use candor_gateway::drill::{Case, Drill};
use candor_gateway::setting::Setting;
use candor_gateway::trace::What;

use super::*;

/// A row: what the function does, in words; the same to play; who says what comes of it.
pub(super) type Row = (&'static str, Outcome, &'static str);

const FORMAT: &str = "LocalStack's AWS recording `test_aws_proxy_response_payload_format_validation`";
const SHAPE: &str = "LocalStack's AWS recording `test_lambda_aws_proxy_response_format`";
const ARTICLE_502: &str = "AWS knowledge center, 502 errors from API Gateway REST APIs with Lambda proxy";
const ERRORS: &str = "API Gateway guide, Handle Lambda errors in API Gateway";
const TYPES: &str = "API Gateway guide, Gateway response types";
const HTTP: &str = "API Gateway guide, Create AWS Lambda proxy integrations for HTTP APIs";
const FIELD: &str = "reports from the field";
pub(super) const INFERRED: &str = "inferred";

/// Whether the page in `docs/` is what it should be.
pub(super) fn compare(name: &str, page: &str) {
    let path = format!("{}/../../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("CANDOR_BLESS").is_some() {
        std::fs::write(&path, page).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap_or_default(),
        page,
        "docs/{name} is old: run `cargo xtask bless`"
    );
}

pub(super) fn opening(title: &str, about: &str) -> String {
    format!(
        "# {title}\n\n{about}\n\nMade from the model by `cargo xtask bless`: each row is played, and a test compares. *Recorded* was seen on AWS; \
         *inferred* nobody has shown.\n"
    )
}

/// Text as it stands in a table's cell.
pub(super) fn cell(text: &str) -> String {
    match text {
        "" => "empty".to_string(),
        text if text.contains('`') => text.replace('|', "\\|"),
        text => format!("`{}`", text.replace('|', "\\|").replace('\n', "\\n")),
    }
}

pub(super) fn answer(api: &Played, outcome: &Outcome) -> (u16, String, String, &'static str) {
    let exchange = api.exchange(get("/o"), outcome.clone());
    let (status, body) = said(&exchange);
    let content_type = exchange.response.header("Content-Type").map(|h| h.value.value.clone());
    (status, content_type.unwrap_or_default(), body, exchange.judge().verdict.slug())
}

fn table(api: &Played, rows: &[Row]) -> String {
    let mut out = String::from(
        "\n| the function | status | Content-Type | body | verdict | source |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for (label, outcome, source) in rows {
        let (status, content_type, body, verdict) = answer(api, outcome);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "| {} | {status} | {} | {} | {verdict} | {source} |",
            cell(label),
            cell(&content_type),
            cell(&body)
        );
    }
    out
}

fn rows(answers: &[(&'static str, &'static str)]) -> Vec<Row> {
    answers.iter().map(|(json, source)| (*json, returned(json), *source)).collect()
}

pub(super) fn failures(sources: [&'static str; 8]) -> Vec<Row> {
    let [raised_by, init, exits, memory, timed, late, throttled, permission] = sources;
    let error = FunctionError::python("KeyError", "'id'", "8f5ed0d1-2c3a-4f0b-9d5e-3a1b7c9d2e4f", "");
    vec![
        ("`raised`", Outcome::Raised(error.clone()), raised_by),
        ("`init-failed`", Outcome::InitFailed(error), init),
        ("`exited`", Outcome::Exited, exits),
        ("`out-of-memory`", Outcome::OutOfMemory, memory),
        ("`timed-out` after 3 s", timed_out(3), timed),
        ("`timed-out` after 60 s", timed_out(60), late),
        ("`returned-late`", Outcome::ReturnedLate(Payload::known(*b"{\"statusCode\":200}")), late),
        ("`throttled`", Outcome::Throttled, throttled),
        ("`not-invocable`", Outcome::NotInvocable, permission),
        (
            "`response-too-large`",
            Outcome::TooLarge(limits::LAMBDA_RESPONSE.bytes + 1),
            "Lambda quotas: 6 MB; that it is a function error is documented",
        ),
    ]
}

#[test]
fn a_rest_proxy() {
    let mut page = opening(
        "REST API, Lambda proxy: what an answer becomes",
        "An integration of type `aws_proxy`. Of an answer's keys none is required, and no other than these may be there: `statusCode`, `headers`, \
         `multiValueHeaders`, `body`, `isBase64Encoded`. Integration responses, selection patterns and templates are ignored.",
    );
    page.push_str("\n## It answers\n");
    page += &table(
        &proxy(),
        &rows(&[
            ("{}", SHAPE),
            (r#"{"statusCode": 200}"#, FORMAT),
            (
                r#"{"statusCode": 404, "body": "gone"}"#,
                "API Gateway guide, Output format of a Lambda function for proxy integration",
            ),
            (r#"{"statusCode": "201"}"#, FORMAT),
            (r#"{"statusCode": "test"}"#, FORMAT),
            (r#"{"statusCode": null, "body": "x"}"#, INFERRED),
            (r#"{"statusCode": 99}"#, INFERRED),
            (r#"{"headers": {"X-A": "1"}}"#, FORMAT),
            (r#"{"body": "x"}"#, INFERRED),
            (r#"{"statusCode": 200, "wrongValue": 1}"#, FORMAT),
            (r#"{"status": 200, "body": "x"}"#, SHAPE),
            (r#"{"statusCode": 200, "cookies": []}"#, FORMAT),
            (r#"{"errorMessage": "no", "errorType": "E"}"#, FORMAT),
            (r#"{"statusCode": 200, "headers": null}"#, FORMAT),
            (r#"{"statusCode": 200, "headers": {"X-A": true}}"#, FORMAT),
            (r#"{"statusCode": 200, "headers": {"X-A": 7}}"#, INFERRED),
            (r#"{"statusCode": 200, "headers": {"X-A": null}}"#, INFERRED),
            (r#"{"statusCode": 200, "headers": {"X-A": [1]}}"#, INFERRED),
            (
                r#"{"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": "<p>"}"#,
                "LocalStack's AWS recording `test_response_headers_invocation_with_apigw`",
            ),
            (r#"{"statusCode": 200, "multiValueHeaders": {"X-A": "1"}}"#, FORMAT),
            (r#"{"statusCode": 200, "body": {"a": 1}}"#, ARTICLE_502),
            (r#"{"statusCode": 200, "body": [1]}"#, ARTICLE_502),
            (r#"{"statusCode": 200, "body": null}"#, INFERRED),
            (r#"{"statusCode": 200, "body": "aGk=", "isBase64Encoded": true}"#, FORMAT),
            ("\"text\"", FORMAT),
            ("[1]", ARTICLE_502),
            ("7", ARTICLE_502),
            ("true", ARTICLE_502),
            ("null", INFERRED),
            ("no JSON", ARTICLE_502),
        ]),
    );
    page.push_str("\n## It fails\n");
    let gateway_timeout = TYPES;
    let article_500 = "AWS knowledge center, Invalid permissions on Lambda function";
    page += &table(
        &proxy(),
        &failures([
            FORMAT,
            ERRORS,
            ERRORS,
            ERRORS,
            ARTICLE_502,
            gateway_timeout,
            "sources differ between 500 and 502; AWS knowledge center says 500",
            article_500,
        ]),
    );
    page.push_str("\n## The call cannot be made\n\n| integration | status | body | source |\n| --- | --- | --- | --- |\n");
    let non_post = "LocalStack's AWS recording `test_lambda_aws_proxy_integration_non_post_method`";
    let remapping = "LocalStack's AWS recording `test_apigateway_header_remapping_aws`";
    let mut broken = vec![("`httpMethod: GET`".to_string(), "httpMethod: GET".to_string(), non_post)];
    for name in [
        "Content-Length",
        "Transfer-Encoding",
        "Authorization",
        "Connection",
        "Expect",
        "Proxy-Authenticate",
        "TE",
    ] {
        let written =
            format!("httpMethod: POST, requestParameters: {{ integration.request.header.{name}: \"'x'\" }}");
        broken.push((format!("a mapping of the request header {name}"), written, remapping));
    }
    for (label, written, source) in broken {
        let api = Played::new(&format!(
            "openapi: 3.0.1\npaths: {{ /o: {{ get: {{ x-amazon-apigateway-integration: {{ type: aws_proxy, uri: URI, {written} }} }} }} }}"
        ));
        let (status, body) = api.answer(Outcome::NotInvocable);
        let _ = writeln!(page, "| {label} | {status} | {} | {source} |", cell(&body));
    }
    compare("rest-proxy.md", &page);
}

#[test]
fn an_http_api_and_a_function_url() {
    let mut page = opening(
        "HTTP API and function URL: what an answer becomes",
        "Payload 2.0 and function URLs take whatever has no `statusCode` for the body of a 200: **a returned error is a success**. Payload 1.0 infers nothing. \
         Nothing of HTTP APIs is recorded; of function URLs most is.",
    );
    let answers: [(&str, &str, &str); 16] = [
        (r#"{"statusCode": 404, "body": "gone"}"#, HTTP, "recorded: `test_lambda_url_echo_http_fixture`"),
        (
            r#"{"statusCode": "201"}"#,
            "inferred of 2.0 and 1.0",
            "recorded: `test_lambda_url_echo_http_fixture`",
        ),
        (r#"{"statusCode": 99}"#, INFERRED, INFERRED),
        (r#"{"statusCode": null}"#, INFERRED, INFERRED),
        (r#"{"id": 17}"#, HTTP, "recorded: `test_lambda_url_invocation`"),
        (r#"{"body": "x"}"#, HTTP, "recorded: `test_lambda_url_invocation`"),
        (r#"{"errorMessage": "no", "errorType": "E"}"#, HTTP, "recorded: `test_lambda_url_invocation`"),
        (
            r#"{"statusCode": 200, "body": {"a": 1}}"#,
            INFERRED,
            "recorded: `test_lambda_url_echo_http_fixture`",
        ),
        (
            r#"{"statusCode": 200, "body": "aGk=", "isBase64Encoded": true}"#,
            HTTP,
            "Lambda guide, Invoking Lambda function URLs",
        ),
        (r#"{"statusCode": 200, "body": "no base64!", "isBase64Encoded": true}"#, INFERRED, INFERRED),
        (r#"{"statusCode": 200, "cookies": ["a=1"]}"#, HTTP, "Lambda guide, Invoking Lambda function URLs"),
        ("\"text\"", HTTP, "recorded: `test_lambda_url_invocation`"),
        ("[1, 2]", HTTP, "recorded: `test_lambda_url_invocation`"),
        ("true", HTTP, "recorded: `test_lambda_url_invocation`"),
        ("null", INFERRED, INFERRED),
        ("no JSON", INFERRED, INFERRED),
    ];
    let url = function_url();
    let apis = [http("2.0"), http("1.0"), url];
    let line = |outcome: &Outcome, source: &str, own: &str, label: &str| {
        let mut line = format!("| {} |", cell(label));
        for api in &apis {
            let (status, content_type, body, verdict) = answer(api, outcome);
            let _ = write!(line, " {status} {}, {}, {verdict} |", cell(&content_type), cell(&body));
        }
        format!("{line} {source} | {own} |\n")
    };
    let head = "\n| the function | payload 2.0 | payload 1.0 | function URL | source | of the URL |\n| --- | --- | --- | --- | --- | --- |\n";
    page.push_str("\n## It answers\n");
    page.push_str(head);
    for (json, source, own) in answers {
        page += &line(&returned(json), source, own, json);
    }
    page.push_str("\n## It fails\n");
    page.push_str(head);
    let capitals = "reports from the field: capitals unlike a REST API's";
    let of_url = "recorded: `test_lambda_url_invocation_exception`";
    let timeout = "reports from the field; an article of AWS says 504 in passing";
    let own = [
        of_url,
        of_url,
        INFERRED,
        INFERRED,
        INFERRED,
        INFERRED,
        INFERRED,
        "Lambda guide, Invoking Lambda function URLs",
        "recorded: `test_lambda_url_non_existing_url` and its siblings",
        INFERRED,
    ];
    let failing = failures([
        capitals,
        INFERRED,
        FIELD,
        FIELD,
        FIELD,
        timeout,
        "sources differ between 500 and 503",
        FIELD,
    ]);
    for ((label, outcome, source), own) in failing.iter().zip(own) {
        page += &line(outcome, source, own, label);
    }
    page.push_str("\n## Before the function\n\n| the request | HTTP API | source |\n| --- | --- | --- |\n");
    let none = said(&apis[0].exchange(get("/nowhere"), returned("{}")));
    let large = Request { body: vec![b'x'; limits::GATEWAY_PAYLOAD.bytes as usize + 1], ..get("/o") };
    let large = said(&apis[0].exchange(large, returned("{}")));
    let _ = writeln!(
        page,
        "| no route takes it | {} {} | API Gateway guide, Create routes for HTTP APIs |",
        none.0,
        cell(&none.1)
    );
    let _ = writeln!(
        page,
        "| its body is above 10 MB | {} {} | Amazon API Gateway quotas; the words are inferred |",
        large.0,
        cell(&large.1)
    );
    let value = "x".repeat(limits::GATEWAY_REQUEST_HEADERS.bytes as usize);
    let many = Request { headers: vec![("Cookie".to_string(), value)], ..get("/o") };
    let many = said(&apis[0].exchange(many, returned("{}")));
    let _ = writeln!(
        page,
        "| its line and its headers' values are above 10,240 bytes together | {} {} | Amazon API Gateway quotas; status and words: {FIELD} |",
        many.0,
        cell(&many.1)
    );
    compare("http-api.md", &page);
}

/// A function URL under test, at every path.
fn function_url() -> Played {
    let mut sources = Sources::default();
    let options = Options { parameters: Vec::new(), max_file: 1 << 20, limits: Default::default() };
    let settings = "{\"invokeMode\": \"BUFFERED\"}".to_string();
    let api = candor_iac::function_url(&mut sources, "url.json", settings, &options).unwrap();
    Played { api, sources, ambient: Ambient::example() }
}

#[test]
fn a_mapped_integration() {
    let mut page = opening(
        "REST API, Lambda without proxy: what an answer becomes",
        "An integration of type `aws`. The status of the invocation is 200 whatever the function did; patterns are matched against `errorMessage` as a whole \
         (Java's `String.matches`), and without a match the default response is used: **an error that no pattern matches is a success**.",
    );
    let patterns = "LocalStack's AWS recording `test_lambda_selection_patterns`";
    let returns = "(?s).+";
    let _ = writeln!(
        page,
        "\n## Which response\n\nThe default with 200, and one response with this pattern and 400.\n"
    );
    page.push_str(
        "| pattern | errorMessage | status | verdict | source |\n| --- | --- | --- | --- | --- |\n",
    );
    for (pattern, message, source) in [
        ("NotFound", Some("NotFound"), patterns),
        ("NotFound", Some("NotFound: 17"), FIELD),
        ("NotFound.*", Some("NotFound: 17"), ERRORS),
        (".*17", Some("NotFound: 17"), INFERRED),
        ("notfound.*", Some("NotFound: 17"), FIELD),
        ("(?i)notfound.*", Some("NotFound: 17"), FIELD),
        ("Invalid*", Some("Invalid order"), FIELD),
        (".+", Some("two\nlines"), "API Gateway reference, IntegrationResponse: a dot is no line break"),
        ("(\\n|.)+", Some("two\nlines"), "API Gateway reference, IntegrationResponse"),
        (returns, Some("two\nlines"), INFERRED),
        ("200", Some("NotFound"), patterns),
        ("200", None, patterns),
        (".+", None, patterns),
        (".*", None, FIELD),
        ("Oops", Some("NotFound"), "API Gateway guide: `errorType` is never looked at"),
        ("(", Some("("), INFERRED),
    ] {
        let api = mapped(&format!(
            "          default: {{ statusCode: 200 }}\n          '{pattern}': {{ statusCode: 400 }}"
        ));
        let outcome = message.map_or_else(|| returned("{\"id\": 17}"), raised);
        let (status, _, _, verdict) = answer(&api, &outcome);
        let message = message.map_or("none: it succeeds".to_string(), cell);
        let _ = writeln!(page, "| {} | {message} | {status} | {verdict} | {source} |", cell(pattern));
    }
    page.push_str("\n## What the client gets\n\nOnly a default response with 200, without template.\n");
    let bare = mapped("          default: { statusCode: 200 }");
    let integration = "LocalStack's AWS recording `test_lambda_aws_integration`";
    let mut all = rows(&[
        ("{\"id\": 17}", integration),
        ("\"text\"", patterns),
        ("null", INFERRED),
        (
            r#"{"statusCode": 500, "body": "no"}"#,
            "LocalStack's AWS recording `test_apigw_test_invoke_method_api`",
        ),
        (r#"{"errorMessage": "no"}"#, INFERRED),
    ]);
    all.extend(failures([
        ERRORS,
        ERRORS,
        FIELD,
        FIELD,
        ERRORS,
        TYPES,
        "sources differ between 500 and 502; AWS knowledge center says 500",
        "AWS knowledge center, Invalid permissions on Lambda function",
    ]));
    page += &table(&bare, &all);
    page.push_str("\n## Where the mapping itself fails\n\n| integration responses | the function | status | body | source |\n| --- | --- | --- | --- | --- |\n");
    let article = "AWS knowledge center, 5xx errors of API Gateway";
    for (label, responses, outcome, source) in [
        ("none at all", "          {}", returned("{}"), article),
        ("`NotFound` alone", "          NotFound: { statusCode: 400 }", raised("other"), article),
        ("`NotFound` alone", "          NotFound: { statusCode: 400 }", returned("{}"), article),
        (
            "the default has 202, which the method does not declare",
            "          default: { statusCode: 202 }",
            returned("{}"),
            article,
        ),
        (
            "a template that is none",
            "          default: { statusCode: 200, responseTemplates: { application/json: '#if(' } }",
            returned("{}"),
            INFERRED,
        ),
        (
            "a template sets `$context.responseOverride.status` to 418",
            "          default: { statusCode: 200, responseTemplates: { application/json: '#set($context.responseOverride.status = 418)' } }",
            raised("no"),
            "API Gateway guide, Override status code; recorded that it need not be declared",
        ),
        (
            "a template sets it to `abc`",
            "          default: { statusCode: 200, responseTemplates: { application/json: '#set($context.responseOverride.status = \"abc\")' } }",
            raised("no"),
            INFERRED,
        ),
    ] {
        let (status, _, body, _) = answer(&mapped(responses), &outcome);
        let did = match outcome {
            Outcome::Returned(_) => "succeeds",
            _ => "raises",
        };
        let _ = writeln!(page, "| {label} | {did} | {status} | {} | {source} |", cell(&body));
    }
    page += &passthrough();
    compare("rest-mapped.md", &page);
}

/// The table of passthrough behaviours.
fn passthrough() -> String {
    let mut out = String::from(
        "\n## The request\n\nWhat becomes of a request by its content type; one without is `application/json` (recorded). Source: API Gateway guide, Method \
         request behavior for payloads without mapping templates.\n\n| passthroughBehavior | a template for its type | templates, none for it | no templates |\n| --- \
         | --- | --- | --- |\n",
    );
    for behavior in ["when_no_match", "when_no_templates", "never"] {
        let mut line = format!("| `{behavior}` |");
        for templates in ["{ application/json: 'rendered' }", "{ application/xml: 'rendered' }", "{}"] {
            let api = Played::new(&format!(
                "
openapi: 3.0.1
paths:
  /o:
    post:
      responses: {{ '200': {{}} }}
      x-amazon-apigateway-integration:
        type: aws
        httpMethod: POST
        uri: URI
        passthroughBehavior: {behavior}
        requestTemplates: {templates}
        responses: {{ default: {{ statusCode: 200 }} }}
"
            ));
            let request = Request {
                method: "POST".to_string(),
                headers: vec![("Content-Type".to_string(), "application/json".to_string())],
                body: b"{\"raw\":1}".to_vec(),
                ..get("/o")
            };
            let exchange = api.exchange(request, returned("{}"));
            let done = match (&exchange.outcome, exchange.received.event()) {
                (None, _) => {
                    format!("refused: {} {}", exchange.response.status.value, cell(&said(&exchange).1))
                }
                (Some(_), event) if event == b"rendered" => "the template".to_string(),
                (Some(_), _) => "passed on".to_string(),
            };
            let _ = write!(line, " {done} |");
        }
        let _ = writeln!(out, "{line}");
    }
    out
}

#[test]
fn the_gateways_own_answers() {
    let mut page = opening(
        "REST API: what the gateway says by itself",
        "Gateway responses. A function error and a malformed answer of a proxy have no type: only `DEFAULT_5XX` shapes them. A type's own entry wins whole; a \
         type without one takes status, headers and templates of `DEFAULT_4XX` or `DEFAULT_5XX`. HTTP APIs and function URLs have none.",
    );
    page.push_str("\n## The types\n\nStatuses: AWS recording of the default configuration of an API; messages: API Gateway guide, Gateway response types, or reports from the field; \
                   `{\"message\":null}`: reports from the field.\n\n| type | status | x-amzn-ErrorType | body |\n| --- | --- | --- | --- |\n");
    let plain = proxy();
    for of_type in GatewayResponseType::ALL {
        if of_type.status().is_none() {
            continue;
        }
        let exchange = InFlight::refuse(&plain.api, *of_type, &plain.ambient).unwrap();
        let error = exchange.response.header("x-amzn-ErrorType").map(|h| h.value.value.clone());
        let (status, body) = said(&exchange);
        let _ = writeln!(
            page,
            "| `{}` | {status} | {} | {} |",
            of_type.name(),
            cell(&error.unwrap_or_default()),
            cell(&body)
        );
    }
    page.push_str("\n## What an API sets\n\n| set | happens | status | body | source |\n| --- | --- | --- | --- | --- |\n");
    let guide = "API Gateway guide, Gateway responses";
    let recorded = "recorded: a new entry keeps the type's own status";
    for (label, entries, path, outcome, source) in [
        ("`DEFAULT_5XX` with 200", "DEFAULT_5XX: { statusCode: '200' }", "/o", raised("no"), guide),
        ("`DEFAULT_5XX` with 200", "DEFAULT_5XX: { statusCode: '200' }", "/o", timed_out(60), guide),
        (
            "`DEFAULT_5XX` with 200, `INTEGRATION_TIMEOUT` without a status",
            "DEFAULT_5XX: { statusCode: '200' }, INTEGRATION_TIMEOUT: {}",
            "/o",
            timed_out(60),
            recorded,
        ),
        (
            "`DEFAULT_5XX` with a template",
            "DEFAULT_5XX: { responseTemplates: { application/json: '{\"type\": \"$context.error.responseType\", \"why\": $context.error.messageString}' } }",
            "/o",
            timed_out(60),
            guide,
        ),
        (
            "`INTEGRATION_FAILURE` without anything",
            "INTEGRATION_FAILURE: {}",
            "/o",
            raised("no"),
            "recorded: `test_lambda_aws_proxy_integration_non_post_method`",
        ),
        ("`DEFAULT_4XX` with 404", "DEFAULT_4XX: { statusCode: '404' }", "/nowhere", raised("no"), guide),
        (
            "`MISSING_AUTHENTICATION_TOKEN` with 404",
            "MISSING_AUTHENTICATION_TOKEN: { statusCode: '404' }",
            "/nowhere",
            raised("no"),
            guide,
        ),
        (
            "`DEFAULT_5XX` with 200",
            "DEFAULT_5XX: { statusCode: '200' }",
            "/o",
            returned("{\"statusCode\": 500}"),
            guide,
        ),
    ] {
        let api = Played::new(&format!(
            "openapi: 3.0.1\nx-amazon-apigateway-gateway-responses: {{ {entries} }}\npaths: {{ /o: {{ get: {{ x-amazon-apigateway-integration: {{ type: aws_proxy, \
             httpMethod: POST, uri: URI }} }} }} }}"
        ));
        let exchange = api.exchange(get(path), outcome.clone());
        let happens = match (&exchange.outcome, &outcome) {
            (None, _) => "no method takes the request",
            (_, Outcome::Raised(_)) => "the function raises",
            (_, Outcome::Returned(_)) => "the function says 500",
            _ => "the integration timeout passes",
        };
        let (status, body) = said(&exchange);
        let _ = writeln!(page, "| {label} | {happens} | {status} | {} | {source} |", cell(&body));
    }
    compare("gateway-responses.md", &page);
}

/// Who says what comes of an authorizer's answer.
fn source(kind: ApiKind, of_type: AuthorizerType, says: Authorization) -> &'static str {
    use Authorization::{Allows, Denies, Fails, Ignores, Malformed, Unauthorized, Unidentified};
    match (kind, of_type, says) {
        (ApiKind::Rest, AuthorizerType::Function, Unidentified | Unauthorized) => {
            "AWS knowledge center, 401 errors with a Lambda authorizer; guide, Use API Gateway Lambda authorizers"
        }
        (ApiKind::Rest, AuthorizerType::Function, Denies | Ignores) => {
            "AWS knowledge center, 403 errors with a Lambda authorizer"
        }
        (ApiKind::Rest, AuthorizerType::Function, Fails | Malformed) => {
            "API Gateway guide, Gateway response types; which of the two types, and the body: reports from the field"
        }
        (ApiKind::Rest, AuthorizerType::UserPool, _) => {
            "AWS knowledge center, 401 errors with an Amazon Cognito user pool"
        }
        (ApiKind::Rest, AuthorizerType::Iam, _) => {
            "AWS knowledge center, signature mismatch errors with IAM authentication; API Gateway guide, Gateway response types"
        }
        (ApiKind::FunctionUrl, _, Unauthorized) => INFERRED,
        (ApiKind::FunctionUrl, ..) => "LocalStack's AWS recording `test_lambda_url_non_existing_url`",
        (ApiKind::Http, AuthorizerType::Function, _) => {
            "API Gateway guide, Control access to HTTP APIs with AWS Lambda authorizers; bodies: reports from the field"
        }
        (ApiKind::Http, AuthorizerType::Jwt, _) => {
            "API Gateway guide, Control access to HTTP APIs with JWT authorizers; bodies: reports from the field"
        }
        (ApiKind::Rest | ApiKind::Http, _, Allows)
        | (ApiKind::Http, AuthorizerType::Iam | AuthorizerType::UserPool, _)
        | (ApiKind::Alb, _, _)
        | (ApiKind::Rest, AuthorizerType::Jwt, _) => FIELD,
    }
}

#[test]
fn authorizers() {
    let mut page = opening(
        "Authorizers: what a client gets that may not pass",
        "Nobody behind the route is asked then. Gateway responses shape the answers of a REST API, those of the types that stand here; HTTP APIs and function URLs have none. \
         The words in the first column are those of `candor drill` (`authorizer-…`) and of `candor simulate --authorizer`.",
    );
    let document = |scheme: &str, format: &str| {
        Played::new(&format!(
            "openapi: 3.0.1\ncomponents: {{ securitySchemes: {{ guard: {{ type: apiKey, name: Authorization, in: header, {scheme} }} }} }}\npaths: {{ /o: {{ get: {{ \
             security: [ {{ guard: [] }} ], x-amazon-apigateway-integration: {{ type: aws_proxy, httpMethod: POST, uri: URI{format} }} }} }} }}"
        ))
    };
    let http = ", payloadFormatVersion: '2.0'";
    let of = |options: &str| format!("x-amazon-apigateway-authorizer: {{ {options} }}");
    let (iam, asked) =
        ("x-amazon-apigateway-authtype: awsSigv4", "identitySource: $request.header.Authorization");
    let mut signed_url = function_url();
    signed_url.api.routes[0].request.authorizer =
        Setting::written(Authorizer::iam(signed_url.api.span), signed_url.api.span);
    for (title, api) in [
        ("REST API, a function decides (`TOKEN`, `REQUEST`)", document(&of("type: token"), "")),
        ("REST API, a user pool (`COGNITO_USER_POOLS`)", document(&of("type: cognito_user_pools"), "")),
        ("REST API, a signature (`AWS_IAM`)", document(iam, "")),
        ("HTTP API, a function decides (`REQUEST`)", document(&of(&format!("type: request, {asked}")), http)),
        ("HTTP API, an issuer of tokens (`JWT`)", document(&of(&format!("type: jwt, {asked}")), http)),
        ("HTTP API, a signature (`AWS_IAM`)", document(iam, http)),
        ("Function URL, a signature (`AWS_IAM`)", signed_url),
    ] {
        let _ = write!(
            page,
            "\n## {title}\n\n| | status | type | x-amzn-ErrorType | body | source |\n| --- | --- | --- | --- | --- | --- |\n"
        );
        let route = &api.api.routes[0];
        let authorizer = route.request.authorizer.optional().unwrap().0.unwrap();
        let door = Drill::new(&api.api, &api.ambient).begin(route).unwrap();
        for says in authorizer.refusals(api.api.kind) {
            let exchange = door.play(&Case::of_authorizer(says)).unwrap();
            let (status, body) = said(&exchange);
            let error = exchange.response.header("x-amzn-ErrorType").map(|h| h.value.value.clone());
            let of_type = exchange.trace.steps().iter().find_map(|step| match &step.what {
                What::GatewayStatus { response_type, .. } => response_type.map(GatewayResponseType::name),
                _ => None,
            });
            let _ = writeln!(
                page,
                "| `{}` | {status} | {} | {} | {} | {} |",
                says.slug(),
                of_type.map_or(String::new(), cell),
                error.map_or(String::new(), |error| cell(&error)),
                cell(&body),
                source(api.api.kind, authorizer.authorizer_type, says)
            );
        }
    }
    compare("authorizers.md", &page);
}
