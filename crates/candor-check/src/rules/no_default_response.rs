//! No integration response is left for a success, or for an error that no pattern names: the client gets a 500.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "no-default-response",
    severity: Severity::Error,
    summary: "No integration response is left for a success, or for an error that no pattern names: the client gets a 500.",
    docs: include_str!("no_default_response.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let step = scene.exchange.trace.steps().iter().find(|s| matches!(s.what, What::NoResponse));
    let (Some(step), Some(route)) = (step, scene.route) else { return Claim::Passed };
    if !scene.is_false_alarm() {
        // A failure that nothing matches is a 500: the success beside it tells the whole story.
        return if scene.default_misses_success() { Claim::Claimed } else { Claim::Passed };
    }
    let at = step.cause.span().unwrap_or(route.integration.span);
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers 500 when the function succeeds", scene.whose()),
        label: "no response without a pattern: a success finds none that fits".to_string(),
        remedy: "add a default response (no pattern) with the status of a success".to_string(),
        also: Vec::new(),
    })
}

impl Scene<'_> {
    /// Whether the success of this route finds no integration response either.
    fn default_misses_success(&self) -> bool {
        self.siblings.iter().any(|(case, exchange)| {
            case.slug == "returned" && exchange.trace.steps().iter().any(|s| matches!(s.what, What::NoResponse))
        })
    }
}
