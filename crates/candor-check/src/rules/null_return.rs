//! A path through the handler returns nothing.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "null-return",
    severity: Severity::Error,
    summary: "A path through the handler returns nothing.",
    docs: include_str!("null_return.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(path), Some(answer)) = (scene.path(), scene.answer()) else { return Claim::Passed };
    if !matches!(answer.kind, Kind::FellOff | Kind::Nothing) {
        return Claim::Passed;
    }
    let strict = scene.wants_envelope();
    // A function that never returns anything has nothing to return; one that sometimes does has forgotten it here.
    let others = scene.source.map_or(&[][..], |source| &source.whole.facts.paths).iter().any(|other| {
        matches!(&other.end, End::Returned(answer) if !matches!(answer.kind, Kind::FellOff | Kind::Nothing))
    });
    if !strict && !others && !answer.dropped && scene.swallowed().is_none() {
        return Claim::Passed;
    }
    let at = scene.place(path.given());
    let severity = if strict { Severity::Warning } else { Severity::Error };
    let status = scene.exchange.response.status.value;
    let also = path.failure.as_ref().map(|failure| (scene.place(failure.caught), "what failed is caught here".to_string()));
    scene.report(&RULE, severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} when the handler returns nothing", scene.whose()),
        label: match answer.kind {
            Kind::FellOff if answer.dropped => "this value is dropped: a `return` is missing",
            Kind::FellOff => "the path ends here without an answer",
            _ => "nothing comes back from here",
        }
        .to_string(),
        remedy: "return an answer on every path, or raise".to_string(),
        also: also.into_iter().collect(),
    })
}
