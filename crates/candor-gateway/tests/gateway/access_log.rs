//! Access logs: what each variable has for each outcome, and that a line is read back with its format.

use candor_gateway::log::access::{Format, value};
use proptest::prelude::*;

use super::*;

/// Four shapes that the console offers, with its variables.
const SHAPES: [&str; 4] = [
    "$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime]\"$context.httpMethod $context.resourcePath $context.protocol\" $context.status $context.responseLength $context.requestId $context.extendedRequestId",
    "{ \"requestId\":\"$context.requestId\", \"ip\": \"$context.identity.sourceIp\", \"requestTime\":\"$context.requestTime\", \"status\":\"$context.status\",\"error\":$context.error.messageString}",
    "<request id=\"$context.requestId\"> <ip>$context.identity.sourceIp</ip> <status>$context.status</status> </request>",
    "$context.identity.sourceIp,$context.requestTime,$context.httpMethod,$context.resourcePath,$context.status,$context.requestId",
];

fn line(api: &Played, format: &str, outcome: Outcome) -> String {
    Format::parse(format).line(&api.exchange(get("/o"), outcome))
}

fn of(api: &Played, outcome: Outcome, names: &[&str]) -> String {
    let exchange = api.exchange(get("/o"), outcome);
    let values = names.iter().map(|name| value(&exchange, name).unwrap_or_else(|| "-".to_string()));
    values.collect::<Vec<_>>().join(" | ")
}

