//! `cargo xtask fuzz`: the targets in `fuzz/`, each for a while.
//!
//! cargo-fuzz asks for a nightly compiler only because of sanitizers; the stable one has them behind `RUSTC_BOOTSTRAP`.

use std::fs;
use std::process::{Command, Stdio};

use crate::step::{Step, root};

/// Inputs may take so many seconds and so many MB before they count as found.
const TIMEOUT: &str = "-timeout=10";
const MEMORY: &str = "-rss_limit_mb=1024";

/// Runs one target, or with `all` each in turn, for so many seconds.
pub(crate) fn run(target: &str, seconds: &str) -> Result<(), String> {
    let seconds: u32 = seconds.parse().map_err(|_| format!("`{seconds}` is no number of seconds"))?;
    let installed = Command::new("cargo-fuzz").arg("--version").stdout(Stdio::null()).status();
    if !installed.is_ok_and(|status| status.success()) {
        Step::cargo(&["install", "cargo-fuzz", "--locked"]).run()?;
    }
    let targets = targets()?;
    let chosen: Vec<&String> = targets.iter().filter(|name| target == "all" || *name == target).collect();
    if chosen.is_empty() {
        return Err(format!("no target `{target}`; there are {}", targets.join(", ")));
    }
    for name in chosen {
        let (corpus, seeds) = (format!("fuzz/corpus/{name}"), format!("fuzz/seeds/{name}"));
        fs::create_dir_all(root().join(&corpus)).map_err(|e| format!("{corpus}: {e}"))?;
        let time = format!("-max_total_time={seconds}");
        let args = ["fuzz", "run", name, &corpus, &seeds, "--", &time, TIMEOUT, MEMORY, "-max_len=4096"];
        Step::cargo(&args).env("RUSTC_BOOTSTRAP", "1").run()?;
    }
    Ok(())
}

/// The names of the targets, in order.
fn targets() -> Result<Vec<String>, String> {
    let folder = root().join("fuzz/fuzz_targets");
    let entries = fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}
