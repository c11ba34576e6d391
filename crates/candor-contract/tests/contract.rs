//! What the contract promises: verdicts over the whole input space, payloads by the recorded tables, JSON as it was written.
#![allow(clippy::unwrap_used, missing_docs)]

use candor_contract::json::{self, Json};
use candor_contract::outcome::Payload;
use candor_contract::payload::{self, Body, ProxyFormat, Reading, StatusFrom};
use candor_contract::verdict;
use proptest::prelude::*;

/// The page is generated; `CANDOR_BLESS=1` writes it, otherwise it must be what the table says.
#[test]
fn the_verdicts_page_says_what_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verdicts.md");
    let page = verdict::table_page();
    if std::env::var_os("CANDOR_BLESS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(path).unwrap(),
        page,
        "docs/verdicts.md is old: run `cargo xtask bless`"
    );
}

fn read(format: ProxyFormat, answer: &str) -> String {
    match payload::read(format, &Payload::known(answer)) {
        Reading::Answer(a) => {
            let body = String::from_utf8(a.body.bytes().unwrap().to_vec()).unwrap();
            let headers: Vec<String> = a.headers.iter().map(|(k, v)| format!("{k}: {v}")).collect();
            format!("{} [{}] {body}", a.status, headers.join(", "))
        }
        Reading::Malformed(m) => format!("malformed {}: {}", m.pointer, m.why),
        Reading::Undecided(pointer) => format!("undecided {pointer}"),
    }
}

fn rest(answer: &str) -> String {
    read(ProxyFormat::RestProxy, answer)
}

