//! `cargo xtask tidy`: what no compiler checks. Each check says file and line.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::step::root;

/// Crates that do no I/O: no files, sockets, clocks, processes, threads.
const CORE: &[&str] =
    &["candor-contract", "candor-vtl", "candor-gateway", "candor-handlers", "candor-iac", "candor-check"];

/// What a core crate may not name.
const OUTSIDE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::io::std",
    "std::os::",
];

/// The longest source file: beyond this there are two concepts in it.
const LONGEST: usize = 1000;

/// What a visitor of the repository looks for first.
const AT_THE_ROOT: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
];

pub(crate) fn run() -> Result<(), String> {
    let root = root();
    let mut complaints = Vec::new();
    let files = files(&root)?;
    dependencies(&root, &mut complaints)?;
    for path in &files {
        let Ok(text) = fs::read_to_string(root.join(path)) else { continue };
        complaints.extend(of_text(path, &text));
        if is_core_source(path) {
            complaints.extend(of_core(path, &text));
        }
        if path.extension().is_some_and(|e| e == "md") {
            complaints.extend(links(&root, path, &text));
        }
    }
    complaints.extend(rules(&files));
    complaints.extend(missing(&files));
    let changelog = fs::read_to_string(root.join("CHANGELOG.md")).unwrap_or_default();
    if !changelog.contains("## Unreleased") {
        complaints.push("CHANGELOG.md:1: no section `## Unreleased`".to_string());
    }
    for complaint in &complaints {
        println!("{complaint}");
    }
    match complaints.len() {
        0 => {
            println!("{} files are tidy", files.len());
            Ok(())
        }
        n => Err(format!("{n} things are not tidy")),
    }
}

/// All files of ours, from the root, sorted.
fn files(root: &Path) -> Result<Vec<PathBuf>, String> {
    let mut all = Vec::new();
    let mut folders = vec![PathBuf::new()];
    let ignored = fs::read_to_string(root.join(".gitignore")).map_err(|e| format!(".gitignore: {e}"))?;
    while let Some(folder) = folders.pop() {
        let listed = fs::read_dir(root.join(&folder)).map_err(|e| format!("{}: {e}", folder.display()))?;
        for entry in listed.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = folder.join(&name);
            let is_dir = entry.file_type().is_ok_and(|t| t.is_dir());
            if name == ".git" || is_ignored(&ignored, &path, &name) {
                continue;
            }
            if is_dir {
                folders.push(path);
            } else {
                all.push(path);
            }
        }
    }
    all.sort();
    Ok(all)
}

/// Whether our `.gitignore` names a path: from the top (`/fuzz/corpus`), or a name anywhere (`__pycache__/`). It has no wildcards.
fn is_ignored(ignored: &str, path: &Path, name: &str) -> bool {
    ignored.lines().any(|line| match line.strip_prefix('/') {
        Some(whole) => path == Path::new(whole),
        None => !line.is_empty() && name == line.trim_end_matches('/'),
    })
}

/// Every crate depends on what it may, and on nothing else.
fn dependencies(root: &Path, complaints: &mut Vec<String>) -> Result<(), String> {
    let read = |path: &Path| -> Result<toml::Table, String> {
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        text.parse::<toml::Table>().map_err(|e| format!("{}: {e}", path.display()))
    };
    let allowed = read(&root.join("xtask/allowed-dependencies.toml"))?;
    let mut manifests = vec![PathBuf::from("xtask/Cargo.toml")];
    for entry in fs::read_dir(root.join("crates")).map_err(|e| format!("crates: {e}"))?.flatten() {
        manifests.push(Path::new("crates").join(entry.file_name()).join("Cargo.toml"));
    }
    manifests.sort();
    for path in manifests {
        let manifest = read(&root.join(&path))?;
        let name =
            manifest.get("package").and_then(|p| p.get("name")).and_then(|n| n.as_str()).unwrap_or_default();
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let has: BTreeSet<&str> = manifest
                .get(section)
                .and_then(|s| s.as_table())
                .map(|s| s.keys().map(String::as_str).collect())
                .unwrap_or_default();
            let may: BTreeSet<&str> = allowed
                .get(name)
                .and_then(|s| s.get(section))
                .and_then(|s| s.as_array())
                .map(|s| s.iter().filter_map(|v| v.as_str()).collect())
                .unwrap_or_default();
            for dependency in has.difference(&may) {
                complaints.push(format!(
                    "{}:1: {name} may not have {dependency} under {section} (xtask/allowed-dependencies.toml)",
                    path.display()
                ));
            }
        }
    }
    Ok(())
}

