//! A selection pattern looks for a status code, but behind a Lambda integration it is matched against the error message.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "pattern-on-status-code",
    severity: Severity::Error,
    summary: "A selection pattern looks for a status code, but behind a Lambda integration it is matched against the error message.",
    docs: include_str!("pattern_on_status_code.md"),
    find: Find::InExchange(find),
};

use crate::pattern;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let unselected = scene.exchange.trace.steps().iter().any(|s| matches!(s.what, What::NoResponse));
    if scene.masking_default().is_none() && !unselected {
        return Claim::Passed;
    }
    let mistaken = scene.responses().iter().find_map(|response| {
        let (pattern, _) = response.selection_pattern.optional().ok()?;
        let pattern = pattern.filter(|p| pattern::wants_status_code(p))?;
        // A failure concerns the patterns for errors, a success without a response those for successes.
        let (status, _) = response.status.or(&200).ok()?;
        ((*status >= 400) == scene.is_masked()).then_some(pattern)
    });
    let Some(pattern) = mistaken else { return Claim::Passed };
    let at = pattern.text.span();
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} {}", scene.whose(), scene.when()),
        label: "matched against the error message, never against a status code".to_string(),
        remedy: "match the message of the error: `(?s).+` for every error; successes take the response without a pattern"
            .to_string(),
        also: Vec::new(),
    })
}
