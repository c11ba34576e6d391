//! Bad input: one clear error with its place, exit status 2, the other files still checked; no panic, no abort, within
//! 512 MB and 10 seconds.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::{Folder, MASKED, Run, clean, command};

const MOST_TIME: Duration = Duration::from_secs(10);

/// Runs candor with 512 MB of address space, where a shell can say so.
fn bounded(folder: &Path, args: &[&str]) -> Run {
    let start = Instant::now();
    let mut command = if cfg!(target_os = "linux") {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "ulimit -v 524288 && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_candor")]).args(args);
        clean(&mut shell, 80, folder);
        shell
    } else {
        command(80, folder, args)
    };
    let run = Run::of(command.output().unwrap());
    assert!(start.elapsed() <= MOST_TIME, "{args:?} took {:?}", start.elapsed());
    run
}

/// Deeper than any stack.
const DEEP: usize = 20_000;

fn deep(open: &str, close: &str) -> String {
    format!("{}{}", open.repeat(DEEP), close.repeat(DEEP))
}

fn billion_laughs() -> String {
    let mut text = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_string();
    for i in 1..10 {
        let laughs = vec![format!("*a{}", i - 1); 10].join(", ");
        text.push_str(&format!("a{i}: &a{i} [{laughs}]\n"));
    }
    text + "Resources: { All: *a9 }\n"
}

