//! What a client may leave out or write wrong is read as if it were sure: its mistake becomes a 5xx.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "validation-error-as-5xx",
    severity: Severity::Note,
    summary: "What a client may leave out or write wrong is read as if it were sure: its mistake becomes a 5xx.",
    docs: include_str!("validation_error_as_5xx.md"),
    find: Find::InHandler(find),
};

use candor_handlers::Sent;

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    // A mapped integration's event is what its template makes of the request.
    if matches!(scene.route.integration.integration_type.optional(), Ok((Some(IntegrationType::Aws), _)) | Err(_)) {
        return;
    }
    // Where a validator stands before it, the gateway has looked at the request.
    if !matches!(scene.route.request.is_validated(), Ok(false)) {
        return;
    }
    let Some(first) = scene.handler.facts.unguarded else { return };
    let at = scene.place(first.at);
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers 5xx to a client's mistake", scene.route.key),
        label: match first.sent {
            Sent::Body => "raises where the body is missing, no JSON, or lacks this",
            Sent::Query => "raises where the query lacks this",
            Sent::Header => "raises where the request lacks this header",
        }
        .to_string(),
        remedy: "answer 400 there".to_string(),
        also: Vec::new(),
    });
}