#[test]
fn rest_requires_no_key() {
    assert_eq!(rest("{}"), "200 [] ");
    assert_eq!(rest(r#"{"headers":null,"body":null}"#), "200 [] ");
    assert_eq!(rest(r#"{"body":"x"}"#), "200 [] x");
}

#[test]
fn rest_reads_numeric_text_as_a_status() {
    assert_eq!(rest(r#"{"statusCode":"201"}"#), "201 [] ");
    assert_eq!(
        rest(r#"{"statusCode":"test"}"#),
        "malformed /statusCode: `statusCode` is \"test\" and no status"
    );
}

#[test]
fn rest_refuses_what_it_does_not_know() {
    assert!(
        rest(r#"{"statusCode":200,"cookies":[]}"#)
            .starts_with("malformed /cookies: the key `cookies` is none of")
    );
    assert_eq!(rest("\"done\""), "malformed : the answer is text and not an object");
    assert_eq!(rest("null"), "malformed : the answer is null and not an object");
    assert_eq!(rest("OK"), "malformed : the answer is no JSON");
    assert_eq!(rest(r#"{"body":{"a":1}}"#), "malformed /body: the body is an object and not text");
    assert!(rest(r#"{"multiValueHeaders":{"a":"b"}}"#).starts_with("malformed /multiValueHeaders"));
}

#[test]
fn rest_sends_multi_values_first_and_in_their_spelling() {
    let answer =
        r#"{"statusCode":200,"headers":{"x-part":"p0","b":true},"multiValueHeaders":{"X-Part":["p1"]}}"#;
    assert_eq!(rest(answer), "200 [X-Part: p1, X-Part: p0, b: true] ");
}

#[test]
fn payload_2_infers_a_200_around_anything_without_a_status() {
    let http2 = |answer| read(ProxyFormat::Http2, answer);
    assert_eq!(
        http2(r#"{"errorMessage": "boom"}"#),
        r#"200 [Content-Type: application/json] {"errorMessage": "boom"}"#
    );
    assert_eq!(http2("\"hello\""), "200 [Content-Type: application/json] hello");
    assert_eq!(http2("null"), "200 [Content-Type: application/json] null");
    assert_eq!(
        http2(r#"{"statusCode":201,"cookies":["a=1","b=2"],"body":"aGk=","isBase64Encoded":true}"#),
        "201 [set-cookie: a=1, set-cookie: b=2] hi"
    );
}

#[test]
fn payload_1_infers_nothing() {
    assert_eq!(
        read(ProxyFormat::Http1, r#"{"id":7}"#),
        "malformed /statusCode: the answer has no `statusCode`"
    );
    assert_eq!(read(ProxyFormat::Http1, r#"{"statusCode":200,"id":7}"#), "200 [] ");
}

#[test]
fn a_function_url_writes_json_anew() {
    let url = |answer| read(ProxyFormat::FunctionUrl, answer);
    assert_eq!(url(r#"["hello", 3, true]"#), r#"200 [Content-Type: application/json] ["hello",3,true]"#);
    assert_eq!(url(r#"{"statusCode":202,"body":{"a": [1.50]}}"#), r#"202 [] {"a":[1.50]}"#);
}

#[test]
fn a_load_balancer_takes_an_envelope_of_strict_kinds_or_nothing() {
    let alb = |answer| read(ProxyFormat::Alb, answer);
    assert_eq!(alb(r#"{"statusCode":200}"#), "200 [] ");
    assert_eq!(alb(r#"{"statusCode":404,"statusDescription":"404 Not Found","message":1}"#), "404 [] ");
    assert_eq!(alb(r#"{"statusCode":200,"body":"aGk=","isBase64Encoded":true}"#), "200 [] hi");
    for (answer, why) in [
        (r#"{"statusCode":"200"}"#, "/statusCode: `statusCode` is text and not a number"),
        (r#"{"statusCode":99}"#, "/statusCode: `statusCode` is 99 and no status"),
        (r#"{"statusCode":null}"#, "/statusCode: `statusCode` is null and not a number"),
        (r#"{"body":"x"}"#, "/statusCode: the answer has no `statusCode`"),
        ("null", ": the answer is null and not an object"),
        ("no", ": the answer is no JSON"),
        (r#"{"statusCode":200,"body":null}"#, "/body: `body` is null and not text"),
        (r#"{"statusCode":200,"headers":null}"#, "/headers: `headers` is null and not an object"),
        (r#"{"statusCode":200,"headers":{"A":true}}"#, "/headers: the header `A` is a boolean and not text"),
        (
            r#"{"statusCode":200,"isBase64Encoded":"true"}"#,
            "/isBase64Encoded: `isBase64Encoded` is text and not a boolean",
        ),
        (
            r#"{"statusCode":200,"statusDescription":null}"#,
            "/statusDescription: `statusDescription` is null and not text",
        ),
    ] {
        assert_eq!(alb(answer), format!("malformed {why}"));
    }
}

#[test]
fn a_target_group_decides_which_headers_count() {
    let answer = r#"{"statusCode":200,"headers":{"A":"1"},"multiValueHeaders":{"B":["2","3"]}}"#;
    assert_eq!(read(ProxyFormat::Alb, answer), "200 [A: 1] ");
    assert_eq!(read(ProxyFormat::AlbMultiValue, answer), "200 [B: 2, B: 3] ");
    // What does not count may be anything.
    assert_eq!(read(ProxyFormat::Alb, r#"{"statusCode":200,"multiValueHeaders":null}"#), "200 [] ");
    assert_eq!(
        read(ProxyFormat::AlbMultiValue, r#"{"statusCode":200,"multiValueHeaders":{"A":"1"}}"#),
        "malformed /multiValueHeaders: `A` in `multiValueHeaders` is text and not a list"
    );
}

#[test]
fn a_load_balancer_does_not_guess_either() {
    let of = |answer: &str, unknown: &str, kind: bool| {
        let unknown = || [unknown.to_string()];
        let payload = Payload::partly(answer, unknown()).of_kinds(unknown().into_iter().filter(|_| kind));
        payload::read(ProxyFormat::Alb, &payload)
    };
    assert_eq!(of(r#"{"statusCode":0}"#, "/statusCode", true), Reading::Undecided("/statusCode".into()));
    assert_eq!(of(r#"{"statusCode":"?"}"#, "/statusCode", false), Reading::Undecided("/statusCode".into()));
    assert!(matches!(of(r#"{"statusCode":"?"}"#, "/statusCode", true), Reading::Malformed(_)));
    assert!(matches!(of(r#"{"statusCode":200,"body":{}}"#, "/body", true), Reading::Malformed(_)));
    let Reading::Answer(answer) = of(r#"{"statusCode":200,"body":null}"#, "/body", false) else { panic!() };
    assert_eq!(answer.body, Body::Unknown);
    let Reading::Answer(answer) = of(r#"{"statusCode":200,"headers":{"A":7}}"#, "/headers/A", false) else {
        panic!()
    };
    assert_eq!(answer.headers.len(), 1);
}

#[test]
fn an_unknown_part_matters_only_where_it_is_read() {
    let partly = |unknown: &str| {
        let payload = Payload::partly(r#"{"statusCode":200,"body":"?"}"#, [unknown.to_string()]);
        payload::read(ProxyFormat::RestProxy, &payload)
    };
    let Reading::Answer(answer) = partly("/body") else { panic!("the status is known") };
    assert_eq!((answer.status, answer.status_from, answer.body), (200, StatusFrom::Said, Body::Unknown));
    assert_eq!(partly("/statusCode"), Reading::Undecided("/statusCode".to_string()));
    assert_eq!(partly(""), Reading::Undecided(String::new()));
}

#[test]
fn a_known_kind_can_be_enough() {
    let of = |format, answer: &str, unknown: &str, kind: bool| {
        let unknown = || [unknown.to_string()];
        let payload = Payload::partly(answer, unknown()).of_kinds(unknown().into_iter().filter(|_| kind));
        payload::read(format, &payload)
    };
    let rest = |answer, unknown, kind| of(ProxyFormat::RestProxy, answer, unknown, kind);
    let refused = |reading: Reading| matches!(reading, Reading::Malformed(_));
    assert!(refused(rest("\"?\"", "", true)));
    assert_eq!(rest("\"?\"", "", false), Reading::Undecided(String::new()));
    assert_eq!(rest("{}", "", true), Reading::Undecided(String::new()));
    assert!(refused(rest(r#"{"statusCode":true}"#, "/statusCode", true)));
    assert_eq!(rest(r#"{"statusCode":0}"#, "/statusCode", true), Reading::Undecided("/statusCode".into()));
    assert!(refused(rest(r#"{"headers":[]}"#, "/headers", true)));
    assert!(refused(rest(r#"{"body":{}}"#, "/body", true)));
    for (format, answer, unknown) in [
        (ProxyFormat::RestProxy, r#"{"body":{}}"#, "/body"),
        (ProxyFormat::FunctionUrl, r#"{"statusCode":200,"body":{"a":null}}"#, "/body/a"),
    ] {
        let Reading::Answer(answer) = of(format, answer, unknown, false) else { panic!("{answer}") };
        assert_eq!(answer.body, Body::Unknown);
    }
    let Reading::Answer(answer) = of(ProxyFormat::Http2, "\"?\"", "", true) else { panic!("text is a body") };
    assert_eq!((answer.status, answer.body), (200, Body::Unknown));
}

#[test]
fn a_header_of_unknown_value_is_a_header() {
    let answer = r#"{"statusCode":200,"headers":{"Access-Control-Allow-Origin":null},"multiValueHeaders":{"A":[null]}}"#;
    let unknown = ["/headers/Access-Control-Allow-Origin", "/multiValueHeaders/A/0"].map(str::to_string);
    let payload = Payload::partly(answer, unknown);
    let Reading::Answer(answer) = payload::read(ProxyFormat::RestProxy, &payload) else { panic!("{answer}") };
    let names: Vec<&str> = answer.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["A", "Access-Control-Allow-Origin"]);
}

#[test]
fn json_keeps_order_duplicates_and_spelling() {
    let text = r#"{"b":1.50,"a":[1e3,-0],"b":"\u00e9\ud83d\ude00\n"}"#;
    assert_eq!(Json::read(text).unwrap().write(), "{\"b\":1.50,\"a\":[1e3,-0],\"b\":\"é😀\\n\"}");
}

#[test]
fn json_says_what_it_expected_and_where() {
    for (text, message) in [
        ("{\"a\" 1}", "expected `:` at byte 5"),
        ("[1,]", "expected a value at byte 3"),
        ("01", "expected the end of the document at byte 1"),
        ("\"a", "expected a closing `\"` at byte 2"),
        ("", "expected a value at byte 0"),
    ] {
        assert_eq!(Json::read(text).unwrap_err().to_string(), message);
    }
    assert!(Json::read(&"[".repeat(100_000)).unwrap_err().to_string().contains("nested levels"));
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::number),
        ".*".prop_map(Json::String),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            prop::collection::vec((".*", inner), 0..6).prop_map(Json::Object),
        ]
    })
}

proptest! {
    #[test]
    fn json_reads_what_it_writes(json in any_json()) {
        prop_assert_eq!(&Json::read(&json.write()).unwrap(), &json);
        prop_assert_eq!(&Json::read(&json.write_pretty()).unwrap(), &json);
    }

    #[test]
    fn every_text_is_escaped_alike_however_it_is_written(text in "([a-z]{0,9}|[\\x00-\\x1f\"\\\\é]){0,9}") {
        let mut bytes = Vec::new();
        json::write_object(&mut bytes, |members| {
            members.text(json::Name("a\""), &text);
            members.joined("b", [text.as_str(), "", &text]);
            members.texts("c", [text.as_str()]);
        });
        let again = format!("{text}{text}");
        let members = [("a\"", Json::string(&*text)), ("b", Json::String(again)), ("c", Json::Array(vec![Json::string(&*text)]))];
        let json = Json::object(members);
        prop_assert_eq!(&String::from_utf8(bytes).unwrap(), &json.write());
        prop_assert_eq!(&Json::read(&json.write()).unwrap(), &json);
    }

    #[test]
    fn no_text_makes_the_readers_panic(text in "[\\PC\"{}\\[\\],:\\\\]{0,60}") {
        let _ = Json::read(&text);
        for format in ProxyFormat::ALL {
            let _ = payload::read(format, &Payload::known(text.clone()));
        }
    }
}
