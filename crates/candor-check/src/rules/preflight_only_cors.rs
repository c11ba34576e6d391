//! The path answers preflights, and no answer of the handler carries Access-Control-Allow-Origin.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "preflight-only-cors",
    severity: Severity::Warning,
    summary: "The path answers preflights, and no answer of the handler carries Access-Control-Allow-Origin.",
    docs: include_str!("preflight_only_cors.md"),
    find: Find::InHandler(find),
};

use super::error_response_no_cors::{allows_origin, is_for_browsers};

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    if !is_for_browsers(scene) || !scene.handler.facts.unknown.is_empty() || answers_preflights(scene) {
        return;
    }
    if scene.answers().any(|(_, answer)| {
        !matches!(answer.shape, Shape::Dict { open: false, .. }) || allows_origin(&answer.shape) != Some(false)
    }) {
        return;
    }
    let success = scene.played().find_map(|(path, exchange)| {
        let End::Returned(answer) = &path.end else { return None };
        let status = exchange.response.status.value;
        let arrives = (200..300).contains(&status) && said_status(&answer.shape) == Some(status);
        arrives.then_some((path, answer))
    });
    let Some((path, answer)) = success else { return };
    // A browser goes to a page by itself: no script asks for it.
    if is_page(&answer.shape) {
        return;
    }
    let at = scene.place(answer.made.unwrap_or(path.given()));
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("browsers cannot read any answer of {}", scene.route.key),
        label: "the preflight is answered, but this carries no Access-Control-Allow-Origin".to_string(),
        remedy: "send Access-Control-Allow-Origin with every answer".to_string(),
        also: Vec::new(),
    });
}

/// Whether an answer is a page.
fn is_page(shape: &Shape) -> bool {
    let Some(Shape::Dict { entries, .. }) = shape.entry("headers").map(|entry| &entry.value) else { return false };
    entries.iter().any(|entry| {
        entry.key.eq_ignore_ascii_case("content-type")
            && matches!(&entry.value, Shape::Text { known: Some(text), .. } if text.to_ascii_lowercase().starts_with("text/html"))
    })
}

/// Whether the handler answers the preflights of the path, too.
fn answers_preflights(scene: &HandlerScene<'_>) -> bool {
    let target = |route: &Route| route.integration.target.optional().ok().and_then(|(target, _)| target.cloned());
    let options = scene.api.routes.iter().filter(|route| route.key.path == scene.route.key.path);
    let mut options = options.filter(|route| route.key.method == "OPTIONS");
    options.any(|route| target(route).is_none() || target(route) == target(scene.route))
}
