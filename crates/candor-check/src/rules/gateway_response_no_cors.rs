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
use candor_gateway::api::MappingTemplate;

use super::error_response_no_cors::allows_origin;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let unreadable = scene.judgement.verdict == Verdict::OpaqueError && scene.exchange.evidence().body == BodyState::Unreadable;
    if !unreadable && !refused_unreadably(scene) {
        return Claim::Passed;
    }
    // Where a browser can read no success either, those come first: the headers alone would change nothing.
    if match scene.route {
        Some(route) => !may_be_read(route) || no_answer_is_read(scene),
        None => !scene.api.routes.iter().any(may_be_read),
    } {
        return Claim::Claimed;
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

/// Whether a browser may be able to read what a route answers: a function or a back end may send the header itself, a mapping sets it.
fn may_be_read(route: &Route) -> bool {
    if route.key.method == "OPTIONS" {
        return false;
    }
    match route.integration.integration_type.optional() {
        Ok((Some(IntegrationType::AwsProxy | IntegrationType::HttpProxy) | None, _)) | Err(_) => true,
        Ok((Some(IntegrationType::Aws | IntegrationType::Http | IntegrationType::Mock), _)) => {
            let Ok((responses, _)) = route.integration.responses.optional() else { return true };
            responses.into_iter().flatten().any(|response| {
                let named = |text: &str| text.to_ascii_lowercase().ends_with(".header.access-control-allow-origin");
                let overrides = |mapping: &MappingTemplate| match mapping.template.optional() {
                    Ok((Some(template), _)) => template.text.as_str().contains("responseOverride.header"),
                    Ok((None, _)) => false,
                    Err(_) => true,
                };
                response.parameters.iter().any(|parameter| named(&parameter.destination))
                    || response.templates.iter().any(overrides)
            })
        }
    }
}

/// Whether all that the handler answers is known, and nothing of it carries the header.
fn no_answer_is_read(scene: &Scene<'_>) -> bool {
    let Some(source) = scene.source else { return false };
    let facts = &source.handler.facts;
    let answers = |path: &Path| match &path.end {
        End::Returned(answer) => allows_origin(&answer.shape) != Some(false),
        End::Raised(_) | End::Exited => false,
    };
    scene.proxy_format().is_some()
        && facts.framework.is_none()
        && facts.unknown.is_empty()
        && !facts.paths.is_empty()
        && !facts.paths.iter().any(answers)
}
