//! The status is something else than a number.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "status-not-integer",
    severity: Severity::Warning,
    summary: "The status is something else than a number.",
    docs: include_str!("status_not_integer.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    if !scene.wants_envelope() {
        return Claim::Passed;
    }
    let Some(entry) = scene.malformed_entry("statusCode") else { return Claim::Passed };
    // Only a load balancer tells a number from its text.
    let text = scene.is_alb() && matches!(entry.value, Shape::Text { .. });
    if super::status_out_of_range::number(&entry.value).is_some() && !text {
        return Claim::Passed;
    }
    let at = scene.place(entry.at);
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} because `statusCode` is no number", scene.whose()),
        label: match &entry.value {
            Shape::Text { .. } if text => "text: a load balancer takes a number only",
            Shape::Text { .. } => "text that is more than a number",
            Shape::Bool(_) => "a boolean",
            Shape::Number(_) => "no whole number",
            Shape::Null => "nothing",
            Shape::List { .. } => "a list",
            Shape::Dict { .. } => "a dictionary",
            Shape::Unknown { .. } | Shape::NotJson(_) => "no number",
        }
        .to_string(),
        remedy: "write the number alone: `200`".to_string(),
        also: Vec::new(),
    })
}
