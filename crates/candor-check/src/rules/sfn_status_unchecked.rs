//! A state machine is run to its end, and nobody looks whether it succeeded.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "sfn-status-unchecked",
    severity: Severity::Error,
    summary: "A state machine is run to its end, and nobody looks whether it succeeded.",
    docs: include_str!("sfn_status_unchecked.md"),
    find: Find::InHandler(find),
};

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    for call in scene.handler.facts.unchecked.iter().filter(|call| call.watch == Watch::Execution) {
        let at = scene.place(call.at);
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: format!("{} answers a success when the execution has failed", scene.route.key),
            label: "does not raise where the execution fails or times out: `status` says it, and is never read".to_string(),
            remedy: "raise where `status` is not `SUCCEEDED`".to_string(),
            also: Vec::new(),
        });
    }
}
