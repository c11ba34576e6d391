//! Any path leads somewhere, nowhere, or is none.
#![no_main]

use candor_vtl::{json, json_path};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|given: (&str, &str)| {
    let (path, body) = given;
    if let Ok(root) = json::parse_lenient(body) {
        let _ = json_path::select(path, &root);
    }
});
