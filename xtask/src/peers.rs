//! `cargo xtask bench check --peers PATH`: the same templates for `candor check`, cfn-lint, checkov and cfn-guard.
//!
//! None of the three plays a failure; they are what people run over templates in CI, so their time is what a pipeline is used to. Each gets a folder
//! with nothing but the templates. candor, which reads handlers as well, is given the same templates where they stand, and is timed on such a folder,
//! on the whole tree, and on one template alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::step::{Step, candor, cargo, root, target};

/// How often candor runs; the least counts. The others run once: they take minutes.
const RUNS: usize = 7;

struct Tool {
    name: &'static str,
    program: PathBuf,
    args: Vec<String>,
    runs: usize,
    /// The statuses with which it says that it has read everything.
    well: &'static [i32],
}

struct Measured {
    least: Duration,
    peak_mb: f64,
    /// How it ended, where that is not how it should.
    ended: String,
}

pub(crate) fn run(path: &str) -> Result<(), String> {
    Step::cargo(&["build", "--release", "--locked"]).run()?;
    let path = fs::canonicalize(path).map_err(|e| format!("{path}: {e}"))?;
    let folder = target().join("peers");
    let templates = folder.join("templates");
    let mut copies = copy_templates(&path, &templates)?;
    if copies.is_empty() {
        return Err(format!("{} holds no template", path.display()));
    }
    let (all, only) = (path.to_string_lossy().into_owned(), templates.to_string_lossy().into_owned());
    let own = |name, paths: &[String]| Tool {
        name,
        program: candor(),
        args: ["check", "--quiet"].map(str::to_string).iter().chain(paths).cloned().collect(),
        runs: RUNS,
        // 2: a file that nobody can read.
        well: &[0, 1, 2],
    };
    let mut peers = Vec::new();
    match guard(&folder) {
        Ok(program) => {
            let rules = root().join("fixtures/bench/nine.guard").to_string_lossy().into_owned();
            copies = readable(&program, &rules, copies)?;
            let args = ["validate", "--rules", &rules, "--data", &only, "--show-summary", "none"];
            peers.push(Tool {
                name: "cfn-guard",
                program,
                args: args.map(str::to_string).to_vec(),
                runs: 3,
                well: &[0, 19],
            });
        }
        Err(why) => println!("skipped: cfn-guard: {why}"),
    }
    match python(&folder) {
        Ok(bin) => {
            let files = format!("{only}/*");
            peers.push(Tool {
                name: "cfn-lint",
                program: bin.join("cfn-lint"),
                args: vec!["--format".to_string(), "quiet".to_string(), "--template".to_string(), files],
                runs: 1,
                well: &[0, 2, 4, 6, 8, 10, 12, 14],
            });
            let args = [
                "--quiet",
                "--compact",
                "--skip-download",
                "--framework",
                "cloudformation",
                "--directory",
                &only,
            ];
            peers.push(Tool {
                name: "checkov",
                program: bin.join("checkov"),
                args: args.map(str::to_string).to_vec(),
                runs: 1,
                well: &[0, 1],
            });
        }
        Err(why) => println!("skipped: cfn-lint and checkov: {why}"),
    }
    let places: Vec<String> =
        copies.iter().map(|copy| copy.original.to_string_lossy().into_owned()).collect();
    let largest = copies.iter().max_by_key(|copy| copy.bytes);
    let largest: Vec<String> =
        largest.iter().map(|copy| copy.original.to_string_lossy().into_owned()).collect();
    let mut tools = vec![
        own("candor, with their handlers", &places),
        own("candor, the whole tree", &[all]),
        own("candor, copies without handlers", &[only]),
    ];
    tools.extend(peers);
    tools.push(own("candor, the largest one alone", &largest));
    println!("\n{} templates; wall time of the whole process\n", copies.len());
    println!(
        "{:>34} {:>10} {:>9} {:>12} {:>8} {:>9}",
        "", "ms", "peak MB", "x templates", "x tree", "x copies"
    );
    let mut of_candor = Vec::new();
    for tool in &tools {
        let measured = measure(tool)?;
        let ms = measured.least.as_secs_f64() * 1e3;
        if of_candor.len() < 3 {
            of_candor.push(ms);
        }
        let ratio = |nth: usize| of_candor.get(nth).map_or(0.0, |base| ms / base);
        let (name, peak, ended) = (tool.name, measured.peak_mb, measured.ended);
        println!(
            "{name:>34} {ms:>10.0} {peak:>9.0} {:>12.1} {:>8.1} {:>9.1}  {ended}",
            ratio(0),
            ratio(1),
            ratio(2)
        );
    }
    println!(
        "\nratios: against candor on the templates where they stand, on the whole tree, and on the copies."
    );
    Ok(())
}

/// A template, and its copy in a folder of nothing but templates.
struct Copied {
    original: PathBuf,
    copy: PathBuf,
    bytes: usize,
}

