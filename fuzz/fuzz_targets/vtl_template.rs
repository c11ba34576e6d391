//! Any text is a template or is refused at a place within it; what is told of one without rendering lies within it, too.
#![no_main]

use candor_vtl::{Template, traps};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    match Template::parse(source) {
        Ok(template) => {
            for reference in template.printed_references() {
                assert!(source.get(reference.start as usize..reference.end as usize).is_some());
            }
            for trap in traps::find(&template) {
                assert!(source.get(trap.span.start as usize..trap.span.end as usize).is_some());
                let _ = trap.message(source);
            }
        }
        Err(error) => assert!(error.span.start <= error.span.end && error.span.end as usize <= source.len()),
    }
});
