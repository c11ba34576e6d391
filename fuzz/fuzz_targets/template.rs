//! Any file is a template, none of candor's business, or unreadable at a place.
#![no_main]

use candor_iac::files::MemoryFiles;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let files = MemoryFiles::new([("template.yaml", text.to_vec())]);
    let _ = candor_iac::read(&files, &["template.yaml".to_string()], &options());
});

/// Bounds as small as inputs are.
fn options() -> candor_iac::Options {
    candor_iac::Options {
        parameters: Vec::new(),
        max_file: 1 << 20,
        limits: candor_iac::syntax::Limits::default(),
    }
}
