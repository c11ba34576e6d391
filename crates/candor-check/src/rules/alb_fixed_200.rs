//! A load balancer says by itself that all is well: its default action answers 200, or errors count as healthy.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "alb-fixed-200",
    severity: Severity::Warning,
    summary: "A load balancer answers 200 to what no rule takes, or counts a function's errors as healthy.",
    docs: include_str!("alb_fixed_200.md"),
    find: Find::InProject(find),
};

use std::collections::HashSet;

use candor_gateway::listener::TargetGroup;

use crate::watched::written;

fn find(project: &Project, findings: &mut Findings) {
    let mut seen = HashSet::new();
    for api in &project.apis {
        for route in &api.routes {
            if let Some(status) = route.fixed_status()
                && let Ok((Some(said), _)) = status.optional()
                && route.key.is_default()
                && (200..300).contains(said)
            {
                let at = status.span();
                report_route(&RULE, api, Some(route), at, findings, || Claimed {
                    at,
                    message: format!("{} answers {said} to every request that no rule takes", api.name),
                    label: "a wrong path, a rule that went missing: all of it looks like a success".to_string(),
                    remedy: "a fixed response of 404".to_string(),
                    also: Vec::new(),
                });
            }
            if let Some(group) = route.target_group().filter(|_| route.integration.calls_function())
                && let Some(error) = healthy_error(group)
                && seen.insert(group.span)
            {
                let at = group.matcher.span();
                report_route(&RULE, api, Some(route), at, findings, || Claimed {
                    at,
                    message: format!("{} counts as healthy when its function answers {error}", group.name),
                    label: "an error of the function's is what a health check asks for".to_string(),
                    remedy: "`200`, and a path at which the function answers that it works".to_string(),
                    also: vec![(group.health_check_enabled.span(), "health checks are on".to_string())],
                });
            }
        }
    }
}

/// A status of an error that the health checks of a group take for a success; they are off where nothing is said.
fn healthy_error(group: &TargetGroup) -> Option<u16> {
    let (enabled, _) = group.health_check_enabled.or(&false).ok()?;
    let matcher = written(&group.matcher).filter(|_| *enabled)?;
    let ranges = matcher.split(',').filter_map(|range| {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        Some((from.trim().parse::<u16>().ok()?, to.trim().parse::<u16>().ok()?))
    });
    ranges.filter(|(from, to)| from <= to && *to >= 400).map(|(from, _)| from.max(400)).min()
}
