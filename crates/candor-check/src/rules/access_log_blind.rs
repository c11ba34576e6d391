//! An access log without a field of the integration: gateway and function cannot be told apart.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "access-log-blind",
    severity: Severity::Warning,
    summary: "The access log names no field of the integration: what the function did cannot be told from what the client got.",
    docs: include_str!("access_log_blind.md"),
    find: Find::InProject(find),
};

use candor_contract::ApiKind;
use candor_gateway::api::LoggingLevel;

use crate::watched::staged;

/// Fields that say something of the other side: its status, its error, its request id. A latency does not.
const TELLING: &[&str] = &[
    "$context.integration.status",
    "$context.integration.integrationStatus",
    "$context.integrationStatus",
    "$context.integration.error",
    "$context.integrationErrorMessage",
    "$context.integration.requestId",
    "$context.awsEndpointRequestId",
];

fn find(project: &Project, findings: &mut Findings) {
    for (api, _) in staged(project, &[ApiKind::Rest, ApiKind::Http]) {
        let Ok((Some(access_log), _)) = api.stage.access_log.optional() else { continue };
        let Ok((Some(format), _)) = access_log.format.optional() else { continue };
        if TELLING.iter().any(|field| format.as_str().contains(field)) {
            continue;
        }
        let at = access_log.format.span();
        // An execution log at INFO has the integration's status and Lambda's request id of every request.
        let joined = format.as_str().contains("$context.requestId") && all_logged(api);
        let severity = if joined { Severity::Note } else { RULE.severity };
        let concerned = Concerned { api: &api.name, route: None, function: None };
        findings.add(&RULE, severity, at, concerned, || Claimed {
            at,
            message: format!("the access log of {} does not show what stood behind an answer", api.name),
            label: "names neither status, error nor request id of the integration".to_string(),
            remedy: "add `$context.integration.status`, `$context.integration.error` and `$context.integration.requestId`".to_string(),
            also: Vec::new(),
        }, || None);
    }
}

/// Whether every request of a REST API is in its execution log.
fn all_logged(api: &Api) -> bool {
    api.routes.iter().all(|route| {
        let level = api.stage.logging_level(&route.key).and_then(|setting| setting.optional().ok()?.0);
        level == Some(&LoggingLevel::Info)
    })
}
