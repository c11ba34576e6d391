//! Where output goes: results to standard output, diagnostics to standard error; colour; a reader that hangs up.

use std::io::Read as _;
use std::process::Stdio;

use crate::support::{Folder, MASKED, Run, candor, command, root};

#[test]
fn results_and_diagnostics_keep_apart() {
    let duplicate = MASKED.replace("      StageName: v1\n", "      StageName: dev\n      StageName: prod\n");
    let folder = Folder::with(&[("template.yaml", &duplicate), ("broken.json", "{\"Resources\": {,}}")]);
    for format in ["text", "json"] {
        let run = folder.candor(&["check", "template.yaml", "broken.json", "--format", format]);
        assert_eq!(run.status, 1);
        let first: Vec<&str> = run.err.lines().filter_map(|line| line.split(": ").next()).collect();
        assert_eq!(first, ["unreadable", "warning"], "{}", run.err);
        assert!(run.out.contains("no-error-response") && !run.out.contains("a second time"), "{}", run.out);
    }
}

#[test]
fn colour_only_where_it_is_wanted() {
    let escapes = |args: &[&str], variable: Option<(&str, &str)>| {
        let mut command = command(80, &root(), args);
        command.envs(variable);
        Run::of(command.output().unwrap()).out.contains('\u{1b}')
    };
    let check = ["check", "examples/orders"];
    let always = [&check[..], &["--color", "always"]].concat();
    let never = [&check[..], &["--color", "never"]].concat();
    // Standard output is a pipe here.
    assert!(!escapes(&check, None));
    assert!(!escapes(&never, None));
    assert!(escapes(&always, None));
    assert!(!escapes(&check, Some(("NO_COLOR", "1"))));
    // What was asked for outranks what the environment prefers.
    assert!(escapes(&always, Some(("NO_COLOR", "1"))));
}

#[test]
fn a_reader_that_hangs_up_is_no_error() {
    let commands: [(&[&str], i32); 4] = [
        (&["check", "examples/orders", "--format", "json"], 1),
        (&["drill", "examples/orders"], 0),
        (&["rules"], 0),
        (&["completions", "zsh"], 0),
    ];
    for (args, expected) in commands {
        let mut command = command(80, &root(), args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(err, "", "{args:?}");
        assert_eq!(status.code(), Some(expected), "{args:?}: {status}");
    }
}

#[test]
fn what_stands_in_a_file_does_not_steer_a_terminal() {
    let hostile = MASKED.replace("/orders:", "\"/orders\\e[31m\\u202E\":");
    let folder = Folder::with(&[("template.yaml", &hostile)]);
    for args in [&["check"][..], &["drill"]] {
        let run = folder.candor(args);
        assert!(!run.out.contains(['\u{1b}', '\u{202e}']), "{}", run.out);
    }
}

#[test]
fn output_is_the_same_every_time() {
    for args in [&["check", "examples/orders", "--format", "json"][..], &["drill", "examples/orders"]] {
        assert_eq!(candor(args).out, candor(args).out);
    }
}
