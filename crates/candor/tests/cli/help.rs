//! Help of every command, as it is printed.

use crate::support::candor;

#[test]
fn help_of_every_command() {
    let overview = candor(&["--help"]);
    assert_eq!((overview.status, overview.err.as_str()), (0, ""));
    insta::assert_snapshot!("help", overview.out);
    let commands: Vec<&str> = overview
        .out
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("    "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.len() >= 6, "{commands:?}");
    for name in commands {
        let run = candor(&[name, "--help"]);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{name}");
        insta::assert_snapshot!(format!("help-{name}"), run.out);
    }
}

#[test]
fn the_version_is_one_line() {
    let run = candor(&["--version"]);
    assert_eq!(run.out, format!("candor {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(run.status, 0);
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = candor(&["completions", shell]);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{shell}");
        for command in ["check", "drill", "simulate", "explain", "rules", "completions"] {
            assert!(run.out.contains(command), "{shell}: {command}");
        }
    }
}

#[test]
fn explain_prints_every_page() {
    let rules = candor(&["rules"]).out;
    let slugs: Vec<&str> = rules
        .lines()
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert!(slugs.len() > 30);
    for slug in slugs {
        let run = candor(&["explain", slug]);
        assert!(run.out.starts_with(&format!("# {slug}\n")), "{slug}");
        assert_eq!(run.status, 0);
    }
    insta::assert_snapshot!("explain", candor(&["explain", "no-error-response"]).out);
    insta::assert_snapshot!("rules", rules);
}
