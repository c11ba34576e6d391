//! An error does not have the envelope by which clients know errors.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "error-without-envelope",
    severity: Severity::Note,
    summary: "An error does not have the members by which clients of this team know errors.",
    docs: include_str!("error_without_envelope.md"),
    find: Find::InAnyExchange(find),
};

use candor_contract::json::Json;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    if scene.exchange.response.status.value < 400 || scene.route.is_none() || says_it(scene) != Some(false) {
        return Claim::Passed;
    }
    let step = scene.exchange.trace.step(scene.exchange.response.body.step);
    let at = match scene.path() {
        Some(path) if scene.answer().is_some() => scene.place(path.at),
        _ => step.cause.span().unwrap_or_else(|| scene.blamed()),
    };
    let status = scene.exchange.response.status.value;
    let members = scene.promises.error_envelope.join(", ");
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} without the envelope of an error", scene.whose()),
        label: format!("clients know an error by {members}"),
        remedy: "the members that `error-envelope` in candor.toml names".to_string(),
        also: Vec::new(),
    });
    Claim::Passed
}

/// Whether the body is in the team's envelope, as far as that is known. AWS's stock texts are nobody's choice.
fn says_it(scene: &Scene<'_>) -> Option<bool> {
    let body = &scene.exchange.response.body;
    let stock = matches!(scene.exchange.trace.step(body.step).what, What::GatewayBody { stock: true });
    if stock || scene.promises.error_envelope.is_empty() {
        return None;
    }
    // Of an answer that is known in part the source knows the members.
    let in_part = matches!(scene.case.and_then(Case::outcome), Some(Outcome::Returned(payload)) if payload.is_partial());
    if let Some(bytes) = body.value.bytes().filter(|_| !in_part) {
        return scene.promises.is_error(&Json::read(std::str::from_utf8(bytes).ok()?).ok()?);
    }
    match &scene.answer()?.shape.entry("body")?.value {
        Shape::Text { content: Some(content), .. } if matches!(**content, Shape::Dict { open: false, .. }) => {
            Some(scene.promises.error_in(content).is_some())
        }
        _ => None,
    }
}