#[test]
fn the_consoles_shapes_are_filled_in() {
    let api = proxy();
    let lines: Vec<String> = SHAPES.iter().map(|format| line(&api, format, raised("no"))).collect();
    let (ip, id, time) =
        ("203.0.113.7", "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "24/Sep/2025:19:28:50 +0000");
    assert_eq!(lines[0], format!("{ip} - - [{time}]\"GET /o HTTP/1.1\" 502 35 {id} JJbxWFhpIAMFnUA="));
    assert_eq!(
        lines[1],
        format!(
            "{{ \"requestId\":\"{id}\", \"ip\": \"{ip}\", \"requestTime\":\"{time}\", \"status\":\"502\",\"error\":\"Internal server error\"}}"
        )
    );
    assert_eq!(lines[2], format!("<request id=\"{id}\"> <ip>{ip}</ip> <status>502</status> </request>"));
    assert_eq!(lines[3], format!("{ip},{time},GET,/o,502,{id}"));
}

#[test]
fn a_rest_api_says_who_failed() {
    let names = [
        "status",
        "integrationStatus",
        "integration.status",
        "integration.requestId",
        "integrationLatency",
        "responseLatency",
        "error.message",
        "error.responseType",
        "integrationErrorMessage",
    ];
    let says = |outcome| of(&proxy(), outcome, &names);
    let id = "8f5ed0d1-2c3a-4f0b-9d5e-3a1b7c9d2e4f";
    assert_eq!(
        says(returned(r#"{"statusCode": 404}"#)),
        format!("404 | 200 | 404 | {id} | 20 | 25 | - | - | -")
    );
    assert_eq!(
        says(raised("no")),
        format!(
            "502 | 200 | - | {id} | 20 | 25 | Internal server error | DEFAULT_5XX | Lambda execution failed with status 200 due to \
             customer function error: no. Lambda request id: {id}"
        )
    );
    assert_eq!(
        says(returned("[]")),
        format!(
            "502 | 200 | - | {id} | 20 | 25 | Internal server error | DEFAULT_5XX | Execution failed due to configuration error: \
             Malformed Lambda proxy response"
        )
    );
    assert_eq!(
        says(timed_out(60)),
        "504 | - | - | - | 29000 | 29005 | Endpoint request timed out | INTEGRATION_TIMEOUT | Execution failed due to a timeout error"
    );
    assert!(says(timed_out(3)).starts_with(&format!("502 | 200 | - | {id} | 3000 | 3005 | ")));
    assert!(says(Outcome::Throttled).starts_with(&format!("500 | 429 | - | {id} | 20 | 25 | ")));
    assert_eq!(
        says(Outcome::NotInvocable),
        "500 | 403 | - | - | 20 | 25 | Internal server error | API_CONFIGURATION_ERROR | Execution failed due to configuration \
         error: Invalid permissions on Lambda function"
    );
    // A mapped failure: nothing but the status of the service.
    let mapped = mapped("          default: { statusCode: 200 }");
    assert_eq!(of(&mapped, raised("no"), &names), format!("200 | 200 | 200 | {id} | 20 | 25 | - | - | -"));
}

#[test]
fn a_request_that_reaches_no_integration_has_no_integration() {
    let exchange = |path: &str| {
        let api = proxy();
        let exchange = api.exchange(get(path), raised("no"));
        let names = [
            "status",
            "integrationLatency",
            "awsEndpointRequestId",
            "resourcePath",
            "error.message",
            "error.messageString",
        ];
        names.map(|name| value(&exchange, name))
    };
    let own = |text: &str| Some(text.to_string());
    let missing = "Missing Authentication Token";
    assert_eq!(
        exchange("/nowhere"),
        [own("403"), None, None, None, own(missing), own(&format!("\"{missing}\""))]
    );
}

#[test]
fn an_http_api_has_words_of_its_own() {
    let names = [
        "requestId",
        "routeKey",
        "resourcePath",
        "integration.status",
        "error.message",
        "integrationErrorMessage",
    ];
    let says = |outcome| of(&http("2.0"), outcome, &names);
    let start = "JJbxWFhpIAMFnUA= | GET /o | -";
    assert_eq!(says(returned(r#"{"statusCode": 404}"#)), format!("{start} | 404 | - | -"));
    assert_eq!(
        says(raised("no")),
        format!(
            "{start} | - | Internal Server Error | The Lambda function returned the following error: no. Check your Lambda function \
             code and try again."
        )
    );
    assert!(says(Outcome::NotInvocable).contains("doesn't have permissions to call the integration"));
    assert_eq!(says(timed_out(31)), format!("{start} | - | Service Unavailable | -"));
}

#[test]
fn what_nobody_has_heard_of_is_a_hyphen() {
    let format = "$context.nonsense $context.authorizer.principalId $context. $other $context.status.";
    assert_eq!(line(&proxy(), format, returned("{}")), "- - $context. $other 200.");
}

#[test]
fn a_value_breaks_no_line_and_shows_no_token() {
    let format = Format::parse("$context.identity.userAgent;$context.path");
    let request =
        Request { headers: vec![("User-Agent".into(), "a\nb Bearer abcdefghijk".into())], ..get("/o") };
    let api = proxy();
    assert_eq!(format.line(&api.exchange(request, raised("no"))), "a b Bearer ***********;/prod/o");
}

#[test]
fn a_line_is_read_with_its_format() {
    for shape in SHAPES {
        let format = Format::parse(shape);
        let api = proxy();
        let exchange = api.exchange(get("/o"), raised("no"));
        let line = format.line(&exchange);
        let fields = format.read(&line).unwrap();
        assert_eq!(fields.len(), format.variables().count());
        for (name, field) in fields {
            assert_eq!(field.as_deref(), value(&exchange, name).as_deref(), "{name} of {line}");
        }
    }
}

#[test]
fn values_may_hold_what_stands_between_them() {
    let read = |format: &str, line: &str| -> Option<Vec<String>> {
        let format = Format::parse(format);
        let fields = format.read(line)?;
        Some(fields.into_iter().map(|(_, field)| field.unwrap_or("-".into()).into_owned()).collect())
    };
    let own = |values: &[&str]| Some(values.iter().map(|v| v.to_string()).collect::<Vec<_>>());
    // A status is a number: the blank in the agent is no gap.
    let format = "$context.identity.userAgent $context.status $context.requestId";
    assert_eq!(read(format, "curl 8 beta 200 id"), own(&["curl 8 beta", "200", "id"]));
    assert_eq!(read("$context.status$context.path", "200/o"), own(&["200", "/o"]));
    assert_eq!(read("$context.path", ""), own(&[""]));
    assert_eq!(read(format, "curl 8 beta"), None);
    assert_eq!(read("[$context.status]", "200"), None);
    assert_eq!(read("no variable", "no variable"), own(&[]));
    assert_eq!(read("no variable", "another"), None);
}

#[test]
fn a_line_of_json_may_have_been_written_anew() {
    let format = Format::parse(
        r#"{"a":"$context.requestId","n":{"s":$context.status,"fixed":1},"e":$context.error.messageString}"#,
    );
    let line = r#"{ "e" : "no", "more": [1], "n": { "fixed": 1, "s": 200 }, "a": "-" }"#;
    let fields: Vec<(&str, Option<String>)> = format
        .read(line)
        .unwrap()
        .into_iter()
        .map(|(name, field)| (name, field.map(|f| f.into_owned())))
        .collect();
    let own = |text: &str| Some(text.to_string());
    assert_eq!(fields, [("requestId", None), ("status", own("200")), ("error.messageString", own("\"no\""))]);
    assert_eq!(format.read(r#"{"e":"no","n":{"fixed":2,"s":200},"a":"x"}"#), None);
}

fn variable() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "requestId",
        "status",
        "path",
        "error.message",
        "responseLength",
        "identity.userAgent",
    ])
}

fn is_number(name: &str) -> bool {
    matches!(name, "status" | "responseLength")
}

/// Formats of variables with text between them, and a value for each variable that holds none of these texts.
fn filled() -> impl Strategy<Value = (String, Vec<Option<String>>)> {
    let gap = prop::sample::select(vec![" ", ",", "\",\"", "] [", "\t", " | "]);
    let part = (variable(), "[a-z/0-9é]{0,9}", "[1-9][0-9]{2}", any::<bool>(), gap);
    (prop::collection::vec(part, 1..9), "[{<\\[]?", "[}>\\]]?").prop_map(|(parts, open, close)| {
        let (mut format, mut values) = (open, Vec::new());
        for (i, (name, text, number, absent, gap)) in parts.into_iter().enumerate() {
            if i > 0 {
                format.push_str(gap);
            }
            format.push_str("$context.");
            format.push_str(name);
            values.push((!absent).then_some(if is_number(name) { number } else { text }));
        }
        (format + &close, values)
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read((format, values) in filled()) {
        let format = Format::parse(&format);
        let mut next = values.iter();
        let line = format.write(|_| next.next().cloned().flatten());
        let fields = format.read(&line).unwrap();
        let read: Vec<Option<String>> = fields.into_iter().map(|(_, field)| field.map(|f| f.into_owned())).collect();
        prop_assert_eq!(read, values);
    }

    #[test]
    fn what_is_read_is_written_again((format, _) in filled(), line in "[ -~é]{0,60}") {
        let format = Format::parse(&format);
        if let Some(fields) = format.read(&line) {
            let mut next = fields.into_iter();
            prop_assert_eq!(format.write(|_| next.next().and_then(|(_, field)| field)), line);
        }
    }

    #[test]
    fn any_format_and_any_line_are_read(format in any::<String>(), more in ".{0,40}", line in any::<String>()) {
        let format = Format::parse(&format!("{format}$context.status{more}$context.path"));
        format.read(&line);
        format.read(&format.write(|_| Some(line.clone())));
    }
}

#[test]
fn a_long_line_is_read_or_given_up_in_bounded_time() {
    let started = std::time::Instant::now();
    let gaps = ["", " ", ",", "a"];
    for gap in gaps {
        for of in ["path", "status"] {
            let format = Format::parse(&vec![format!("$context.{of}"); 40].join(gap));
            for piece in [" ", ",", "a", "1,", "1 ", "aé"] {
                format.read(&piece.repeat(1024 * 1024 / piece.len()));
            }
        }
    }
    let mixed = Format::parse("$context.path,$context.path;$context.status,$context.status;$context.path");
    assert!(mixed.read(&",;".repeat(500_000)).is_none());
    mixed.read(&format!("{{{}", "[".repeat(1_000_000)));
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
