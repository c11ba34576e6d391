//! Handlers that cannot be read, or only in part: the template is checked all the same, and each is named once, with its line.

use crate::support::{Folder, Run};

/// A function behind a REST API's Lambda proxy, with its code in `src/`.
const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: src/
      Events:
        Get: { Type: Api, Properties: { Path: /orders, Method: get } }
";

/// A handler without a fault.
const HONEST: &str = "def handler(event, context):\n    return {'statusCode': 204}\n";

fn check(files: &[(&str, &str)]) -> Run {
    let mut all = vec![("template.yaml", TEMPLATE)];
    all.extend(files);
    Folder::with(&all).candor(&["check"])
}

#[track_caller]
fn undecided(run: &Run, expected: &str) {
    let said: Vec<&str> = run.out.lines().filter(|line| line.starts_with("undecided: ")).collect();
    assert_eq!(said.len(), 1, "{}", run.all());
    assert!(said[0].contains(expected), "{}", said[0]);
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.all());
}

#[test]
fn an_honest_handler_is_read_in_silence() {
    let run = check(&[("src/app.py", HONEST)]);
    assert!(run.out.starts_with("nothing found in 1 API, 1 route"), "{}", run.out);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
}

#[test]
fn what_does_not_parse_is_named_with_its_line() {
    let unclosed = "def handler(event, context):\n    return {'statusCode': 200\n";
    let old = "def handler(event, context):\n    print 'hello'\n";
    let deep =
        format!("def handler(event, context):\n    return {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    for (source, line) in [(unclosed, 3), (old, 2), (deep.as_str(), 2)] {
        let run = check(&[("src/app.py", source)]);
        assert_eq!(run.status, 2, "{}", run.all());
        assert_eq!(run.err.matches("unreadable: ").count(), 1, "{}", run.err);
        assert!(run.err.contains(&format!("src/app.py:{line}:")), "{}", run.err);
        assert!(run.out.contains("1 route"), "{}", run.out);
    }
}

#[test]
fn a_broken_helper_leaves_its_handler_undecided() {
    let handler = "from helper import answer\ndef handler(event, context):\n    return answer(200)\n";
    let run = check(&[("src/app.py", handler), ("src/helper.py", "def answer(:\n")]);
    undecided(&run, "src/helper.py:1: candor does not follow the module helper, which is no Python 3");
}

#[test]
fn what_is_not_followed_is_said_once() {
    let star = "from somewhere import *\ndef handler(event, context):\n    return answer(200)\n";
    let exec = "def handler(event, context):\n    exec(event['body'])\n    return {'statusCode': 200}\n";
    let patched = "import helper\nhelper.answer = lambda: made_up()\ndef handler(event, context):\n    return helper.answer()\n";
    undecided(&check(&[("src/app.py", star)]), "src/app.py:3: candor does not follow");
    undecided(&check(&[("src/app.py", exec)]), "src/app.py:2: candor does not follow exec()");
    let run = check(&[("src/app.py", patched), ("src/helper.py", "def answer():\n    return 1\n")]);
    undecided(&run, "src/app.py:4: candor does not follow what is returned here");
}

#[test]
fn code_that_is_elsewhere_is_undecided() {
    undecided(&check(&[]), "template.yaml:8: the code in src, which is not there");
    let at = |code: &str| TEMPLATE.replace("CodeUri: src/", &format!("CodeUri: {code}"));
    let zip = Folder::with(&[("template.yaml", &at("code.zip")), ("code.zip", "PK")]).candor(&["check"]);
    undecided(&zip, "template.yaml:8: the code in code.zip, which is no folder");
    let outside = Folder::with(&[("template.yaml", &at("../../../etc"))]).candor(&["check"]);
    undecided(
        &outside,
        "template.yaml:8: the code in ../../../etc, which is outside the project: give candor the folder that holds both",
    );
}

