//! What README and docs show is what candor prints.
//!
//! A page has its transcripts between markers; the test runs the command in the workspace's root, 80 columns wide, and
//! compares. `CANDOR_BLESS=1` (`cargo xtask bless`) writes them anew.
//!
//! ````markdown
//! <!-- transcript: candor explain no-error-response -->
//! ```text
//! $ candor explain no-error-response
//! …
//! ```
//! <!-- end -->
//! ````
//!
//! `<!-- transcript head=12 tail=1: … -->` shows so many lines of a long output, with `⋮` for the rest.

use std::path::PathBuf;

use crate::support::{candor, root};

const BEGIN: &str = "<!-- transcript";
const END: &str = "<!-- end -->";

/// README.md and the pages in `docs/`.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let listed = std::fs::read_dir(root().join("docs")).unwrap();
    pages.extend(
        listed.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "md")),
    );
    pages.sort();
    pages
}

/// Words as a shell would split them: single quotes keep blanks.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, part) in command.split('\'').enumerate() {
        match i % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_string)),
            _ => words.push(part.to_string()),
        }
    }
    words
}

/// The arguments for candor, however a page starts it.
fn arguments(command: &str) -> Vec<String> {
    let words = words(command);
    let starts: [&[&str]; 2] = [&["candor"], &["cargo", "run", "--release", "--"]];
    let start = starts
        .into_iter()
        .find(|start| words.len() >= start.len() && words.iter().zip(*start).all(|(a, b)| a == b));
    let start = start.unwrap_or_else(|| panic!("`{command}` does not start candor"));
    words[start.len()..].to_vec()
}

/// What stands between the markers for this command.
fn transcript(options: &str, command: &str) -> String {
    let option = |name: &str| {
        let value = options.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        value.map(|n| n.parse::<usize>().unwrap())
    };
    let arguments = arguments(command);
    let run = candor(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(run.status != 2 || !run.err.is_empty(), "{command}");
    let printed = format!("{}{}", run.out, run.err);
    let lines: Vec<&str> = printed.lines().map(str::trim_end).collect();
    let (head, tail) = (option("head"), option("tail").unwrap_or(0));
    let shown: Vec<&str> = match head {
        Some(head) if head + tail < lines.len() => {
            let (first, last) = (&lines[..head], &lines[lines.len() - tail..]);
            first.iter().chain(&["⋮"]).chain(last).copied().collect()
        }
        _ => lines,
    };
    let shown = shown.join("\n");
    // A page that candor prints has fences of its own.
    let fence = if shown.contains("```") { "````" } else { "```" };
    format!("{fence}text\n$ {command}\n{}\n{fence}\n", shown.trim_end())
}

/// The page with every transcript as it is today, and how many there are.
fn renewed(page: &str) -> (String, usize) {
    let mut out = String::new();
    let (mut rest, mut count) = (page, 0);
    while let Some(at) = rest.find(BEGIN) {
        let (before, marker) = rest.split_at(at);
        let (first, behind) = marker.split_once(" -->\n").unwrap();
        let (options, command) = first[BEGIN.len()..].split_once(": ").unwrap();
        let (_, after) = behind.split_once(END).unwrap_or_else(|| panic!("no end: {first}"));
        out.push_str(&format!("{before}{first} -->\n{}{END}", transcript(options, command)));
        rest = after;
        count += 1;
    }
    out.push_str(rest);
    (out, count)
}

#[test]
fn transcripts_are_what_candor_prints() {
    let mut all = 0;
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        let (renewed, count) = renewed(&page);
        all += count;
        if std::env::var_os("CANDOR_BLESS").is_some() && renewed != page {
            std::fs::write(&path, &renewed).unwrap();
        } else {
            let other = page.lines().zip(renewed.lines()).find(|(old, new)| old != new);
            let where_to = format!("{} is old: run `cargo xtask bless`", path.display());
            assert!(renewed == page, "{where_to}\n{other:?}");
        }
    }
    assert!(all >= 6, "only {all} transcripts");
}

#[test]
fn every_command_stands_in_the_readme() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for command in ["check", "drill", "simulate", "explain", "rules", "completions"] {
        assert!(readme.contains(&format!("`candor {command}")), "{command}");
    }
}

#[test]
fn a_transcript_that_lies_would_be_noticed() {
    let page = "a\n<!-- transcript: candor --version -->\n```text\n$ candor --version\ncandor 99\n```\n<!-- end -->\nb\n";
    let (renewed, count) = renewed(page);
    assert_eq!(count, 1);
    assert_eq!(renewed, page.replace("99", env!("CARGO_PKG_VERSION")));
    assert_eq!(words("drill --route 'GET /x' a"), ["drill", "--route", "GET /x", "a"]);
}