/// Copies what looks like a template into one folder.
fn copy_templates(from: &Path, to: &Path) -> Result<Vec<Copied>, String> {
    let fault = |path: &Path, e: std::io::Error| format!("{}: {e}", path.display());
    if to.exists() {
        fs::remove_dir_all(to).map_err(|e| fault(to, e))?;
    }
    fs::create_dir_all(to).map_err(|e| fault(to, e))?;
    let mut copies = Vec::new();
    let mut open = vec![from.to_path_buf()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && ![".git", "node_modules"].iter().any(|name| entry.file_name() == *name) {
                open.push(path);
                continue;
            }
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_string();
            if !kind.is_file() || !["yaml", "yml", "json"].contains(&extension.as_str()) {
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let says_so =
                text.contains("AWSTemplateFormatVersion") || text.contains("AWS::Serverless-2016-10-31");
            // One without resources, or with `Parameters:` and nothing behind, ends cfn-lint with a traceback.
            let plain: String = text.chars().filter(|c| !"\"' ".contains(*c)).collect();
            if says_so && plain.contains("Type:AWS::") && !has_empty_section(&text) {
                let copy = to.join(format!("{:05}.{extension}", copies.len() + 1));
                fs::write(&copy, &text).map_err(|e| fault(to, e))?;
                copies.push(Copied { original: path, copy, bytes: text.len() });
            }
        }
    }
    Ok(copies)
}

/// Whether a section of the template has nothing in it.
fn has_empty_section(text: &str) -> bool {
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')).collect();
    let top = |line: &str| !line.starts_with([' ', '\t', '-', '}', '{', '"']);
    let empty = |pair: &[&str]| top(pair[0]) && pair[0].trim_end().ends_with(':') && top(pair[1]);
    lines.windows(2).any(empty)
        || lines.last().is_some_and(|line| top(line) && line.trim_end().ends_with(':'))
}

/// Takes away what cfn-guard cannot parse: it ends at the first such file. What is left.
fn readable(guard: &Path, rules: &str, copies: Vec<Copied>) -> Result<Vec<Copied>, String> {
    let mut left = Vec::new();
    for copied in copies {
        let data = copied.copy.to_string_lossy();
        let mut command = Command::new(guard);
        command
            .args(["validate", "--rules", rules, "--data", &data])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let status = command.status().map_err(|e| format!("{}: {e}", guard.display()))?;
        // 19: rules are broken, which is no fault of the file.
        if matches!(status.code(), Some(0 | 19)) {
            left.push(copied);
        } else {
            println!("left out, because cfn-guard cannot parse it: {}", copied.original.display());
            fs::remove_file(&copied.copy).map_err(|e| format!("{data}: {e}"))?;
        }
    }
    Ok(left)
}

/// cfn-guard, built once.
fn guard(folder: &Path) -> Result<PathBuf, String> {
    let program = folder.join("bin/cfn-guard");
    if !program.exists() {
        let root = folder.to_string_lossy().into_owned();
        println!("building cfn-guard (this takes minutes)");
        Step::new(cargo(), &["install", "--quiet", "--locked", "--root", &root, "cfn-guard"]).run()?;
    }
    Ok(program)
}

/// The programs of a Python environment with cfn-lint and checkov, made once.
fn python(folder: &Path) -> Result<PathBuf, String> {
    let bin = folder.join("venv/bin");
    if !bin.join("checkov").exists() {
        println!("installing cfn-lint and checkov (this takes minutes)");
        let venv = folder.join("venv").to_string_lossy().into_owned();
        Step::new("python3", &["-m", "venv", "--clear", &venv]).run()?;
        let args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "cfn-lint", "checkov"];
        Step::new(bin.join("python").to_string_lossy(), &args).run()?;
    }
    Ok(bin)
}

fn measure(tool: &Tool) -> Result<Measured, String> {
    let mut least = Duration::MAX;
    let mut peak_mb: f64 = 0.0;
    let mut ended = String::new();
    for _ in 0..tool.runs {
        let mut command = Command::new(&tool.program);
        command.args(&tool.args).stdout(Stdio::null()).stderr(Stdio::null()).current_dir(root());
        let start = Instant::now();
        let mut child = command.spawn().map_err(|e| format!("{}: {e}", tool.program.display()))?;
        let status = format!("/proc/{}/status", child.id());
        loop {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kb = line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
            peak_mb = peak_mb.max(kb.unwrap_or_default() / 1024.0);
            match child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) if status.code().is_some_and(|code| tool.well.contains(&code)) => break,
                Ok(Some(status)) => {
                    ended = format!("it ended early: {status}");
                    break;
                }
                Err(e) => {
                    ended = e.to_string();
                    break;
                }
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        least = least.min(start.elapsed());
    }
    Ok(Measured { least, peak_mb, ended })
}
