//! `candor render`: by hand, as a filter, for machines.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Folder, Run, command};

const TEMPLATE: &str = "#set($r = $input.path('$'))
{\"id\": $r.id, \"who\": \"$input.params('user')\", \"stage\": \"$context.stage\", \"table\": \"$stageVariables.table\",
 \"items\": [#foreach($i in $r.items)\"$i\"#if($foreach.hasNext), #end#end]}
#if($r.errorMessage)#set($context.responseOverride.status = 500)#end
";

fn folder() -> Folder {
    Folder::with(&[
        ("t.vtl", TEMPLATE),
        ("body.json", r#"{"id": 7, "items": ["a", "b"], "errorMessage": "no"}"#),
        ("context.json", r#"{"stage": "prod"}"#),
        ("broken.vtl", "one\n#if($x\n"),
    ])
}

const ALL: [&str; 9] = [
    "render",
    "t.vtl",
    "--body",
    "body.json",
    "--context",
    "context.json",
    "--param",
    "querystring.user=ann",
    "--stage-variable=table=orders",
];

#[test]
fn by_hand() {
    let folder = folder();
    let mut all = String::new();
    for more in [&[][..], &["--trace"], &["--format", "json"]] {
        let run = folder.candor(&[&ALL[..], more].concat());
        assert_eq!(run.status, 0, "{}", run.all());
        all.push_str(&format!("# {}\n{}{}\n", more.join(" "), run.out, run.err));
    }
    let run = folder.candor(&["render", "t.vtl", "--check"]);
    assert_eq!(run.status, 1, "{}", run.all());
    all.push_str(&format!("# --check\n{}{}", run.out, run.err));
    insta::assert_snapshot!("render", all);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let folder = folder();
    let said = |args: &[&str]| {
        let run = folder.candor(&[&["render"], args].concat());
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{args:?}");
        run.err
    };
    let mut all = String::new();
    for args in
        [&["broken.vtl"][..], &["absent.vtl"], &["t.vtl", "--param", "user=ann"], &["-", "--body", "-"]]
    {
        all.push_str(&format!("# {}\n{}\n", args.join(" "), said(args)));
    }
    insta::assert_snapshot!("render-wrong", all);
}

#[test]
fn as_a_filter() {
    let folder = folder();
    let mut command = command(100, folder.path(), &["render", "-", "--body", "body.json"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"$input.path('$.id')").unwrap();
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.status, run.out.as_str()), (0, "7"));
}

#[test]
fn for_machines() {
    let folder = Folder::with(&[(
        "cases.json",
        r##"[{"id": "a", "template": "$input.path('$.x')", "body": "{\"x\": 1}"},
            {"id": "b", "template": "#set($context.responseOverride.status = 404)"},
            {"id": "c", "template": "#if("}]"##,
    )]);
    let run = folder.candor(&["render", "--cases", "cases.json", "--format", "json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    insta::assert_snapshot!("render-cases", run.out);
}