/// Every key of a large mapping, merged over and over.
fn merges() -> String {
    let keys: Vec<String> = (0..5000).map(|i| format!("k{i}: v")).collect();
    let mut text = format!("a: &a {{{}}}\n", keys.join(", "));
    for i in 0..60 {
        text.push_str(&format!("b{i}: {{ <<: *a, own: 1 }}\n"));
    }
    text + "Resources: [\n"
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let text = |name, text: &str| (name, text.as_bytes().to_vec());
    let block: String = (0..4000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    vec![
        text(
            "no-yaml.yaml",
            "Resources:\n  Orders:\n    Type: [AWS::Serverless::Function\n    Properties: {}\n",
        ),
        text("no-json.json", "{\n  \"Resources\": {\n    \"Orders\" {}\n  }\n}\n"),
        text("cut-off.json", "{\"Resources\": {\"Orders\": {\"Type\": \"AWS::Serverless"),
        text("prose.yaml", "Dear reader, this is no template.\n"),
        text("list.json", "[1, 2]"),
        text("empty.yaml", ""),
        text("comment.yaml", "# nothing but this\n\n"),
        text(
            "circle.yaml",
            "Resources:\n  A:\n    Type: AWS::Lambda::Function\n    Properties: { Role: !GetAtt B.Arn }\n  B:\n    Type: AWS::IAM::Role\n    DependsOn: A\n",
        ),
        text(
            "circle-of-conditions.yaml",
            "Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\nResources:\n  F: { Type: AWS::Lambda::Function }\n",
        ),
        text(
            "no-openapi.yaml",
            &MASKED.replace("DefinitionBody:", "DefinitionUri: api/openapi.yaml\n      X:"),
        ),
        text("laughs.yaml", &billion_laughs()),
        text("merges.yaml", &merges()),
        text("alias-to-itself.yaml", "Resources: &all\n  Orders: *all\n"),
        text("alias-to-nothing.yaml", "Resources:\n  Orders: *gone\n"),
        text("deep-flow.yaml", &format!("Resources: {}", deep("[", "]"))),
        text("deep-flow-map.yaml", &format!("Resources: {}", deep("{a: ", "}"))),
        text("deep-block.yaml", &block),
        text("deep-dashes.yaml", &format!("Resources:\n  {}a\n", "- ".repeat(DEEP))),
        text("deep-questions.yaml", &format!("{}a\n", "? ".repeat(DEEP))),
        text("deep-array.json", &format!("{{\"Resources\": {}}}", deep("[", "]"))),
        text("deep-object.json", &deep("{\"a\":", "}")),
        text("deep-open.json", &"{\"a\":".repeat(DEEP)),
        ("no-utf8.yaml", b"Resources:\n  Orders: \xff\xfe\n".to_vec()),
        ("latin-1.yaml", b"Resources: {}\nDescription: caf\xe9\n".to_vec()),
        ("utf-16.yaml", "\u{feff}Resources: {}\n".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("nul.yaml", b"Resources:\n  Orders: a\0b\n".to_vec()),
        ("nul.json", b"{\"Resources\": \"\0\"}".to_vec()),
        text("tabs.yaml", "Resources:\n\tOrders: {}\n"),
    ]
}

#[test]
fn each_is_one_clear_error_and_the_rest_is_checked() {
    let folder = Folder::with(&[("good.yaml", MASKED)]);
    let mut all = String::new();
    for (name, bytes) in files() {
        folder.write(name, &bytes);
        let run = bounded(folder.path(), &["check", name]);
        assert_eq!(run.status, 2, "{name}: {}{}", run.out, run.err);
        assert_eq!(run.err.lines().count(), 1, "{name}: {}", run.err);
        assert!(
            run.err.starts_with(&format!("unreadable: {name}")) || name == "no-openapi.yaml",
            "{}",
            run.err
        );
        all.push_str(&run.err);
        let run = bounded(folder.path(), &["check", name, "good.yaml", "--format", "json"]);
        assert_eq!(run.status, 1, "{name}: {}{}", run.out, run.err);
        assert!(run.out.contains("\"path\": \"good.yaml\""), "{name}: {}", run.out);
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
    insta::assert_snapshot!("bad-input", all);
}

#[test]
fn what_cannot_be_opened_is_named() {
    let folder = Folder::with(&[("good.yaml", MASKED), ("nothing/notes.txt", "no template")]);
    let mut all = String::new();
    for args in [
        &["check", "gone.yaml"][..],
        &["check", "nothing"],
        &["check", "good.yaml", "--max-file", "100"],
        &["drill", "gone"],
    ] {
        let run = bounded(folder.path(), args);
        assert_eq!(run.status, 2, "{args:?}: {}", run.out);
        assert_eq!(run.err.lines().count(), 1, "{args:?}: {}", run.err);
        all.push_str(&format!("$ candor {}\n{}", args.join(" "), run.err));
    }
    insta::assert_snapshot!("unopened", all);
}

#[test]
fn a_folder_s_other_files_are_still_checked() {
    let folder = Folder::with(&[("a/template.yaml", "Resources: [\n"), ("b/template.yaml", MASKED)]);
    let run = bounded(folder.path(), &["check"]);
    assert_eq!(run.status, 1);
    assert!(run.err.starts_with("unreadable: a/template.yaml:"), "{}", run.err);
    assert!(run.out.contains(" b/template.yaml:17:"), "{}", run.out);
}

#[test]
fn odd_text_is_read_all_the_same() {
    for (name, text) in [
        ("crlf.yaml", MASKED.replace('\n', "\r\n")),
        ("bom.yaml", format!("\u{feff}{MASKED}")),
        ("document.yaml", format!("---\n{MASKED}...\n")),
        // Tabs where YAML allows them: behind a value, on an empty line, before a comment.
        (
            "tabs.yaml",
            MASKED.replace("v1\n", "v1\t# the first\n").replace("Properties:\n", "Properties:\t\n"),
        ),
        // Sections that someone has emptied.
        ("empty.yaml", format!("{MASKED}Parameters:\nMappings:\nConditions:\nOutputs:\nMetadata:\n")),
    ] {
        let folder = Folder::with(&[(name, &text)]);
        let run = folder.candor(&["check", name]);
        assert_eq!((run.status, run.err.as_str()), (1, ""), "{name}");
        let line = 17 + usize::from(name == "document.yaml");
        assert!(run.out.contains(&format!("{name}:{line}:19\n")), "{}", run.out);
        assert!(!run.out.contains('\r'), "{name}");
    }
}

#[test]
fn the_last_of_equal_keys_is_used_with_a_warning() {
    let folder = Folder::with(&[("template.yaml", &MASKED.replace("v1\n", "v1\n      StageName: v1\n"))]);
    let run = folder.candor(&["check", "template.yaml"]);
    assert_eq!(
        run.err,
        "warning: template.yaml:7:7: the key `StageName` stands here a second time; the last one is used\n"
    );
    assert_eq!(run.status, 1);
}

#[cfg(unix)]
#[test]
fn pipes_and_sockets_are_not_waited_for() {
    let folder = Folder::with(&[("template.yaml", MASKED)]);
    let pipe = folder.path().join("pipe.yaml");
    if !Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        return;
    }
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket.yaml")).unwrap();
    let run = bounded(folder.path(), &["check", "pipe.yaml", "socket.yaml"]);
    assert_eq!(run.status, 2);
    assert_eq!(
        run.err,
        "unreadable: pipe.yaml: not a regular file\nunreadable: socket.yaml: not a regular file\n"
    );
    let run = bounded(folder.path(), &["check", "."]);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
}

#[cfg(unix)]
#[test]
fn what_one_may_not_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder =
        Folder::with(&[("template.yaml", MASKED), ("closed/template.yaml", MASKED), ("own.yaml", MASKED)]);
    let set = |name: &str, mode| {
        std::fs::set_permissions(folder.path().join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set("closed", 0o000);
    set("own.yaml", 0o000);
    let everything_is_open_to_us = std::fs::read(folder.path().join("own.yaml")).is_ok();
    let runs = ["closed", "own.yaml", "."].map(|path| bounded(folder.path(), &["check", path]));
    set("closed", 0o700);
    if everything_is_open_to_us {
        return;
    }
    assert_eq!(runs.each_ref().map(|run| run.status), [2, 2, 1]);
    assert_eq!(runs[0].err, "unreadable: closed: permission denied\n");
    assert_eq!(runs[1].err, "unreadable: own.yaml: permission denied\n");
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_end() {
    let folder = Folder::with(&[("template.yaml", MASKED)]);
    std::os::unix::fs::symlink(".", folder.path().join("again")).unwrap();
    let run = bounded(folder.path(), &["check"]);
    assert_eq!((run.status, run.out.matches("[no-error-response]").count()), (1, 1));
    std::os::unix::fs::symlink("loop", folder.path().join("loop")).unwrap();
    assert_eq!(bounded(folder.path(), &["check", "loop"]).status, 2);
}

/// Most of a repository is none of ours: it is walked past, whatever there is of it.
#[test]
fn a_hundred_thousand_files_are_walked_past() {
    let folder = Folder::with(&[("deep/down/template.yaml", MASKED)]);
    for outer in 0..100 {
        let path = folder.path().join(format!("data/{outer}"));
        std::fs::create_dir_all(&path).unwrap();
        for inner in 0..1_000 {
            // One in a hundred looks like something that may be a template.
            let extension = if inner % 100 == 0 { "json" } else { "csv" };
            std::fs::write(path.join(format!("{inner}.{extension}")), "{}").unwrap();
        }
    }
    let run = folder.candor(&["check"]);
    assert_eq!((run.status, run.err.as_str()), (1, ""), "{}", run.err);
    assert_eq!(run.out.matches("[no-error-response]").count(), 1);
}

/// A tab that indents is YAML's own error, and says where.
#[test]
fn a_tab_that_indents_is_refused_with_its_place() {
    let text = MASKED.replace("      StageName", "\tStageName");
    let folder = Folder::with(&[("template.yaml", &text)]);
    let run = folder.candor(&["check", "template.yaml"]);
    assert_eq!(run.status, 2);
    let line = text.lines().position(|line| line.starts_with('\t')).unwrap() + 1;
    assert!(run.err.starts_with(&format!("unreadable: template.yaml:{line}:")), "{}", run.err);
}

/// Files are read by several threads, and what is said of them is said in one order.
#[test]
fn the_order_of_findings_is_the_order_of_paths() {
    let names: Vec<String> = (0..300).map(|i| format!("{:03}/template.yaml", i)).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), MASKED)).collect();
    let folder = Folder::with(&files);
    let runs: Vec<Run> = (0..3).map(|_| bounded(folder.path(), &["check", "--format", "json"])).collect();
    assert!(runs.iter().all(|run| run.out == runs[0].out && run.err == runs[0].err));
    let places: Vec<usize> = names.iter().filter_map(|name| runs[0].out.find(name.as_str())).collect();
    assert_eq!(places.len(), names.len());
    assert!(places.is_sorted());
}
