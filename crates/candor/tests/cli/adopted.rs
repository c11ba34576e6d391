//! What a team needs to begin: a configuration, comments that allow, a baseline.

use std::fs;

use crate::support::{Folder, Run};

/// An API with two routes that mask failures at lines 12 and 21.
const TEMPLATE: &str = "openapi: 3.0.1
info: { title: orders, version: '1' }
paths:
  /a:
    get:
      responses: { '200': {} }
      x-amazon-apigateway-integration:
        type: http
        httpMethod: GET
        uri: https://b.example/
        responses:
          default: { statusCode: '200' }
  /b:
    get:
      responses: { '200': {} }
      x-amazon-apigateway-integration:
        type: http
        httpMethod: GET
        uri: https://b.example/
        responses:
          default: { statusCode: '200' }
";

fn check(folder: &Folder, more: &[&str]) -> Run {
    folder.candor(&[&["check", "api.yaml", "--format", "json"], more].concat())
}

/// Lines and severities of the findings about HTTP back ends.
fn found(run: &Run) -> Vec<(String, String)> {
    let json = run.json();
    let Some(candor_contract::json::Json::Array(findings)) = json.get("findings") else {
        panic!("{}", run.all())
    };
    let of = |f: &candor_contract::json::Json, key: &str| {
        f.get(key).unwrap().write().trim_matches('"').to_string()
    };
    findings
        .iter()
        .filter(|f| of(f, "rule") == "http-default-200")
        .map(|f| (of(f, "line"), of(f, "severity")))
        .collect()
}

fn lines(run: &Run) -> Vec<String> {
    found(run).into_iter().map(|(line, _)| line).collect()
}

#[test]
fn a_configuration_sets_severities() {
    let folder = Folder::with(&[("api.yaml", TEMPLATE)]);
    assert_eq!(
        (lines(&check(&folder, &[])), check(&folder, &[]).status),
        (vec!["12".into(), "21".into()], 1)
    );
    folder.write("candor.toml", b"[rules]\nhttp-default-200 = 'warning'\n");
    let run = check(&folder, &[]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(found(&run).iter().all(|(_, severity)| severity == "warning"));
    folder.write("candor.toml", b"fail-on = 'warning'\n[rules]\nhttp-default-200 = 'warning'\n");
    assert_eq!(check(&folder, &[]).status, 1);
    assert_eq!(check(&folder, &["--fail-on", "error"]).status, 0);
    folder.write("candor.toml", b"[[override]]\nfiles = ['api.*']\nrules = { http-default-200 = 'off' }\n");
    assert!(found(&check(&folder, &[])).is_empty());
    folder.write("candor.toml", b"exclude = ['old']\n");
    fs::create_dir(folder.path().join("old")).unwrap();
    folder.write("old/api.yaml", TEMPLATE.as_bytes());
    let run = folder.candor(&["check", ".", "--format", "json"]);
    assert_eq!(lines(&run).len(), 2, "{}", run.all());
}

#[test]
fn a_configuration_that_is_wrong_says_where() {
    let folder = Folder::with(&[("api.yaml", TEMPLATE), ("candor.toml", "[rules]\nno-alarms = 'off'\n")]);
    let run = check(&folder, &[]);
    assert_eq!(run.status, 2);
    assert_eq!(run.err, "error: candor.toml:2:1: there is no rule `no-alarms`; did you mean `no-alarm`?\n");
    let run = check(&folder, &["--config", "absent.toml"]);
    assert_eq!((run.status, run.err.as_str()), (2, "error: absent.toml: no such file or folder\n"));
}

#[test]
fn what_a_team_has_promised_is_held_against_what_is_answered() {
    let promises = "[[route]]\nroute = 'GET /a'\nstatuses = [204]\n[[route]]\nroute = 'GET /elsewhere'\nstatuses = [200]\n";
    let folder = Folder::with(&[("api.yaml", TEMPLATE), ("candor.toml", promises)]);
    let run = folder.candor(&["check"]);
    let message = "GET /a answers 200, which nobody was promised";
    assert_eq!((run.status, run.out.contains(message)), (1, true), "{}", run.all());
    // A promise of a route that is nowhere is told where the whole project is looked at, and nowhere else.
    assert_eq!(run.err, "warning: no API has a route `GET /elsewhere`\n");
    folder.write("part/api.yaml", TEMPLATE.as_bytes());
    assert_eq!(folder.candor(&["check", "part"]).err, "");
    assert_eq!(folder.candor(&["check", "--quiet"]).err, "");
}

#[test]
fn a_comment_allows_and_is_counted() {
    let allowed = TEMPLATE.replacen(
        "          default",
        "          # candor: allow(http-default-200) the partner reads the body\n          default",
        1,
    );
    let folder = Folder::with(&[("api.yaml", &allowed)]);
    assert_eq!(lines(&check(&folder, &[])), ["22"]);
    let run = folder.candor(&["check", "api.yaml"]);
    assert!(run.out.contains("; 1 allowed by comments"), "{}", run.out);
}

#[test]
fn a_baseline_is_written_once_survives_moved_lines_and_shrinks_by_itself() {
    let folder = Folder::with(&[("api.yaml", TEMPLATE)]);
    let baseline = ["--baseline", "baseline.json"];
    let run = check(&folder, &baseline);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.err.starts_with("baseline: ") && run.err.contains("written to baseline.json"), "{}", run.err);

    // Moved lines are the same findings, a new route is a new one.
    let third = TEMPLATE.split("paths:\n").nth(1).unwrap().split("  /b:").next().unwrap().replace("/a", "/c");
    folder.write("api.yaml", format!("# moved\n{TEMPLATE}{third}").as_bytes());
    let run = check(&folder, &baseline);
    assert_eq!((lines(&run), run.status), (vec!["31".to_string()], 1), "{}", run.all());
    let text = folder.candor(&["check", "api.yaml", "--baseline", "baseline.json"]);
    assert!(text.out.contains("in the baseline"), "{}", text.out);

    // What has been mended leaves the baseline, and would be new if it came back.
    let mended =
        TEMPLATE.replacen("responses:\n          default: { statusCode: '200' }", "responses: {}", 1);
    folder.write("api.yaml", mended.replacen("type: http\n", "type: http_proxy\n", 1).as_bytes());
    let run = check(&folder, &baseline);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.err.contains("1 finding mended and taken out of baseline.json"), "{}", run.err);
    folder.write("api.yaml", TEMPLATE.as_bytes());
    assert_eq!(lines(&check(&folder, &baseline)), ["12"]);

    folder.write("baseline.json", b"{}");
    let run = check(&folder, &baseline);
    assert_eq!(
        (run.status, run.err.as_str()),
        (2, "error: baseline.json: no baseline: expected `\"version\": 1`\n")
    );
}

