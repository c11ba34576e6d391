//! `candor simulate` with its files.

use candor_contract::json::Json;

use crate::support::{Folder, Run, candor};

const FILES: [&str; 9] = [
    "simulate",
    "--api",
    "fixtures/simulate/api.yaml",
    "--stage",
    "prod",
    "--stage-variable",
    "table=orders",
    "--request",
    "fixtures/simulate/request.json",
];

fn simulate(more: &[&str]) -> Run {
    candor(&[&FILES[..], more].concat())
}

#[test]
fn an_exchange_for_a_person() {
    let mut all = String::new();
    for function in ["raises", "times-out"] {
        let run = simulate(&["--function", &format!("fixtures/simulate/{function}.json")]);
        assert_eq!((run.status, run.err.as_str()), (0, ""));
        all.push_str(&format!("# {function}\n{}", run.out));
    }
    insta::assert_snapshot!("simulate", all);
}

#[test]
fn an_exchange_for_a_program() {
    let run = simulate(&["--function", "fixtures/simulate/times-out.json", "--format", "json"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let json = run.json();
    let text = |key: &str| json.get(key).map(Json::write).unwrap();
    assert_eq!((text("status").as_str(), text("verdict").as_str()), ("200", "\"masked-failure\""));
    assert_eq!(text("event"), r#"{"id":"17","table":"orders"}"#);
    assert!(text("body").contains("Task timed out after 3.00 seconds"), "{}", text("body"));
    for key in ["headers", "isBase64Encoded", "log"] {
        assert!(json.get(key).is_some(), "{key}");
    }
}

#[test]
fn a_function_url() {
    let folder = Folder::with(&[
        ("url.json", r#"{"invokeMode": "BUFFERED"}"#),
        ("request.json", r#"{"method": "GET", "path": "/"}"#),
        ("function.json", r#"{"returns": {"statusCode": 404, "body": "gone"}}"#),
    ]);
    let args = [
        "simulate",
        "--function-url",
        "url.json",
        "--request",
        "request.json",
        "--function",
        "function.json",
    ];
    let run = folder.candor(&args);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert!(run.out.starts_with("HTTP 404\n") && run.out.contains("\ngone\n"), "{}", run.out);
}

#[test]
fn what_cannot_be_simulated_says_why() {
    let folder = Folder::with(&[
        ("api.yaml", "openapi: 3.0.1\npaths: {}\n"),
        ("prose.yaml", "no document\n"),
        ("request.json", r#"{"method": "GET", "path": "/"}"#),
        ("no-method.json", r#"{"path": "/"}"#),
        ("odd-query.json", r#"{"method": "GET", "path": "/", "query": [["a"]]}"#),
        ("no-json.json", "{\"method\" GET}"),
        ("function.json", r#"{"explodes": true}"#),
    ]);
    folder.write("no-utf8.json", b"{\"method\": \"\xff\"}");
    let calls = [
        "gone.yaml --request request.json",
        "prose.yaml --request request.json",
        "api.yaml --request gone.json",
        "api.yaml --request no-method.json",
        "api.yaml --request odd-query.json",
        "api.yaml --request no-json.json",
        "api.yaml --request no-utf8.json",
        "api.yaml --request request.json --function function.json",
        "api.yaml --request request.json --backend function.json",
    ];
    let mut all = String::new();
    for call in calls {
        let words = format!("simulate --stage prod --api {call}");
        let run = folder.candor(&words.split(' ').collect::<Vec<_>>());
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{words}");
        all.push_str(&format!("$ candor {words}\n{}\n", run.err));
    }
    let run = simulate(&[]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    all.push_str(&format!("$ candor simulate … (without --function)\n{}", run.err));
    insta::assert_snapshot!("simulate-faults", all);
}
