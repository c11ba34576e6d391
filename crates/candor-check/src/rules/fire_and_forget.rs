//! Work is begun in the background, and the answer claims a success that nobody has waited for.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "fire-and-forget",
    severity: Severity::Warning,
    summary: "Work is begun in the background, and the answer claims a success that nobody has waited for.",
    docs: include_str!("fire_and_forget.md"),
    find: Find::InHandler(find),
};

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    // 202 is the status of work that has begun: a handler that says it knows what it does.
    if scene.handler.facts.paths.iter().any(|path| answers(path, |status| status == 202)) {
        return;
    }
    for loose in scene.handler.facts.loose.iter().filter(|loose| loose.how == Begun::InBackground) {
        let at = scene.place(loose.at);
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: format!("{} answers a success before the work is done", scene.route.key),
            label: "begun here, and nobody waits for it".to_string(),
            remedy: "wait for it before the answer, or answer 202 and leave the work to a queue with a dead-letter queue".to_string(),
            also: loose.answered.map(|at| (scene.place(at), "the answer that does not wait".to_string())).into_iter().collect(),
        });
    }
}

/// Whether a path answers with such a status.
fn answers(path: &Path, such: impl Fn(u16) -> bool) -> bool {
    let End::Returned(answer) = &path.end else { return false };
    matches!(
        answer.shape.entry("statusCode").map(|entry| &entry.value),
        Some(Shape::Number(Some(status))) if status.parse().is_ok_and(such)
    )
}
