//! Patterns catch the errors that were foreseen; every other error becomes a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "raise-not-matched",
    severity: Severity::Error,
    summary: "Patterns catch the errors that were foreseen; every other error becomes a success.",
    docs: include_str!("raise_not_matched.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(default) = scene.masking_default() else { return Claim::Passed };
    let foreseen_only = scene.default_masks(|case| case.slug == "raised" && case.note.is_empty());
    let by_crash = scene.default_masks(|case| matches!(case.outcome, Outcome::Exited | Outcome::OutOfMemory));
    let by_timeout = scene.default_masks(|case| matches!(case.outcome, Outcome::TimedOut { .. }));
    let raised = matches!(scene.case.map(|c| &c.outcome), Some(Outcome::Raised(_) | Outcome::TooLarge(_)));
    // Where neither exceptions nor timeouts nor crashes are caught, one catch-all is missing: one finding.
    if !foreseen_only || !(raised || (by_crash && by_timeout)) {
        return Claim::Passed;
    }
    let at = default.span;
    let status = scene.exchange.response.status.value;
    let also = scene.error_responses().map(|(r, _)| (r.span, "does not match it".to_string())).take(3).collect();
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} to every error that no pattern names", scene.whose()),
        label: "no pattern matches an exception that nobody foresaw: this response is used".to_string(),
        remedy: "add a catch-all: an integration response for `(?s).+` with status 500".to_string(),
        also,
    })
}
