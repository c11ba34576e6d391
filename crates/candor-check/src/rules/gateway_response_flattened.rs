//! A default gateway response with a status turns different errors into one.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "gateway-response-flattened",
    severity: Severity::Warning,
    summary: "A default gateway response with a status turns different errors into one.",
    docs: include_str!("gateway_response_flattened.md"),
    find: Find::InProject(find),
};

use candor_gateway::in_flight::InFlight;
use candor_gateway::request::Ambient;
use candor_gateway::api::GatewayResponseType;

fn find(project: &Project, findings: &mut Findings) {
    let ambient = Ambient::example();
    for api in &project.apis {
        for entry in &api.gateway_responses {
            let default = matches!(entry.response_type, GatewayResponseType::Default4xx | GatewayResponseType::Default5xx);
            let Ok((Some(status), _)) = entry.status.optional() else { continue };
            if !default || *status < 400 {
                continue;
            }
            let mut flattened: Vec<String> = Vec::new();
            for response_type in GatewayResponseType::ALL {
                let (Some(own), Ok(exchange)) =
                    (response_type.status(), InFlight::refuse(api, *response_type, &ambient))
                else {
                    continue;
                };
                let got = exchange.response.status.value;
                let by_default = exchange.trace.step(exchange.response.status.step).cause.span() == Some(entry.status.span());
                if by_default && got != own && !flattened.contains(&own.to_string()) {
                    flattened.push(own.to_string());
                }
            }
            if flattened.is_empty() {
                continue;
            }
            let at = entry.status.span();
            report_route(&RULE, api, None, at, findings, || Claimed {
                at,
                message: format!("{}: {} all arrive as {status}", api.name, flattened.join(", ")),
                label: format!("every {} that is not set by itself gets this status", entry.response_type.name()),
                remedy: "leave the status out: each error then keeps its own".to_string(),
                also: Vec::new(),
            });
        }
    }
}
