//! Another function is invoked, and nobody looks whether it failed.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "function-error-unchecked",
    severity: Severity::Error,
    summary: "Another function is invoked, and nobody looks whether it failed.",
    docs: include_str!("function_error_unchecked.md"),
    find: Find::InHandler(find),
};

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    for call in scene.handler.facts.unchecked.iter().filter(|call| call.watch == Watch::Function) {
        let at = scene.place(call.at);
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: match call.passed_on {
                _ if call.told_the_same => {
                    format!("{} answers the same when the function that it invokes has failed", scene.route.key)
                }
                true => format!("{} hands on what a function that failed has said, as a success", scene.route.key),
                false => format!("{} answers a success when the function that it invokes has failed", scene.route.key),
            },
            label: match call.told_the_same {
                true => "`FunctionError` is looked at, and nothing comes of it for the client",
                false => "does not raise where that function fails: `FunctionError` is set, and never read",
            }
            .to_string(),
            remedy: "raise where the response has a `FunctionError`".to_string(),
            also: Vec::new(),
        });
    }
}
