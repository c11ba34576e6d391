//! Whatever a function returns, each kind of proxy reads it or calls it malformed.
#![no_main]

use candor_contract::outcome::Payload;
use candor_contract::payload::{ProxyFormat, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let payload = Payload::known(bytes);
    for format in ProxyFormat::ALL {
        let _ = read(format, &payload);
    }
});
