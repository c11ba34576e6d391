//! What `check` finds: the rules' own pages, and what holds for every rule.

#![allow(clippy::unwrap_used)]

#[path = "check/noticing.rs"]
mod noticing;
#[path = "check/pages.rs"]
mod pages;
#[path = "check/properties.rs"]
mod properties;

use candor_check::Report;
use candor_iac::files::MemoryFiles;
use candor_iac::{Options, Reading};

/// Checks one template.
fn check(text: &str) -> (Reading, Report) {
    let files = MemoryFiles::new([("template.yaml", text)]);
    let options = Options { parameters: Vec::new(), max_file: 1 << 22, limits: Default::default() };
    let reading = candor_iac::read(&files, &["template.yaml".to_string()], &options);
    let report = candor_check::check(&reading);
    (reading, report)
}