/// What each format shows of the example; as a whole SARIF carries every rule's page, so only its results are kept.
#[test]
fn findings_where_reviews_show_them() {
    let of = |format: &str| {
        let run = crate::support::candor(&["check", "examples/orders", "--format", format]);
        assert_eq!((run.status, run.err.as_str()), (1, ""), "{format}");
        run.out
    };
    for format in ["github", "gitlab", "junit"] {
        insta::assert_snapshot!(format!("check-{format}"), of(format));
    }
    let sarif = candor_contract::json::Json::read(&of("sarif")).unwrap();
    let Some(candor_contract::json::Json::Array(runs)) = sarif.get("runs") else { panic!("no runs") };
    insta::assert_snapshot!("check-sarif-results", runs[0].get("results").unwrap().write_pretty());
    let rules = runs[0].get("tool").unwrap().get("driver").unwrap().get("rules").unwrap().write();
    assert!(rules.contains("\"id\":\"template-says-success\""));
}

#[test]
fn an_input_that_cannot_be_read_shows_in_every_format() {
    let folder = Folder::with(&[("api.yaml", "Resources: [\n")]);
    for format in ["sarif", "github", "junit"] {
        let run = folder.candor(&["check", "api.yaml", "--format", format]);
        assert_eq!(run.status, 2, "{format}");
        assert!(run.out.contains("api.yaml:"), "{format}: {}", run.out);
    }
}

#[test]
fn numbers_and_silence() {
    let folder = Folder::with(&[("api.yaml", TEMPLATE)]);
    let run = folder.candor(&["check", "api.yaml", "--statistics"]);
    assert!(run.out.starts_with("     2  error    http-default-200\n"), "{}", run.out);
    let run = folder.candor(&["check", "api.yaml", "--quiet", "--select", "no-alarm"]);
    assert_eq!((run.status, run.all().contains("played")), (0, false), "{}", run.all());
}

#[test]
fn what_git_ignores_is_passed_over_unless_it_is_named() {
    let folder = Folder::with(&[("api.yaml", TEMPLATE)]);
    for inner in [".git", "out", "kept"] {
        fs::create_dir(folder.path().join(inner)).unwrap();
    }
    for copy in ["out/api.yaml", "kept/api.yaml", "kept/old.yaml"] {
        folder.write(copy, TEMPLATE.as_bytes());
    }
    folder.write(".gitignore", b"/out\nkept/*.yaml\n");
    folder.write("kept/.gitignore", b"!api.yaml\n");
    let files = |run: &Run| run.json().get("summary").unwrap().get("files").unwrap().write();
    assert_eq!(files(&folder.candor(&["check", ".", "--format", "json"])), "2");
    assert_eq!(files(&folder.candor(&["check", "out/api.yaml", "--format", "json"])), "1");
    fs::remove_dir(folder.path().join(".git")).unwrap();
    assert_eq!(files(&folder.candor(&["check", ".", "--format", "json"])), "4");
}

#[test]
fn a_template_on_standard_input() {
    let folder = Folder::with(&[("candor.toml", "[rules]\nhttp-default-200 = 'warning'\n")]);
    let mut command = crate::support::command(
        100,
        folder.path(),
        &["check", "-", "--stdin-filename", "sub/api.yaml", "--format", "json"],
    );
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), TEMPLATE.as_bytes()).unwrap();
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.out.contains("\"path\": \"sub/api.yaml\""), "{}", run.out);
    assert!(found(&run).iter().all(|(_, severity)| severity == "warning"));
}

#[test]
fn of_two_alike_the_new_one_is_reported() {
    let template = "Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: .
      Events: { Place: { Type: Api, Properties: { Path: /orders, Method: post } } }
";
    let known = "    try:
        table.put_item(Item={'id': '1'})
    except Exception as error:
        print(error)
    return {'statusCode': 200}
";
    let head = "import boto3
table = boto3.resource('dynamodb').Table('orders')
queue = boto3.client('sqs')
def handler(event, context):
";
    let folder = Folder::with(&[("template.yaml", template), ("app.py", &format!("{head}{known}"))]);
    folder.candor(&["check", "--baseline", "baseline.json"]);
    let new = "    try:
        queue.send_message(QueueUrl='q', MessageBody='m')
    except Exception as error:
        print(error)
";
    // Above the known one, which moves.
    folder.write("app.py", format!("{head}{new}{known}").as_bytes());
    let run = folder.candor(&["check", "--baseline", "baseline.json", "--select", "swallowed-then-success"]);
    assert!(run.out.contains("app.py:7:5") && !run.out.contains("app.py:11:5"), "{}", run.out);
}
