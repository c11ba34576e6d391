//! A health route is answered by the gateway itself: it says 200 while every function is down.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "mock-health",
    severity: Severity::Note,
    summary: "A health route is answered by the gateway itself: it says 200 while every function is down.",
    docs: include_str!("mock_health.md"),
    find: Find::InProject(find),
};

use candor_gateway::api::IntegrationType;

/// What people call a route that monitors ask.
const NAMES: &[&str] =
    &["health", "healthz", "healthcheck", "health-check", "health_check", "ping", "alive", "liveness", "live", "ready", "readiness", "status", "up"];

fn find(project: &Project, findings: &mut Findings) {
    for api in &project.apis {
        let Some(other) = api.routes.iter().find(|route| route.integration.calls_function()) else { continue };
        for route in &api.routes {
            let kind = route.integration.integration_type.optional().ok().and_then(|(kind, _)| kind);
            let name = route.key.path.rsplit('/').next().unwrap_or_default();
            let asked = matches!(route.key.method.as_str(), "GET" | "HEAD" | "ANY");
            let answers = route.integration.responses.optional().ok().and_then(|(responses, _)| responses);
            let statuses = answers.into_iter().flatten().map(|response| &response.status).chain(route.fixed_status());
            let well = statuses.into_iter().any(|status| status.or(&200).is_ok_and(|(status, _)| *status < 300));
            if kind != Some(&IntegrationType::Mock) || !asked || !well || !NAMES.contains(&name.to_ascii_lowercase().as_str()) {
                continue;
            }
            let at = route.integration.integration_type.span();
            report_route(&RULE, api, Some(route), at, findings, || Claimed {
                at,
                message: format!("{} answers 200 whatever is down", route.key),
                label: "the gateway answers by itself: whoever asks here learns that the gateway is up".to_string(),
                remedy: "let a function answer that tries what the others need, or let monitors call a real route".to_string(),
                also: vec![(other.span, format!("{} depends on a function", other.key))],
            });
        }
    }
}
