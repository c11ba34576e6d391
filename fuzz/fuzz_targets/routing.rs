//! Any path of a request finds a route or none.
#![no_main]

use std::cell::OnceCell;

use candor_gateway::api::Api;
use candor_gateway::routing;
use candor_iac::source::Sources;
use libfuzzer_sys::fuzz_target;

const API: &str = r#"{"openapi": "3.0.1", "paths": {"/": {"get": {}}, "/orders/{id}": {"get": {}, "put": {}}, "/orders/new": {"get": {}},
    "/files/{path+}": {"x-amazon-apigateway-any-method": {}}, "/files/{path}/meta": {"get": {}}}}"#;

thread_local! { static READ: OnceCell<Api> = const { OnceCell::new() }; }

fuzz_target!(|given: (&str, &str)| {
    let (method, path) = given;
    READ.with(|read| {
        let api = read.get_or_init(|| {
            let options = options();
            let api = candor_iac::read_openapi(
                &mut Sources::default(),
                "api.json",
                API.to_string(),
                "live",
                &[],
                &options,
            );
            api.expect("the API of this target is one").0
        });
        let _ = routing::find(api, method, path);
    });
});

/// Bounds as small as inputs are.
fn options() -> candor_iac::Options {
    candor_iac::Options {
        parameters: Vec::new(),
        max_file: 1 << 20,
        limits: candor_iac::syntax::Limits::default(),
    }
}
