//! A gateway response turns the gateway's own errors into a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "gateway-response-2xx",
    severity: Severity::Error,
    summary: "A gateway response turns the gateway's own errors into a success.",
    docs: include_str!("gateway_response_2xx.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let culprit = scene.exchange.culprit(candor_contract::verdict::Part::Status);
    let (What::GatewayStatus { .. }, Some(at)) = (&culprit.what, culprit.cause.span()) else { return Claim::Passed };
    if !scene.is_masked() {
        return Claim::Passed;
    }
    let status = scene.exchange.response.status.value;
    let name = scene.api.gateway_responses.iter().find(|r| r.status.span() == at).map(|r| r.response_type.name());
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} {}", scene.api.name, scene.when()),
        label: format!("every {} becomes a {status}", name.unwrap_or("error of the gateway")),
        remedy: "leave the status out: each error then keeps its own; shape the body with a template alone".to_string(),
        also: Vec::new(),
    })
}
