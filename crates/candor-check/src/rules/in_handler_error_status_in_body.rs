//! A success whose body holds the status of a failure: an envelope in the envelope.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "in-handler-error-status-in-body",
    severity: Severity::Error,
    summary: "A success whose body holds the status of a failure: an envelope in the envelope.",
    docs: include_str!("in_handler_error_status_in_body.md"),
    find: Find::InExchange(find),
};

/// Names of an entry that can be nothing but a status; compared without case, `_` and `-`.
const NAMES: [&str; 4] = ["statuscode", "httpstatus", "httpstatuscode", "status"];

/// The entry of a body that says a status of 400 and above.
fn inner(body: &Shape) -> Option<(&Entry, i64)> {
    let content = match body {
        Shape::Text { content: Some(content), .. } => content,
        _ => body,
    };
    let Shape::Dict { entries, .. } = content else { return None };
    entries.iter().find_map(|entry| {
        let name: String = entry.key.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect();
        let status = super::status_out_of_range::number(&entry.value)?;
        (NAMES.contains(&name.as_str()) && (400..600).contains(&status)).then_some((entry, status))
    })
}

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    if scene.success_that_tells().is_none() {
        return Claim::Passed;
    }
    let body = scene.answer().and_then(|answer| answer.shape.entry("body"));
    let Some((entry, said)) = body.and_then(|body| inner(&body.value)) else { return Claim::Passed };
    let at = scene.place(entry.at);
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} around a body that says {said}", scene.whose()),
        label: "nobody but a person reads a status here".to_string(),
        remedy: format!("make {said} the `statusCode` of the answer"),
        also: Vec::new(),
    })
}
