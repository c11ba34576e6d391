//! Tasks run side by side, and nobody looks whether one of them has failed.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "all-settled-unchecked",
    severity: Severity::Error,
    summary: "Tasks run side by side, and nobody looks whether one of them has failed.",
    docs: include_str!("all_settled_unchecked.md"),
    find: Find::InHandler(find),
};

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    for loose in scene.handler.facts.loose.iter().filter(|loose| loose.how == Begun::Unlooked) {
        let at = scene.place(loose.at);
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: format!("{} answers a success whichever of these tasks has failed", scene.route.key),
            label: "keeps the exceptions of its tasks, and nobody looks at them".to_string(),
            remedy: "look for exceptions among the results: `.result()` raises them; `asyncio.gather` does without \
                     `return_exceptions=True`"
                .to_string(),
            also: Vec::new(),
        });
    }
}
