//! The status is a number that no HTTP response has.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "status-out-of-range",
    severity: Severity::Warning,
    summary: "The status is a number that no HTTP response has.",
    docs: include_str!("status_out_of_range.md"),
    find: Find::InExchange(find),
};

/// The number that a status is, or is the text of.
pub(super) fn number(value: &Shape) -> Option<i64> {
    match value {
        Shape::Number(Some(n)) | Shape::Text { known: Some(n), .. } => n.trim().parse().ok(),
        _ => None,
    }
}

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    if !scene.wants_envelope() {
        return Claim::Passed;
    }
    let Some(entry) = scene.malformed_entry("statusCode") else { return Claim::Passed };
    let Some(said) = number(&entry.value) else { return Claim::Passed };
    if scene.is_alb() && matches!(entry.value, Shape::Text { .. }) {
        return Claim::Passed;
    }
    let at = scene.place(entry.at);
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} because `statusCode` is {said}", scene.whose()),
        label: "statuses go from 100 to 599".to_string(),
        remedy: "write a status that HTTP has".to_string(),
        also: Vec::new(),
    })
}
