//! A REST API without an execution log: why the gateway itself failed is written nowhere.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "execution-log-off",
    severity: Severity::Note,
    summary: "A REST API writes no execution log: why the gateway itself failed is written nowhere.",
    docs: include_str!("execution_log_off.md"),
    find: Find::InProject(find),
};

use candor_contract::ApiKind;
use candor_gateway::api::LoggingLevel;

use crate::watched::{report_api, staged};

fn find(project: &Project, findings: &mut Findings) {
    for (api, _) in staged(project, &[ApiKind::Rest]) {
        if api.stage.has_unknown_settings() {
            continue;
        }
        let off = api.routes.iter().find_map(|route| match api.stage.logging_level(&route.key) {
            None => Some(api.stage.span),
            Some(setting) => match setting.optional() {
                Ok((Some(LoggingLevel::Off), _)) => Some(setting.span()),
                Ok(_) | Err(_) => None,
            },
        });
        let Some(at) = off else { continue };
        report_api(&RULE, &api.name, findings, Claimed {
            at,
            message: format!("{} writes no execution log", api.name),
            label: if at == api.stage.span { "no LoggingLevel".to_string() } else { "switched off".to_string() },
            remedy: "MethodSettings for `/*` and `*` with `LoggingLevel: ERROR`".to_string(),
            also: Vec::new(),
        });
    }
}
