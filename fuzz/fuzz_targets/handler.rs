//! Any source is a handler of which something is known, or is refused.
#![no_main]

use candor_handlers::{Events, Found, Program, Search};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    let mut find = |module: &str| match module {
        "app" => Search::Found(Found { key: 0, text: source.to_string() }),
        _ => Search::Missing,
    };
    let _ = Program::default().facts("app", "handler", Events::Proxy, &mut find);
});
