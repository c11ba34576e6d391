//! The status stands under a name that the gateway does not know.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "status-misspelt",
    severity: Severity::Error,
    summary: "The status stands under a name that the gateway does not know.",
    docs: include_str!("status_misspelt.md"),
    find: Find::InExchange(find),
};

/// Names under which people write the status; compared without case, `_` and `-`.
const NAMES: [&str; 5] = ["statuscode", "status", "httpstatus", "httpstatuscode", "code"];

/// The entry that was meant to be `statusCode`: a status under another name, where there is none under its own.
pub(super) fn misspelt(shape: &Shape) -> Option<&Entry> {
    let Shape::Dict { entries, .. } = shape else { return None };
    if shape.entry("statusCode").is_some() {
        return None;
    }
    entries.iter().find(|entry| {
        let name: String = entry.key.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect();
        let is_status = |n: &str| n.parse::<u16>().is_ok_and(|status| (100..600).contains(&status));
        let number = match &entry.value {
            Shape::Number(Some(n)) | Shape::Text { known: Some(n), .. } => is_status(n),
            // `statuscode` can be nothing else.
            Shape::Number(None) => name == "statuscode",
            _ => false,
        };
        number && NAMES.contains(&name.as_str())
    })
}

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(answer), Some(_)) = (scene.answer(), scene.proxy_format()) else { return Claim::Passed };
    let Some(entry) = misspelt(&answer.shape) else { return Claim::Passed };
    let at = scene.place(entry.at);
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} whatever `{}` says", scene.whose(), entry.key),
        label: "the gateway reads `statusCode`, and nothing else".to_string(),
        remedy: "write `statusCode`".to_string(),
        also: Vec::new(),
    })
}
