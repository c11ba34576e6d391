//! An HTTP API that counts errors for the whole API only.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "http-detailed-metrics-off",
    severity: Severity::Note,
    summary: "An HTTP API counts errors for the whole API only: no alarm can watch a single route.",
    docs: include_str!("http_detailed_metrics_off.md"),
    find: Find::InProject(find),
};

use candor_contract::ApiKind;

use crate::watched::{report_api, staged};

fn find(project: &Project, findings: &mut Findings) {
    for (api, route) in staged(project, &[ApiKind::Http]) {
        // Of one route it is the API's metric.
        if api.stage.has_unknown_settings() || api.routes.len() < 2 {
            continue;
        }
        let setting = api.stage.detailed_metrics(&route.key);
        let off = setting.is_none_or(|s| matches!(s.optional(), Ok((Some(false), _))));
        if !off {
            continue;
        }
        report_api(&RULE, &api.name, findings, Claimed {
            at: setting.map_or(api.stage.span, |s| s.span()),
            message: format!("{} counts errors of all {} routes together", api.name, api.routes.len()),
            label: "no DetailedMetricsEnabled".to_string(),
            remedy: "DefaultRouteSettings with `DetailedMetricsEnabled: true`".to_string(),
            also: Vec::new(),
        });
    }
}
