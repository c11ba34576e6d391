//! Any line of a log is read, and written again as it was.
#![no_main]

use candor_gateway::log::{access, execution, lambda, secrets};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = execution::read(text);
    for line in text.lines() {
        let _ = execution::Line::read(line).write();
        let _ = lambda::Line::read(line);
    }
    let format = access::Format::parse(text);
    let _ = format.variables().count();
    let _ = secrets::hide(text);
});
