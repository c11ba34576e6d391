//! A pattern that matches errors is bound to a success status.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "catch-all-200",
    severity: Severity::Error,
    summary: "A pattern that matches errors is bound to a success status.",
    docs: include_str!("catch_all_200.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some((_, response, false)) = scene.selected().filter(|_| scene.is_masked()) else { return Claim::Passed };
    let at = response.status.span();
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} {}", scene.whose(), scene.when()),
        label: format!("errors that match this response's pattern become a {status}"),
        remedy: "give the response that errors select a status of 400 or above".to_string(),
        also: vec![(response.span, "the pattern that matches".to_string())],
    })
}
