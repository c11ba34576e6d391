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
fn by_hand() {
    let of = |args: &[&str]| candor(&[&["simulate", "examples/orders"], args].concat());
    let mut all = String::new();
    for args in [
        &["GET /orders/17", "--outcome", "raised", "--trace"][..],
        &["put /orders/17/address", "--outcome", "returned-400@change_address.py:10"],
        &["/orders"],
        &[
            "POST /orders?a=1",
            "-H",
            "Accept: */*",
            "-d",
            "{}",
            "--returns",
            r#"{"statusCode": 201, "body": "ok"}"#,
        ],
        &["/payments/17", "--of", "PaymentsApi", "--outcome", "raised"],
    ] {
        let run = of(args);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{args:?}");
        all.push_str(&format!("# {}\n{}\n", args.join(" "), run.out));
    }
    insta::assert_snapshot!("simulate-by-hand", all);
}

#[test]
fn by_hand_what_is_wrong_is_said_with_the_way_out() {
    let of = |args: &[&str]| candor(&[&["simulate", "examples/orders"], args].concat());
    let mut all = String::new();
    for args in [
        &["GET /orders/17", "--outcome", "bored"][..],
        &["GET /orders/17", "--outcome", "raised@orders.py:47"],
        &["orders"],
        &["/nowhere"],
        &["/orders", "-H", "Accept"],
        &["/orders", "--of", "Nobody"],
        &["/orders", "-d", "@absent.json"],
    ] {
        let run = of(args);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{args:?}");
        all.push_str(&format!("# {}\n{}\n", args.join(" "), run.err));
    }
    insta::assert_snapshot!("simulate-by-hand-wrong", all);
}

#[test]
fn an_endpoint_answers() {
    let folder = Folder::with(&[
        (
            "api.yaml",
            "openapi: 3.0.1\ninfo: { title: t, version: '1' }\npaths:\n  /o:\n    get:\n      responses: { '200': {} }\n      \
             x-amazon-apigateway-integration: { type: http, httpMethod: GET, uri: 'https://b.example/', responses: { default: { statusCode: '200' } } }\n",
        ),
        ("gone.json", r#"{"status": 404, "headers": [["Content-Type", "text/plain"]], "body": "gone"}"#),
        ("wrong.json", r#"{"status": 4040}"#),
    ]);
    let by_file =
        folder.candor(&["simulate", "api.yaml", "/o", "--backend", "gone.json", "--format", "json"]);
    assert_eq!(by_file.status, 0, "{}", by_file.err);
    let json = by_file.json();
    assert_eq!(json.get("verdict").map(Json::write).as_deref(), Some("\"masked-failure\""));
    assert_eq!(
        json.get("event").and_then(|e| e.get("uri")).and_then(Json::as_str),
        Some("https://b.example/")
    );
    let by_name = folder.candor(&["simulate", "api.yaml", "/o", "--outcome", "responded-404"]);
    assert!(by_name.out.contains("masked-failure"), "{}{}", by_name.out, by_name.err);
    let wrong = folder.candor(&["simulate", "api.yaml", "/o", "--backend", "wrong.json"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.err.contains("`status`: expected a number from 100 to 599"), "{}", wrong.err);
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

/// What an authorizer's function answers is read as the gateway reads it, and what it hands on is in the event.
#[test]
fn an_authorizers_answer_is_told_as_json() {
    let folder = Folder::with(&[(
        "template.yaml",
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Auth:
        DefaultAuthorizer: Guard
        Authorizers: { Guard: { FunctionArn: !GetAtt F.Arn }, Pool: { UserPoolArn: 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/p' } }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Events:
        Get: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /o, Method: get } }
        Open: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /open, Method: get, Auth: { Authorizer: NONE } } }
        Pooled: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /j, Method: get, Auth: { Authorizer: Pool } } }
",
    )]);
    let play = |path: &str, answer: &str| {
        let request = ["simulate", "template.yaml", path, "-H", "Authorization: t", "--format", "json"];
        folder.candor(&[&request[..], &["--authorizer", answer]].concat())
    };
    let answer = |effect: &str| {
        let statement =
            format!(r#"{{"Action": "execute-api:Invoke", "Effect": "{effect}", "Resource": "*"}}"#);
        format!(
            r#"{{"principalId": "u-1", "policyDocument": {{"Statement": [{statement}]}}, "context": {{"level": 3}}}}"#
        )
    };
    let allowed = play("/o", &answer("Allow"));
    assert!(allowed.out.contains("\"level\": \"3\""), "{}", allowed.out);
    assert!(play("/o", &answer("Deny")).out.contains(r#""status": 403"#));
    assert!(play("/o", r#"{"statusCode": 401}"#).out.contains(r#""status": 500"#));
    // A drill's name for it says the same.
    let by_outcome = |headers: &[&str]| {
        folder.candor(
            &[&["simulate", "template.yaml", "/o", "--outcome", "authorizer-denies"], headers].concat(),
        )
    };
    assert!(by_outcome(&["-H", "Authorization: t"]).out.starts_with("HTTP 403\n"));
    let unasked = by_outcome(&[]);
    assert!(unasked.out.starts_with("HTTP 401\n"), "{}", unasked.out);
    assert_eq!(unasked.err, "note: the request lacks `Authorization`, so that its authorizer is not asked\n");
    let twice = by_outcome(&["--authorizer", "fails"]);
    assert_eq!(twice.status, 2);
    assert!(twice.err.contains("--authorizer denies"), "{}", twice.err);
    let mut all = String::new();
    for (path, answer) in
        [("/open", "{}"), ("/open", "fails"), ("/o", "nonsense"), ("/o", "{"), ("/j", "fails")]
    {
        let run = play(path, answer);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{answer}");
        all.push_str(&format!("$ candor simulate template.yaml {path} --authorizer {answer}\n{}\n", run.err));
    }
    insta::assert_snapshot!("simulate-authorizer", all);
}
