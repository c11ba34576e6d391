//! Bodies in the execution log: on where they are personal data, off where nobody would mind.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "data-trace",
    severity: Severity::Note,
    summary: "The execution log shows bodies and headers in production, or does not show them in a test stage.",
    docs: include_str!("data_trace.md"),
    find: Find::InProject(find),
};

use candor_contract::ApiKind;
use candor_gateway::api::LoggingLevel;

use crate::watched::{Purpose, purpose, report_api, staged};

fn find(project: &Project, findings: &mut Findings) {
    for (api, route) in staged(project, &[ApiKind::Rest]) {
        let level = api.stage.logging_level(&route.key).and_then(|s| s.optional().ok()).and_then(|(l, _)| l);
        let traced = api.stage.data_trace(&route.key);
        let on = match traced.map(|t| t.optional()) {
            Some(Ok((on, _))) => on == Some(&true),
            Some(Err(_)) => continue,
            None => false,
        };
        let claimed = match (on, purpose(api), level) {
            (true, Purpose::Production | Purpose::Unsaid, _) => Claimed {
                at: traced.map_or(api.stage.span, |t| t.span()),
                message: format!("the execution log of {} holds bodies and headers of all requests", api.name),
                label: "personal data and tokens are written down".to_string(),
                remedy: "`DataTraceEnabled: false` where real users call".to_string(),
                also: Vec::new(),
            },
            (false, Purpose::Test, Some(LoggingLevel::Info)) if !api.stage.has_unknown_settings() => {
                let level = api.stage.logging_level(&route.key);
                Claimed {
                    at: traced.or(None).map_or_else(|| level.map_or(api.stage.span, |l| l.span()), |t| t.span()),
                    message: format!("the execution log of {} shows no bodies, though the stage is for tests", api.name),
                    label: "an answer that lost its body cannot be seen afterwards".to_string(),
                    remedy: "`DataTraceEnabled: true` in test stages".to_string(),
                    also: Vec::new(),
                }
            }
            (true, Purpose::Test, _) | (false, _, _) => continue,
        };
        report_api(&RULE, &api.name, findings, claimed);
    }
}
