//! Successes carry Access-Control-Allow-Origin and an error does not: a page in a browser cannot read it.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "error-response-no-cors",
    severity: Severity::Warning,
    summary: "Successes carry Access-Control-Allow-Origin and an error does not: a page in a browser cannot read it.",
    docs: include_str!("error_response_no_cors.md"),
    find: Find::InHandler(find),
};

/// Whether an answer carries `Access-Control-Allow-Origin`, where its headers are known.
pub(super) fn allows_origin(shape: &Shape) -> Option<bool> {
    let mut known = !matches!(shape, Shape::Dict { open: true, .. });
    for key in ["headers", "multiValueHeaders"] {
        match shape.entry(key).map(|entry| &entry.value) {
            None | Some(Shape::Null) => {}
            Some(Shape::Dict { entries, open }) => {
                if entries.iter().any(|entry| entry.key.eq_ignore_ascii_case("Access-Control-Allow-Origin")) {
                    return Some(true);
                }
                known &= !open;
            }
            Some(_) => known = false,
        }
    }
    known.then_some(false)
}

/// Whether browsers use the route: its path answers OPTIONS, and the handler makes its headers itself. What calls a webhook is a server,
/// whatever `Cors` of the whole API says.
pub(super) fn is_for_browsers(scene: &HandlerScene<'_>) -> bool {
    // `/payment/webhook`, `/webhooks/stripe`; `/admin/webhooks` may well be a page about them.
    let path = scene.route.key.path.to_ascii_lowercase();
    if path.ends_with("/webhook") || path.contains("/webhook/") || path.contains("/webhooks/") {
        return false;
    }
    let mut exchanges = scene.exchanges.iter().filter_map(|played| played.exchange.as_ref().ok());
    scene.proxy_format() == Some(ProxyFormat::RestProxy)
        && scene.handler.facts.framework.is_none()
        && exchanges.any(|exchange| exchange.received.preflight)
}

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    if !is_for_browsers(scene) {
        return;
    }
    let success = |(_, answer): &(&Path, &Answer)| {
        said_status(&answer.shape).is_some_and(|status| (200..300).contains(&status))
            && allows_origin(&answer.shape) == Some(true)
    };
    let Some((_, readable)) = scene.answers().find(success) else { return };
    // What never leaves as it was said has no header that a browser could miss.
    for (path, exchange) in scene.played() {
        let End::Returned(answer) = &path.end else { continue };
        let status = exchange.response.status.value;
        if status < 400 || said_status(&answer.shape) != Some(status) {
            continue;
        }
        if allows_origin(&answer.shape) != Some(false) {
            continue;
        }
        let at = scene.place(answer.made.unwrap_or(path.given()));
        let also = readable.shape.entry("headers").map(|entry| (scene.place(entry.at), "a success has it".to_string()));
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: format!("browsers cannot read the {status} of {}", scene.route.key),
            label: "this answer carries no Access-Control-Allow-Origin".to_string(),
            remedy: "send the headers of the successes with every answer".to_string(),
            also: also.into_iter().collect(),
        });
    }
}
