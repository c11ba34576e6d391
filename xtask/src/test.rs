//! `cargo xtask test`: everything there is to test, with what it needs set up first.

use std::path::PathBuf;

use crate::step::{Step, root, target};

/// What came of the tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl Tally {
    /// Adds what a line of output says: cargo's `test result: ok. 5 passed; 0 failed; 1 ignored; …`, or `5 passed, 0 failed`.
    fn add(&mut self, line: &str) {
        let line = line.trim();
        let line = line
            .strip_prefix("test result:")
            .and_then(|rest| rest.split_once('.'))
            .map_or(line, |(_, rest)| rest);
        for part in line.split([';', ',']) {
            let mut words = part.split_whitespace();
            let (Some(number), Some(what)) =
                (words.next().and_then(|n| n.parse::<usize>().ok()), words.next())
            else {
                return;
            };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" | "skipped" => self.skipped += number,
                _ => {}
            }
        }
    }
}

/// Sets up, runs, counts. The last line is `N passed, N failed`.
pub(crate) fn run() -> Result<Tally, String> {
    let mut tally = Tally::default();
    let mut broken = Vec::new();
    let tests = Step::cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    if tests.watch(|line| tally.add(line))? != 0 && tally.failed == 0 {
        broken.push(format!("{} did not get as far as testing", tests.words()));
    }
    handlers(&mut tally, &mut broken)?;
    let skipped = if tally.skipped > 0 { format!(", {} skipped", tally.skipped) } else { String::new() };
    for what in &broken {
        println!("{what}");
    }
    println!("{} passed, {} failed{skipped}", tally.passed, tally.failed);
    if tally.failed > 0 || !broken.is_empty() { Err("not all tests passed".to_string()) } else { Ok(tally) }
}

/// The handlers of the examples, under AWS's own runtime client.
fn handlers(tally: &mut Tally, broken: &mut Vec<String>) -> Result<(), String> {
    let runner = "fixtures/expected/run_handlers.py";
    let python = match environment() {
        Ok(python) => python,
        Err(why) => {
            println!("skipped: the handlers of the examples under AWS's runtime client: {why}");
            tally.skipped += 1;
            return Ok(());
        }
    };
    println!("\n     Running {runner}");
    let python = python.to_string_lossy().into_owned();
    let answers = target().join("handler-runs.json");
    let answers = answers.to_string_lossy();
    let step =
        Step::new(python.clone(), &[runner, "--python", &python, "--root", "examples", "--save", &answers]);
    let before = tally.failed;
    if step.watch(|line| tally.add(line))? != 0 && tally.failed == before {
        broken.push(format!("{} failed", step.words()));
        return Ok(());
    }
    // What they really did, against what the analysis says that they can do.
    let compare = ["test", "--locked", "--package", "candor-check", "--test", "check", "real::"];
    let step = Step::cargo(&compare).env("CANDOR_HANDLER_RUNS", &answers);
    let before = tally.failed;
    if step.watch(|line| tally.add(line))? != 0 && tally.failed == before {
        broken.push(format!("{} failed", step.words()));
    }
    Ok(())
}

/// A Python with AWS's runtime client, made on the first run.
fn environment() -> Result<PathBuf, String> {
    // One for each Python: after an upgrade the old one would point nowhere.
    let venv = target().join("venv");
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let imports = ["-c", "import awslambdaric"];
    let ready = || Step::new(python.to_string_lossy(), &imports).quietly();
    if ready() {
        return Ok(python);
    }
    let base = ["python3", "python"].into_iter().find(|name| Step::new(*name, &["--version"]).quietly());
    let base = base.ok_or("there is no python3")?;
    println!("setting up {} with awslambdaric (this takes a minute)", venv.display());
    std::fs::create_dir_all(target()).map_err(|e| format!("{}: {e}", target().display()))?;
    let venv_text = venv.to_string_lossy();
    if !Step::new(base, &["-m", "venv", "--clear", &venv_text]).quietly() {
        return Err(format!("{base} -m venv failed (is python3-venv installed?)"));
    }
    let requirements = root().join("fixtures/expected/requirements.txt");
    let requirements = requirements.to_string_lossy();
    let install =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", &requirements];
    Step::new(python.to_string_lossy(), &install).quietly();
    if ready() { Ok(python) } else { Err("pip could not install awslambdaric".to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_counted() {
        let mut tally = Tally::default();
        tally.add(
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        );
        tally.add("12 passed, 2 failed");
        tally.add("running 7 tests");
        tally.add("error: 3 passed the bar");
        assert_eq!(tally, Tally { passed: 17, failed: 2, skipped: 1 });
    }
}