#[test]
fn the_project_is_what_candor_was_called_on() {
    let sam = TEMPLATE.replace("CodeUri: src/", "CodeUri: ../../src/");
    let handler = ("src/app.py", "def handler(event, context):\n    return {'status': 204}\n");
    let files = [("infra/sam/template.yaml", sam.as_str()), handler];
    let found = |run: &Run| assert!(run.out.contains("src/app.py:2:"), "{}", run.all());
    let outside = |run: &Run| {
        undecided(run, "template.yaml:8: the code in ");
        assert!(
            run.all().contains("src, which is outside the project: give candor the folder"),
            "{}",
            run.all()
        );
    };
    // A folder: what lies in it.
    found(&Folder::with(&files).candor(&["check"]));
    found(&Folder::with(&files).candor(&["check", "."]));
    outside(&Folder::with(&files).candor(&["check", "infra"]));
    found(&Folder::with(&files).candor(&["check", "infra", "src"]));
    // A file: the repository around it, or its own folder.
    let template = ["check", "infra/sam/template.yaml"];
    outside(&Folder::with(&files).candor(&template));
    let git = (".git/HEAD", "ref: refs/heads/main\n");
    found(&Folder::with(&[files[0], files[1], git]).candor(&template));
    let inner = ("infra/.git/HEAD", "ref: refs/heads/main\n");
    outside(&Folder::with(&[files[0], files[1], inner]).candor(&template));
}

#[cfg(unix)]
#[test]
fn links_keep_to_the_project() {
    use std::os::unix::fs::symlink;
    let handler = "def handler(event, context):\n    return {'status': 204}\n";
    let elsewhere = Folder::with(&[("app.py", handler), ("lib/x.py", "")]);
    // The folder of the code, then a module in it.
    let folder = Folder::with(&[("template.yaml", TEMPLATE)]);
    symlink(elsewhere.path(), folder.path().join("src")).expect("a link");
    undecided(&folder.candor(&["check"]), "template.yaml:8: the code in src, which is outside the project");
    let folder = Folder::with(&[("template.yaml", TEMPLATE), ("src/empty.txt", "")]);
    symlink(elsewhere.path().join("app.py"), folder.path().join("src/app.py")).expect("a link");
    undecided(&folder.candor(&["check"]), "src/app.py: outside the project");
    // Within it they are as good as what they lead to.
    let folder = Folder::with(&[("template.yaml", TEMPLATE), ("shared/app.py", handler)]);
    symlink(folder.path().join("shared"), folder.path().join("src")).expect("a link");
    assert!(folder.candor(&["check"]).out.contains("app.py:2:"));
}

#[test]
fn a_handler_that_is_not_there_is_an_error() {
    let run = check(&[("src/app.py", "def handle(event, context):\n    return {'statusCode': 204}\n")]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(
        run.out.starts_with("error[handler-not-found]: ") && run.out.contains("template.yaml:7:"),
        "{}",
        run.out
    );
}

#[test]
fn circles_and_large_files_are_read() {
    let circle = [
        ("src/app.py", "import other\ndef handler(event, context):\n    return other.answer()\n"),
        ("src/other.py", "import app\ndef answer():\n    return {'statusCode': 204}\n"),
    ];
    assert_eq!(check(&circle).status, 0);
    let rows = "    {'id': 17, 'name': 'a row of generated data', 'tags': ['a', 'b']},\n".repeat(32_000);
    let large = format!("ROWS = [\n{rows}]\n{HONEST}");
    assert!(large.len() > 2_000_000);
    assert_eq!(check(&[("src/app.py", &large)]).status, 0);
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_are_not_followed_for_ever() {
    let folder = Folder::with(&[("template.yaml", TEMPLATE)]);
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::os::unix::fs::symlink("app.py", folder.path().join("src/app.py")).unwrap();
    let run = folder.candor(&["check"]);
    assert_eq!(run.out.matches("undecided: ").count(), 1, "{}", run.all());
}

#[test]
fn code_in_the_template_has_the_templates_lines() {
    let inline = TEMPLATE.replace("app.handler", "index.handler").replace(
        "      CodeUri: src/\n",
        "      InlineCode: |\n        def handler(event, context):\n            return {'statusCode': 200,\n                    'body': {}}\n",
    );
    let run = Folder::with(&[("template.yaml", &inline)]).candor(&["check"]);
    assert!(
        run.out.contains("error[body-not-string]") && run.out.contains("template.yaml:11:"),
        "{}",
        run.out
    );
}
