//! Patterns catch the errors that were foreseen; every other error becomes a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "raise-not-matched",
    severity: Severity::Error,
    summary: "Patterns catch the errors that were foreseen; every other error becomes a success.",
    docs: include_str!("raise_not_matched.md"),
    find: Find::InExchange(find),
};

use candor_gateway::drill::Origin;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(default) = scene.masking_default() else { return Claim::Passed };
    let foreseen_only = scene.default_masks(|case| case.slug == "raised" && case.note.is_empty());
    let by_crash = scene.default_masks(|case| matches!(case.outcome(), Some(Outcome::Exited | Outcome::OutOfMemory)));
    let by_timeout = scene.default_masks(|case| matches!(case.outcome(), Some(Outcome::TimedOut { .. })));
    let raised = matches!(scene.case.and_then(Case::outcome), Some(Outcome::Raised(_) | Outcome::TooLarge(_)));
    let of_source = scene.case.is_some_and(is_own);
    // Where neither exceptions nor timeouts nor crashes are caught, one catch-all is missing: one finding.
    if !of_source && (!foreseen_only || !(raised || (by_crash && by_timeout))) {
        return Claim::Passed;
    }
    let at = default.span;
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || {
        // Whichever exchange comes first, the handler's own exceptions say it best.
        let own = |(case, exchange): &&(&Case, &Exchange<'_>)| {
            is_own(case)
                && exchange.judge().verdict == Verdict::MaskedFailure
                && exchange.trace.steps().iter().any(|s| matches!(s.what, What::DefaultResponse { .. }))
        };
        let mut own = scene.siblings.iter().filter(own).map(|(case, _)| *case).peekable();
        let message = match own.peek() {
            Some(case) => format!("{} answers {status} when the handler raises {}", scene.whose(), case.note),
            None => format!("{} answers {status} to every error that no pattern names", scene.whose()),
        };
        let label = match own.peek() {
            Some(_) => "no pattern matches what the handler raises: this response is used",
            None => "no pattern matches an exception that nobody foresaw: this response is used",
        };
        let places = own.filter_map(|case| match case.origin {
            Origin::Source { span, .. } => Some((span, format!("raises {}", case.note))),
            Origin::Standard => None,
        });
        let unmatched = scene.error_responses().map(|(r, _)| (r.span, "does not match it".to_string()));
        Claimed {
            at,
            message,
            label: label.to_string(),
            remedy: "add a catch-all: an integration response for `(?s).+` with status 500".to_string(),
            also: places.take(3).chain(unmatched.take(3)).collect(),
        }
    })
}

/// Whether the handler's own source raises it.
fn is_own(case: &Case) -> bool {
    matches!((case.origin, case.outcome()), (Origin::Source { .. }, Some(Outcome::Raised(_))))
}
