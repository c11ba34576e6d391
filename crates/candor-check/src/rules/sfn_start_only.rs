//! The client hears that an execution has begun, and nobody hears that it failed.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "sfn-start-only",
    severity: Severity::Note,
    summary: "The client hears that an execution has begun, and nobody hears that it failed.",
    docs: include_str!("sfn_start_only.md"),
    find: Find::InProject(find),
};

use candor_gateway::api::Target;

use crate::watched::written;

fn find(project: &Project, findings: &mut Findings) {
    let counts = ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"];
    let watched = project.alarms.iter().flat_map(|alarm| alarm.metrics()).any(|metric| {
        written(&metric.namespace) == Some("AWS/States")
            && written(&metric.metric_name).is_none_or(|name| counts.contains(&name))
    });
    for api in &project.apis {
        for route in &api.routes {
            let Ok((Some(Target::Service { service, action }), _)) = route.integration.target.optional() else { continue };
            if service != "states" && service != "stepfunctions" || !action.ends_with("StartExecution") {
                continue;
            }
            let promises = promises(route);
            let unwatched = !watched && !project.more_elsewhere;
            if promises.is_none() && !unwatched {
                continue;
            }
            let at = promises.unwrap_or(route.integration.target.span());
            let mut remedy = Vec::new();
            if promises.is_some() {
                remedy.push("answer 202, which says that the work is still to be done");
            }
            if unwatched {
                remedy.push("an alarm on AWS/States ExecutionsFailed of the state machine");
            }
            report_route(&RULE, api, Some(route), at, findings, || Claimed {
                at,
                message: format!("{} answers before the execution has done anything", route.key),
                label: match promises {
                    Some(_) => "says that it is done; it has begun",
                    None => "what becomes of the execution nobody hears: no alarm counts those that fail",
                }
                .to_string(),
                remedy: remedy.join("; "),
                also: Vec::new(),
            });
        }
    }
}

/// The default response of a mapping whose status promises more than that the work has begun.
fn promises(route: &Route) -> Option<Span> {
    let (responses, _) = route.integration.responses.optional().ok()?;
    let default = responses?.iter().find(|response| response.is_default() == Ok(true))?;
    let (status, _) = default.status.or(&200).ok()?;
    (matches!(*status, 200 | 204) ).then(|| default.status.span())
}
