//! Wrong usage: exit status 2, nothing on standard output, and the way out.

use crate::support::{Folder, MASKED, candor};

#[test]
fn wrong_usage_says_what_would_be_right() {
    let wrong: &[&[&str]] = &[
        &[],
        &["chekc"],
        &["check", "--format", "xml"],
        &["check", "--parameter", "Stage"],
        &["check", "--parameter", "=prod"],
        &["check", "--max-file", "big"],
        &["check", "--fail-on", "never"],
        &["check", "examples/orders", "--select", "no-eror-response"],
        &["check", "examples/orders", "--ignore", "something-else"],
        &["drill", "examples/orders", "--fail-on-verdict", "lie"],
        &["drill", "examples/orders", "--route", "/nowhere"],
        &["drill", "examples/orders", "--outcome", "explodes"],
        &["explain"],
        &["explain", "pattern-newlines"],
        &["completions", "tcsh"],
        &["simulate", "--api", "api.yaml", "--request", "request.json"],
        &["simulate", "--request", "request.json"],
        &["simulate", "examples/orders"],
        &["simulate", "examples/orders", "/orders", "--stage", "prod"],
        &["simulate", "--api", "api.yaml", "--stage", "prod", "--request", "r.json", "--outcome", "raised"],
        &["simulate", "--function-url", "url.json", "--request", "r.json", "--authorizer", "denies"],
        &["simulate", "nowhere.yaml", "/orders"],
        &["rules", "--color", "sometimes"],
    ];
    let mut all = String::new();
    for args in wrong {
        let run = candor(args);
        let words = args.join(" ");
        assert_eq!((run.status, run.out.as_str()), (2, ""), "candor {words}");
        all.push_str(&format!("$ candor {words}\n{}\n", run.err));
    }
    insta::assert_snapshot!("wrong-usage", all);
}

#[test]
fn select_and_ignore_choose_rules() {
    let findings = |more: &[&str]| {
        let run = candor(&[&["check", "examples/orders", "--format", "json"], more].concat());
        (run.out.matches("\"rule\":").count(), run.status)
    };
    assert_eq!(findings(&["--select", "no-error-response,template-says-success"]), (2, 1));
    assert_eq!(findings(&["--select", "pattern-newline"]).1, 0);
    assert_eq!(findings(&["--select", "pattern-newline", "--fail-on", "warning"]).1, 1);
    let (all, _) = findings(&[]);
    assert_eq!(findings(&["--ignore", "no-error-response"]).0, all - 1);
}

#[test]
fn notes_are_counted_and_shown_when_asked_for() {
    let folder = Folder::with(&[("template.yaml", MASKED)]);
    let (quiet, loud) = (folder.candor(&["check"]), folder.candor(&["check", "--notes"]));
    assert!(!quiet.out.contains("note["), "{}", quiet.out);
    assert!(quiet.out.ends_with(" notes, shown with --notes\n"), "{}", quiet.out);
    assert!(loud.out.contains("note[") && loud.out.ends_with(" notes\n"), "{}", loud.out);
}

#[test]
fn the_exit_status_is_0_1_or_2() {
    let folder =
        Folder::with(&[("masked.yaml", MASKED), ("broken.yaml", "Resources: [\n"), ("notes.txt", "")]);
    let status = |args: &[&str]| folder.candor(args).status;
    assert_eq!(status(&["check", "masked.yaml"]), 1);
    assert_eq!(status(&["check", "broken.yaml"]), 2);
    // What was found outranks what could not be read.
    assert_eq!(status(&["check", "masked.yaml", "broken.yaml"]), 1);
    assert_eq!(status(&["check", "masked.yaml", "broken.yaml", "--ignore", "no-error-response"]), 2);
    assert_eq!(status(&["check", "masked.yaml", "--ignore", "no-error-response"]), 0);
    assert_eq!(status(&["drill", "masked.yaml"]), 0);
    assert_eq!(status(&["drill", "masked.yaml", "broken.yaml"]), 2);
    assert_eq!(status(&["drill", "masked.yaml", "broken.yaml", "--fail-on-verdict", "masked-failure"]), 1);
}
