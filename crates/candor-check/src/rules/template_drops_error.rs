//! A response that failures reach has a template which reads the fields of a success: the error disappears.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "template-drops-error",
    severity: Severity::Error,
    summary: "A response that failures reach has a template which reads the fields of a success: the error disappears.",
    docs: include_str!("template_drops_error.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(template) = scene.body_template().filter(|_| scene.is_masked()) else { return Claim::Passed };
    let reached_by_default = scene.selected().is_some_and(|(_, _, default)| default);
    if reached_by_default && scene.error_responses().next().is_some() {
        return Claim::Passed;
    }
    let Some(body) = scene.exchange.response.body.value.bytes() else { return Claim::Passed };
    let body = String::from_utf8_lossy(body);
    // The error is there if any of its words are: its message, or its type.
    let payload = scene.case.and_then(|case| {
        case.outcome()?.error_payload(&scene.exchange.received.ambient.lambda_request_id)
    });
    let told = payload.as_ref().and_then(|payload| payload.json()).is_some_and(|json| {
        ["errorMessage", "errorType"].iter().any(|key| {
            let text = json.get(key).and_then(|v| v.as_str()).unwrap_or_default();
            text.split(['"', '\n', '\\', '\t', '\'']).map(str::trim).any(|part| part.len() > 3 && body.contains(part))
        })
    });
    if told {
        return Claim::Passed;
    }
    let status = scene.exchange.response.status.value;
    // What it reads instead of the error is to blame; a template that reads nothing would be another rule's.
    let reads = template.parsed.as_ref().ok().and_then(|parsed| parsed.printed_references().into_iter().next());
    let at = match reads {
        Some(range) => template.text.at(range),
        None => super::template_says_success::first_line(template),
    };
    let also = scene.selected().map(|(_, r, _)| (r.span, "failures come here: no error pattern stands before".to_string()));
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} without a trace of the error {}", scene.whose(), scene.when()),
        label: "read from an error, which has no such field: nothing of it is left".to_string(),
        remedy: "add an integration response for errors (`(?s).+` → 500) with a template of its own".to_string(),
        also: also.into_iter().collect(),
    })
}
