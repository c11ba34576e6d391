//! Dependencies that lie in the folder of the code.

use crate::check_files;

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: src
      Events: { Go: { Type: Api, Properties: { Path: /go, Method: post } } }
";

/// The findings of a handler beside such files, as `rule:line`; what is undecided besides.
fn found(files: &[(&str, &str)]) -> (Vec<String>, usize) {
    let mut all = vec![("template.yaml", TEMPLATE)];
    all.extend(files);
    let (reading, report) = check_files(&all);
    let of_code = report.findings.iter().filter(|found| reading.sources.path(found.at.file).ends_with(".py"));
    let shown =
        of_code.map(|found| format!("{}:{}", found.rule.slug, reading.sources.position(found.at).line));
    (shown.collect(), reading.undecided.len())
}

/// A handler that asks something through a client and looks at nothing.
fn asks(module: &str) -> String {
    format!(
        "import logging\nimport {module}\ndef handler(event, context):\n    try:\n        {module}.get('https://a.example/')\n    except Exception as e:\n        logging.error(e)\n    return {{'statusCode': 200}}\n"
    )
}

#[test]
fn what_is_installed_is_no_module_of_the_project() {
    // Followed as the project's own it would do nothing outside.
    let own = "def get(url):\n    return None\n";
    let swallowed = ["swallowed-then-success:6"];
    let app = asks("client");
    let with = |file: &str, text: &str| {
        found(&[("src/app.py", &app), ("src/client/__init__.py", own), (file, text)]).0
    };
    assert!(with("src/notes.txt", "").is_empty());
    assert_eq!(with("src/client-1.0.dist-info/METADATA", ""), swallowed);
    assert_eq!(with("src/my_client-1.0.dist-info/RECORD", "client/__init__.py,sha256=1,2\n"), swallowed);
    assert_eq!(with("src/my_client-1.0.dist-info/top_level.txt", "client\n"), swallowed);
    assert!(with("src/other-1.0.dist-info/RECORD", "other/__init__.py,,\n").is_empty());
    // What is being developed has a record as well.
    assert!(with("src/client.egg-info/top_level.txt", "client\n").is_empty());
    let installed = [
        ("src/app.py", app.as_str()),
        ("src/client/__init__.py", own),
        ("src/client.egg-info/top_level.txt", "client\n"),
        ("src/client.egg-info/installed-files.txt", "../client/__init__.py\n"),
    ];
    assert_eq!(found(&installed).0, swallowed);
    let editable = [
        ("src/app.py", app.as_str()),
        ("src/client/__init__.py", own),
        ("src/client-1.dist-info/direct_url.json", "{}"),
    ];
    assert!(found(&editable).0.is_empty());
}

#[test]
fn well_known_packages_are_no_modules_of_the_project() {
    let own = "def get(url):\n    return None\n";
    let app = asks("requests");
    let rules = |files: &[(&str, &str)]| found(files).0;
    let package = rules(&[("src/app.py", &app), ("src/requests/__init__.py", own)]);
    assert!(package.iter().any(|rule| rule.starts_with("swallowed-then-success")), "{package:?}");
    // A file of that name is the project's.
    assert!(rules(&[("src/app.py", &app), ("src/requests.py", own)]).is_empty());
    // And so is the package in which the handler stands.
    let template = TEMPLATE.replace("app.handler", "requests.app.handler");
    let inner =
        "from requests import get\ndef handler(event, context):\n    get('x')\n    return {'status': 200}\n";
    let (reading, report) = check_files(&[
        ("template.yaml", &template),
        ("src/requests/__init__.py", own),
        ("src/requests/app.py", inner),
    ]);
    assert_eq!(reading.undecided.len(), 0);
    assert!(report.findings.iter().any(|found| found.rule.slug == "status-misspelt"));
}

#[test]
fn a_handler_that_is_defined_is_not_missing() {
    // More than is run stands before it.
    let rows: String = (0..70_000).map(|n| format!("v{n} = {n}\n")).collect();
    let long = format!("{rows}def handler(event, context):\n    return {{'statusCode': 204}}\n");
    let (rules, undecided) = found(&[("src/app.py", &long)]);
    assert!(rules.is_empty());
    assert_eq!(undecided, 1);
    let (reading, report) = check_files(&[
        ("template.yaml", TEMPLATE),
        ("src/app.py", "def handler(event, context):\n    return {'statusCode': 204}\ndel handler\n"),
    ]);
    assert!(!report.findings.iter().any(|found| found.rule.slug == "handler-not-found"));
    assert!(reading.undecided.len() < 2);
}
