//! Any template renders any payload or fails, within its budget; a trace accounts for all of the output.
#![no_main]

use candor_vtl::{Budget, Overrides, Params, Scope, Template, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|given: (&str, &str)| {
    let (source, body) = given;
    let Ok(template) = Template::parse(source) else { return };
    let pair = |k: &str, v: &str| vec![(k.to_string(), v.to_string())];
    let params =
        Params { path: pair("id", "7"), querystring: pair("q", "a b"), header: pair("X-Mode", "fast") };
    let context = Value::map([
        ("stage", Value::from("live")),
        ("identity", Value::map([("sourceIp", Value::from("192.0.2.1"))])),
    ]);
    let scope = Scope {
        body,
        params: &params,
        context: &context,
        stage_variables: &pair("table", "orders"),
        overrides: &Overrides::default(),
    };
    let budget = Budget { steps: 50_000, output_bytes: 1 << 20 };
    let rendered = template.render(&scope, budget);
    match (rendered, template.trace(&scope, budget)) {
        (Ok(rendered), Ok((traced, pieces))) => {
            assert_eq!(rendered, traced);
            assert!(rendered.output.len() <= budget.output_bytes);
            let mut at = 0;
            for piece in pieces {
                assert_eq!(piece.output.start, at, "the pieces are all of the output");
                at = piece.output.end;
            }
            assert_eq!(at, rendered.output.len());
        }
        (Err(error), Err(_)) => assert!(error.span.end as usize <= source.len()),
        (rendered, traced) => panic!("{rendered:?} but traced {traced:?}"),
    }
});