/// White space, length, unfinished work.
fn of_text(path: &Path, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let at = |line: usize, what: &str| format!("{}:{line}: {what}", path.display());
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    // Snapshots hold what was printed, to the byte.
    if !["rs", "md", "toml", "yaml", "py", "json"].contains(&extension) {
        return complaints;
    }
    for (i, line) in text.lines().enumerate() {
        if line.ends_with([' ', '\t']) {
            complaints.push(at(i + 1, "white space at the end of the line"));
        }
        if extension == "rs" && line.contains('\t') {
            complaints.push(at(i + 1, "a tab"));
        }
        let unfinished = ["TODO", "FIXME", "XXX"].iter().find(|w| line.contains(&format!("// {w}")));
        if let Some(word) = unfinished {
            let sentence = line.split(word).nth(1).unwrap_or_default();
            if sentence.split_whitespace().count() < 6 {
                complaints.push(at(i + 1, "unfinished work that does not say what happens meanwhile"));
            }
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        complaints.push(at(text.lines().count(), "no line break at the end"));
    }
    if extension == "rs" && text.lines().count() > LONGEST {
        complaints.push(at(LONGEST, "a file of more than 1,000 lines"));
    }
    complaints
}

fn is_core_source(path: &Path) -> bool {
    let parts: Vec<&str> = path.iter().filter_map(|p| p.to_str()).collect();
    matches!(parts.as_slice(), ["crates", name, "src", ..] if CORE.contains(name))
        && path.extension().is_some_and(|e| e == "rs")
}

/// What reaches outside, in the source of a core crate; tests may.
fn of_core(path: &Path, text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut complaints = Vec::new();
    for (i, line) in code.lines().enumerate() {
        let line = line.split("//").next().unwrap_or_default();
        if let Some(name) = OUTSIDE.iter().find(|name| line.contains(**name)) {
            complaints.push(format!(
                "{}:{}: {name} in a core crate: that belongs to the shell",
                path.display(),
                i + 1
            ));
        }
    }
    complaints
}

/// Relative links of a page that lead nowhere.
fn links(root: &Path, path: &Path, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    for (i, line) in text.lines().enumerate() {
        for part in line.split("](").skip(1) {
            let link = part.split([')', '#']).next().unwrap_or_default();
            let elsewhere = link.contains("://") || link.starts_with("mailto:") || link.is_empty();
            let folder = path.parent().unwrap_or(Path::new(""));
            if !elsewhere && !root.join(folder).join(link).exists() {
                complaints.push(format!("{}:{}: the link {link} leads nowhere", path.display(), i + 1));
            }
        }
    }
    complaints
}

/// Every rule has its page, and every page its rule.
fn rules(files: &[PathBuf]) -> Vec<String> {
    let folder = Path::new("crates/candor-check/src/rules");
    let of = |extension: &str| -> BTreeSet<String> {
        let files = files.iter().filter(|p| p.parent() == Some(folder));
        let files = files.filter(|p| p.extension().is_some_and(|e| e == extension));
        files.filter_map(|p| p.file_stem()?.to_str().map(str::to_string)).collect()
    };
    let (code, pages) = (of("rs"), of("md"));
    let without_page =
        code.difference(&pages).map(|name| format!("{}/{name}.rs:1: the rule has no page", folder.display()));
    let without_rule =
        pages.difference(&code).map(|name| format!("{}/{name}.md:1: the page has no rule", folder.display()));
    without_page.chain(without_rule).collect()
}

/// Documents that are not there.
fn missing(files: &[PathBuf]) -> Vec<String> {
    let there = |name: &str| files.iter().any(|path| path == Path::new(name));
    AT_THE_ROOT
        .iter()
        .filter(|name| !there(name))
        .map(|name| format!("{name}:1: the repository lacks it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_ignores_is_nobodys() {
        let ignored = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or_default();
            is_ignored("/target\n/fuzz/corpus\n\n__pycache__/\n", Path::new(path), name)
        };
        assert!(ignored("target") && ignored("fuzz/corpus") && ignored("fixtures/a/__pycache__"));
        assert!(!ignored("fuzz") && !ignored("fixtures/corpus") && !ignored("crates/target"));
    }

    #[test]
    fn white_space_and_unfinished_work_are_named() {
        let text = format!("fn a() {{}} \n// {} later\nx", "TODO");
        let complaints = of_text(Path::new("a.rs"), &text);
        let lines: Vec<&str> = complaints.iter().filter_map(|c| c.split(": ").next()).collect();
        assert_eq!(lines, ["a.rs:1", "a.rs:2", "a.rs:3"]);
        assert!(of_text(Path::new("a.snap"), "x ").is_empty());
    }

    #[test]
    fn the_core_does_not_reach_outside_but_its_tests_may() {
        let text = "use std::fs;\n// std::net is only named\n#[cfg(test)]\nuse std::env;\n";
        assert_eq!(of_core(Path::new("a.rs"), text).len(), 1);
        assert!(is_core_source(Path::new("crates/candor-vtl/src/eval/print.rs")));
        assert!(!is_core_source(Path::new("crates/candor/src/disk.rs")));
    }

    #[test]
    fn rules_and_pages_come_in_pairs() {
        let files =
            ["a.rs", "a.md", "b.rs", "c.md"].map(|n| Path::new("crates/candor-check/src/rules").join(n));
        assert_eq!(rules(&files).len(), 2);
    }

    #[test]
    fn documents_at_the_root_are_missed() {
        let files: Vec<PathBuf> = AT_THE_ROOT[1..].iter().map(PathBuf::from).collect();
        assert_eq!(missing(&files), ["ARCHITECTURE.md:1: the repository lacks it"]);
    }
}
