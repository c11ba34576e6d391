//! A payload that is copied is what one that was taken apart is written as.
#![no_main]

use candor_vtl::{Budget, Overrides, Params, Scope, Template, Value, json};
use libfuzzer_sys::fuzz_target;

fn print(template: &str, body: &str) -> Option<String> {
    let scope = Scope {
        body,
        params: &Params::default(),
        context: &Value::Null,
        stage_variables: &[],
        overrides: &Overrides::default(),
    };
    Some(Template::parse(template).ok()?.render(&scope, Budget::default()).ok()?.output)
}

fuzz_target!(|body: &str| {
    let copied = print("$input.json('$')", body);
    let taken_apart = print("#set($all = $input.path('$'))$input.json('$')", body);
    assert_eq!(copied, taken_apart);
    // Numbers may read as others: what has too many digits for a double is kept as it is written.
    if let Some(copied) = copied.filter(|_| !body.is_empty()) {
        assert!(json::parse_lenient(&copied).is_ok(), "what is written can be read: {copied}");
    }
});
