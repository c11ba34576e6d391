//! A stage without an access log: nobody can look up afterwards what clients got.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "no-access-log",
    severity: Severity::Note,
    summary: "A stage writes no access log: what clients got cannot be looked up afterwards.",
    docs: include_str!("no_access_log.md"),
    find: Find::InProject(find),
};

use candor_contract::ApiKind;

use crate::watched::{Purpose, purpose, staged};

fn find(project: &Project, findings: &mut Findings) {
    for (api, _) in staged(project, &[ApiKind::Rest, ApiKind::Http]) {
        let Ok((None, _)) = api.stage.access_log.optional() else { continue };
        let key = if api.kind == ApiKind::Rest { "AccessLogSetting" } else { "AccessLogSettings" };
        let production = purpose(api) == Purpose::Production;
        let severity = if production { Severity::Warning } else { RULE.severity };
        let at = api.stage.span;
        let concerned = Concerned { api: &api.name, route: None, function: None };
        findings.add(&RULE, severity, at, concerned, || Claimed {
            at,
            message: format!("nothing writes down what {} answers", api.name),
            label: format!("no {key}"),
            remedy: format!(
                "{key} with a log group and a format that names `$context.status`, `$context.integration.status`, \
                 `$context.integration.error` and `$context.integration.requestId`"
            ),
            also: Vec::new(),
        }, || None);
    }
}
