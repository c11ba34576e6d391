//! Pages that show work over some time: a copy of a folder, commands one after the other, and what somebody changes in between.
//!
//! ````markdown
//! <!-- session: examples/orders -->
//! ```text
//! $ candor check
//! …
//! ```
//! ```diff
//! --- src/app.py
//! -    old
//! +    new
//! ```
//! <!-- end -->
//! ````
//!
//! In `text` blocks stands what candor prints; `CANDOR_BLESS=1` writes it. `+++ file` in a `diff` makes a file.

use std::fs;
use std::path::Path;

use crate::support::{Folder, root};

const BEGIN: &str = "<!-- session: ";
const END: &str = "<!-- end -->";

/// Copies a folder's files.
fn copy(from: &Path, prefix: &str, to: &Folder) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == "__pycache__" {
            continue;
        }
        let path = format!("{prefix}{name}");
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &format!("{path}/"), to),
            false => to.write(&path, &fs::read(entry.path()).unwrap()),
        }
    }
}

/// What the commands of a block print now.
fn commands(block: &str, folder: &Folder, status: &mut i32) -> String {
    let mut out = String::new();
    for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
        out.push_str(&format!("$ {command}\n"));
        if command == "echo $?" {
            out.push_str(&format!("{status}\n"));
            continue;
        }
        let words: Vec<&str> = command.split_whitespace().collect();
        assert_eq!(words[0], "candor", "{command}");
        let run = folder.candor(&words[1..]);
        *status = run.status;
        let printed = format!("{}{}", run.err, run.out);
        out.extend(printed.lines().map(|line| format!("{}\n", line.trim_end())));
    }
    out
}

/// Changes files as a block says: what is taken away stands there once.
fn apply(block: &str, folder: &Folder) {
    for part in format!("\n{block}").split("\n--- ").flat_map(|part| part.split("\n+++ ")) {
        let Some((name, lines)) = part.split_once('\n').filter(|(name, _)| !name.is_empty()) else {
            continue;
        };
        let of = |sign: char| -> String {
            lines.lines().filter_map(|line| line.strip_prefix(sign)).map(|line| format!("{line}\n")).collect()
        };
        let (old, new) = (of('-'), of('+'));
        let text = fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        assert!(old.is_empty() || text.matches(&old).count() == 1, "{name}: {old}");
        let text = if old.is_empty() { new } else { text.replacen(&old, &new, 1) };
        folder.write(name, text.as_bytes());
    }
}

/// A page with every session as it goes today, and how many there are.
fn renewed(page: &str) -> (String, usize) {
    let (mut out, mut rest, mut count) = (String::new(), page, 0);
    while let Some(at) = rest.find(BEGIN) {
        let (before, session) = rest.split_at(at);
        let (session, after) = session.split_once(END).unwrap();
        let source = session[BEGIN.len()..].split(" -->").next().unwrap();
        let folder = Folder::with(&[]);
        copy(&root().join(source), "", &folder);
        out.push_str(before);
        let mut status = 0;
        // Blocks and what stands between them take turns.
        for (nth, part) in session.split("```").enumerate() {
            let renewed = match (nth % 2, part.split_once('\n')) {
                (1, Some(("text", block))) => format!("text\n{}", commands(block, &folder, &mut status)),
                (1, Some(("diff", block))) => {
                    apply(block, &folder);
                    part.to_string()
                }
                _ => part.to_string(),
            };
            out.push_str(if nth > 0 { "```" } else { "" });
            out.push_str(&renewed);
        }
        out.push_str(END);
        rest = after;
        count += 1;
    }
    out.push_str(rest);
    (out, count)
}

#[test]
fn sessions_go_as_the_pages_show_them() {
    let mut all = 0;
    for entry in fs::read_dir(root().join("docs")).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let page = fs::read_to_string(&path).unwrap();
        let (renewed, count) = renewed(&page);
        all += count;
        if std::env::var_os("CANDOR_BLESS").is_some() && renewed != page {
            fs::write(&path, &renewed).unwrap();
        } else {
            let other = page.lines().zip(renewed.lines()).find(|(old, new)| old != new);
            assert!(renewed == page, "{} is old: run `cargo xtask bless`\n{other:?}", path.display());
        }
    }
    assert!(all >= 1, "no session");
}

/// The heart of it: one new failure among old ones is the one that is reported, and fails the build.
#[test]
fn only_what_is_new_is_reported() {
    let page = fs::read_to_string(root().join("docs/adoption.md")).unwrap();
    let hidden = page.split("## Somebody hides a failure").nth(1).unwrap().split("## ").next().unwrap();
    let reported = hidden.lines().filter(|line| ["error[", "warning["].iter().any(|s| line.starts_with(s)));
    assert_eq!(reported.count(), 1, "{hidden}");
    assert!(hidden.contains("src/list_orders.py:") && hidden.contains("$ echo $?\n1\n"), "{hidden}");
}
