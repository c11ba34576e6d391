//! Any pattern matches, does not, or is refused, without going back and forth beyond all bounds.
#![no_main]

use candor_vtl::JavaRegex;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|given: (&str, &str)| {
    let (pattern, text) = given;
    if let Ok(regex) = JavaRegex::parse(pattern) {
        let _ = regex.matches(text);
        assert_eq!(regex.as_str(), pattern);
    }
});
