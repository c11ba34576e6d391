//! Browsers use the route, and the gateway's own errors carry no CORS headers: the page cannot read them.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "gateway-response-no-cors",
    severity: Severity::Warning,
    summary: "Browsers use the route, and the gateway's own errors carry no CORS headers: the page cannot read them.",
    docs: include_str!("gateway_response_no_cors.md"),
    find: Find::InExchange(find),
};

use candor_contract::verdict::BodyState;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let unreadable = scene.judgement.verdict == Verdict::OpaqueError && scene.exchange.evidence().body == BodyState::Unreadable;
    if !unreadable && !refused_unreadably(scene) {
        return Claim::Passed;
    }
    let entry = scene.api.gateway_responses.iter().find(|r| {
        let status = scene.exchange.response.status.value;
        let default = if status >= 500 { "DEFAULT_5XX" } else { "DEFAULT_4XX" };
        r.response_type.name() == default
    });
    let at = entry.map_or(scene.api.span, |e| e.span);
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("browsers cannot read the errors that {} makes itself", scene.api.name),
        label: "the API answers preflights, but its own errors carry no Access-Control-Allow-Origin".to_string(),
        remedy: "add the gateway responses DEFAULT_4XX and DEFAULT_5XX with the header Access-Control-Allow-Origin and the \
                 origin that the API allows; leave their status out"
            .to_string(),
        also: Vec::new(),
    })
}

/// Whether the gateway refuses a request before it has found a route, and a browser that uses the API could not read why.
fn refused_unreadably(scene: &Scene<'_>) -> bool {
    let response = &scene.exchange.response;
    scene.route.is_none()
        && response.status.value >= 400
        && scene.api.routes.iter().any(|route| route.key.method == "OPTIONS")
        && response.header("Access-Control-Allow-Origin").is_none()
}
