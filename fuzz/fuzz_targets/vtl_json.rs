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
    if let Ok(value) = json::parse_lenient(body)
        && let Some(copied) = copied.filter(|_| !body.is_empty())
    {
        assert_eq!(
            json::parse_lenient(&copied).map(|v| v.to_text()),
            Ok(value.to_text()),
            "written and read again"
        );
    }
});
