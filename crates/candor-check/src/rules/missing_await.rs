//! A coroutine is begun and nobody awaits it: its work may never be done, and its failure is nobody's.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "missing-await",
    severity: Severity::Error,
    summary: "A coroutine is begun and nobody awaits it: its work may never be done, and its failure is nobody's.",
    docs: include_str!("missing_await.md"),
    find: Find::InHandler(find),
};

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    for loose in scene.handler.facts.loose.iter().filter(|loose| loose.how == Begun::NotAwaited) {
        let at = scene.place(loose.at);
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: format!("{} answers before this is done, whether it works or not", scene.route.key),
            label: "a coroutine that nobody awaits".to_string(),
            remedy: "await it".to_string(),
            also: Vec::new(),
        });
    }
}
