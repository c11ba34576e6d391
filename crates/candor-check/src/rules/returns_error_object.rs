//! The handler returns an exception in place of raising it.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "returns-error-object",
    severity: Severity::Error,
    summary: "The handler returns an exception in place of raising it.",
    docs: include_str!("returns_error_object.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(path), Some(answer)) = (scene.path(), scene.answer()) else { return Claim::Passed };
    if answer.kind != Kind::Exception {
        return Claim::Passed;
    }
    let at = scene.place(path.given());
    let status = scene.exchange.response.status.value;
    let also = path.failure.as_ref().map(|failure| (scene.place(failure.caught), "caught here".to_string()));
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} when the handler returns an exception", scene.whose()),
        label: "JSON cannot say an exception: the runtime fails with an error of its own, and this one is lost".to_string(),
        remedy: "raise it, or answer with a `statusCode` of 400 and above".to_string(),
        also: also.into_iter().collect(),
    })
}
