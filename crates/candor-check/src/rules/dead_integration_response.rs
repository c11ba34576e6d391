//! Integration responses of a proxy integration do nothing: whoever wrote them believes that errors are mapped.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "dead-integration-response",
    severity: Severity::Note,
    summary: "Integration responses of a proxy integration do nothing: whoever wrote them believes that errors are mapped.",
    docs: include_str!("dead_integration_response.md"),
    find: Find::InProject(find),
};

use candor_gateway::api::IntegrationType;

fn find(project: &Project, findings: &mut Findings) {
    for api in &project.apis {
        for route in &api.routes {
            let Ok((Some(integration_type), _)) = route.integration.integration_type.optional() else { continue };
            let proxy = matches!(integration_type, IntegrationType::AwsProxy | IntegrationType::HttpProxy);
            let responses = route.integration.responses.optional().ok().and_then(|(r, _)| r);
            let mapped = responses.into_iter().flatten().find(|response| {
                let other = response.status.or(&200).is_ok_and(|(status, _)| *status != 200);
                other || response.is_default() == Ok(false) || !response.templates.is_empty()
            });
            let Some(response) = mapped.filter(|_| proxy && api.kind == candor_contract::ApiKind::Rest) else { continue };
            let at = response.span;
            report_route(&RULE, api, Some(route), at, findings, || Claimed {
                at,
                message: format!("{}: integration responses of a proxy integration are ignored", route.key),
                label: "never used: the function's own answer goes to the client".to_string(),
                remedy: "remove them, or make it an `aws` integration".to_string(),
                also: Vec::new(),
            });
        }
    }
}
