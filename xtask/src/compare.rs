//! `cargo xtask compare-vtl`: candor's templates beside another engine's, on templates that nobody would write.
//!
//! The peer is any command that answers `PEER render --cases FILE --format json` as candor's contender does: Apache Velocity 1.7
//! behind a small harness, say. Nothing of a peer is part of this repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use candor_contract::json::Json;

use crate::step::{Step, target};

/// So many templates go to both engines at once.
const BATCH: usize = 5_000;

/// So many templates of each kind of difference are shown.
const SHOWN: usize = 3;

/// Renders `count` templates of `seed` in both engines, and tells the differences by their kinds.
pub(crate) fn run(peer: &str, count: &str, seed: &str) -> Result<(), String> {
    let number = |text: &str| text.parse::<usize>().map_err(|_| format!("`{text}` is no number"));
    let (count, seed) = (number(count)?, number(seed)?);
    Step::cargo(&["build", "--release", "--locked", "--package", "candor-vtl", "--examples"]).run()?;
    let examples = target().join("release").join("examples");
    let folder = target().join("compare");
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let (mut all, mut refused) = (0, 0);
    let mut kinds: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for batch in 0..count.div_ceil(BATCH) {
        let size = BATCH.min(count - batch * BATCH);
        let file = folder.join("cases.json");
        let cases = output(
            Command::new(examples.join("templates")).args([(seed + batch).to_string(), size.to_string()]),
        )?;
        fs::write(&file, &cases).map_err(|e| format!("{}: {e}", file.display()))?;
        let ours = render(&examples.join("contender").display().to_string(), &file)?;
        let theirs = render(peer, &file)?;
        for (case, ours) in items(&cases)?.iter().zip(&ours) {
            let id = case.get("id").and_then(Json::as_str).unwrap_or_default();
            let theirs = theirs.iter().find(|r| r.get("id").and_then(Json::as_str) == Some(id));
            let theirs = theirs.ok_or_else(|| format!("the peer has no answer for {id}"))?;
            all += 1;
            let template = case.get("template").and_then(Json::as_str).unwrap_or_default();
            match difference(template, ours, theirs) {
                Difference::None => {}
                Difference::BothRefuse => refused += 1,
                Difference::Of(kind) => {
                    let (times, shown) = kinds.entry(kind).or_default();
                    *times += 1;
                    if shown.len() < SHOWN {
                        shown.push(format!(
                            "{}\n      here  {}\n      there {}",
                            Json::string(template).write(),
                            said(ours),
                            said(theirs)
                        ));
                    }
                }
            }
        }
        eprintln!("{all} of {count}");
    }
    let differ: usize = kinds.values().map(|(times, _)| times).sum();
    println!(
        "{all} templates: {} the same, {refused} refused by both, {differ} differ",
        all - refused - differ
    );
    for (kind, (times, shown)) in kinds {
        println!("\n{times} × {kind}");
        shown.iter().for_each(|template| println!("    {template}"));
    }
    Ok(())
}

enum Difference {
    None,
    BothRefuse,
    Of(String),
}

fn difference(template: &str, ours: &Json, theirs: &Json) -> Difference {
    let refuses = |result: &Json| result.get("error").is_some();
    let status = |result: &Json| {
        let status = result.get("override").and_then(|set| set.get("status"));
        status.filter(|status| **status != Json::Null).map(Json::write).unwrap_or_default()
    };
    let printed = |result: &Json| result.get("output").and_then(Json::as_str).unwrap_or_default().to_string();
    let kind = match (refuses(ours), refuses(theirs)) {
        (true, true) => return Difference::BothRefuse,
        (true, false) => "refused here only",
        (false, true) => "refused there only",
        (false, false) if printed(ours) != printed(theirs) => "printed",
        (false, false) if status(ours).trim_matches('"') != status(theirs).trim_matches('"') => {
            "overridden status"
        }
        (false, false) => return Difference::None,
    };
    let of = if printed(theirs).contains("[Ljava.lang.String;@") {
        "an array, which Java prints by its address"
    } else if joins_marks(template) {
        "lone marks before a backslash, a comment or raw text"
    } else {
        "anything else"
    };
    Difference::Of(format!("{kind}: {of}"))
}

/// Whether a lone `$` or `#` stands before what Velocity's lexer would join it with.
fn joins_marks(template: &str) -> bool {
    ["\\", "#[[", "#*"]
        .iter()
        .any(|behind| ["$", "#", "$!"].iter().any(|mark| template.contains(&format!("{mark}{behind}"))))
}

fn said(result: &Json) -> String {
    let text = result.get("error").or(result.get("output")).map(Json::write).unwrap_or_default();
    text.chars().take(200).collect()
}

fn items(text: &str) -> Result<Vec<Json>, String> {
    match Json::read(text).map_err(|e| e.to_string())? {
        Json::Array(items) => Ok(items),
        _ => Err("expected a list of results".to_string()),
    }
}

fn render(engine: &str, cases: &Path) -> Result<Vec<Json>, String> {
    let mut words = engine.split_whitespace();
    let program = words.next().ok_or("expected the command of a peer")?;
    let mut command = Command::new(program);
    command.args(words).args(["render", "--cases"]).arg(cases).args(["--format", "json"]);
    items(&output(&mut command)?)
}

fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command.stderr(Stdio::inherit()).output().map_err(|e| format!("{name}: {e}"))?;
    if !done.status.success() {
        return Err(format!("{name} ended with {}", done.status));
    }
    String::from_utf8(done.stdout).map_err(|e| format!("{name}: {e}"))
}
