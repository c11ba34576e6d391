//! A batch may fail in part while its call succeeds, and nobody looks at what failed.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "partial-batch-unchecked",
    severity: Severity::Warning,
    summary: "A batch may fail in part while its call succeeds, and nobody looks at what failed.",
    docs: include_str!("partial_batch_unchecked.md"),
    find: Find::InHandler(find),
};

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    for call in &scene.handler.facts.unchecked {
        let Watch::Batch { field, all } = call.watch else { continue };
        let severity = if all { Severity::Error } else { RULE.severity };
        let at = scene.place(call.at);
        scene.report(&RULE, severity, at, findings, || Claimed {
            at,
            message: format!("{} answers a success whatever `{}` could not do", scene.route.key, call.operation),
            label: match call.told_the_same {
                true => format!("`{field}` is looked at, and nothing comes of it for the client"),
                false => format!("succeeds, too, where entries have failed; `{field}` is never read"),
            },
            remedy: format!("look at `{field}` of what it returns, and raise or try again where something is in it"),
            also: Vec::new(),
        });
    }
}
