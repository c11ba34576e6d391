//! `cargo xtask ci`: what must hold before anything lands.

use std::time::Instant;

use crate::step::{Step, candor, part, root};
use crate::{test, tidy};

pub(crate) fn run() -> Result<(), String> {
    let start = Instant::now();
    part("format", || Step::cargo(&["fmt", "--all", "--check"]).run())?;
    part("clippy", || {
        Step::cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]).run()
    })?;
    part("docs", || {
        Step::cargo(&["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-Dwarnings").run()
    })?;
    part("tidy", tidy::run)?;
    let tally = part("test", test::run)?;
    part("release build", || Step::cargo(&["build", "--release", "--locked"]).run())?;
    part("the README's main job", || {
        example("examples/orders", 1)?;
        example("examples/orders-honest", 0)
    })?;
    part("shared runners", shared)?;
    println!("\nci: all well after {:.0} s", start.elapsed().as_secs_f64());
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
    Ok(())
}

fn example(path: &str, expected: i32) -> Result<(), String> {
    let step = Step::new(candor().to_string_lossy(), &["check", path]);
    match step.status()? {
        code if code == expected => Ok(()),
        code => Err(format!("exit status {code} in place of {expected}: {}", step.words())),
    }
}

/// The shared runners, where the checkout stands beside them: every case passes.
fn shared() -> Result<(), String> {
    let runner = root().join("../shared/conformance/run.py");
    if !runner.exists() {
        println!("skipped: there are none beside this checkout");
        return Ok(());
    }
    let (candor, runner) = (candor(), runner.to_string_lossy().into_owned());
    let (candor, cases) = (candor.to_string_lossy(), runner.replace("run.py", "cases"));
    Step::new("python3", &[&runner, "--bin", &candor, "--cases", &cases, "--jobs", "2"]).run()?;
    let runner = root().join("../shared/vtl/run.py").to_string_lossy().into_owned();
    let cases = runner.replace("run.py", "cases");
    Step::new("python3", &[&runner, "--bin", &candor, "--cases", &cases]).run()
}
