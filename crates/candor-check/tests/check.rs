//! What `check` finds: the rules' own pages, broken handlers, and what holds for every rule.

#![allow(clippy::unwrap_used)]

#[path = "check/catalogue.rs"]
mod catalogue;
#[path = "check/dependencies.rs"]
mod dependencies;
#[path = "check/grading.rs"]
mod grading;
#[path = "check/guarded.rs"]
mod guarded;
#[path = "check/mutants.rs"]
mod mutants;
#[path = "check/noticing.rs"]
mod noticing;
#[path = "check/once.rs"]
mod once;
#[path = "check/pages.rs"]
mod pages;
#[path = "check/properties.rs"]
mod properties;
#[path = "check/real.rs"]
mod real;

use candor_check::{Handlers, Report};
use candor_iac::files::MemoryFiles;
use candor_iac::{Options, Reading};

/// Checks one template.
fn check(text: &str) -> (Reading, Report) {
    check_files(&[("template.yaml", text)])
}

/// Checks a template, with the sources and the `candor.toml` beside it.
fn check_files(files: &[(&str, &str)]) -> (Reading, Report) {
    let (reading, handlers) = read(files);
    let decided = files.iter().find(|(path, _)| *path == "candor.toml").map(|(_, text)| *text);
    let config = candor_check::Config::read(decided.unwrap_or_default()).unwrap();
    let report = candor_check::check(&reading, &handlers, &config.promises);
    (reading, report)
}

fn read(files: &[(&str, &str)]) -> (Reading, Handlers) {
    let files = MemoryFiles::new(files.iter().copied());
    let options = Options { parameters: Vec::new(), max_file: 1 << 22, limits: Default::default() };
    let mut reading = candor_iac::read(&files, &["template.yaml".to_string()], &options);
    let handlers = Handlers::read(&files, &mut reading);
    (reading, handlers)
}
