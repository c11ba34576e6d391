//! Any document is an OpenAPI document or is refused; requests to what it describes are answered.
#![no_main]

use candor_gateway::routing;
use candor_iac::source::Sources;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let options = options();
    let mut sources = Sources::default();
    let read = candor_iac::read_openapi(&mut sources, "api.yaml", text.to_string(), "live", &[], &options);
    if let Ok((api, _)) = read {
        let _ = routing::find(&api, "GET", "/orders/7");
    }
});

/// Bounds as small as inputs are.
fn options() -> candor_iac::Options {
    candor_iac::Options {
        parameters: Vec::new(),
        max_file: 1 << 20,
        limits: candor_iac::syntax::Limits::default(),
    }
}
