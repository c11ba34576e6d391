//! A failure is masked, and the alarms that watch do not see it, either: their metrics count what the client got.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "alarm-blind-to-masked",
    severity: Severity::Warning,
    summary: "Failures are answered as successes, and no alarm counts anything that they move.",
    docs: include_str!("alarm_blind_to_masked.md"),
    find: Find::InExchange(find),
};

use candor_gateway::signals::{healthy, signals};

use crate::notice::{notice, watches};
use crate::watched::is_about_failures;

/// Adds to what is found, and leaves the exchange to the rule that says what masks it.
fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let project = scene.project;
    let alarmed = project.alarms.iter().any(is_about_failures) && !project.more_elsewhere;
    if !scene.is_masked() || scene.route.is_none() || !alarmed {
        return Claim::Passed;
    }
    let (failed, usual) = (signals(scene.exchange), healthy(scene.exchange));
    if notice(&failed, &usual, project).fires() != Some(false) {
        return Claim::Passed;
    }
    let watching = project.alarms.iter().find(|alarm| watches(alarm, &failed, &usual, project));
    let at = watching.map_or(scene.api.span, |alarm| alarm.span);
    scene.report(&RULE, RULE.severity, at, findings, || {
        let status = scene.exchange.response.status.value;
        let moved = failed.moved(&usual).find(|m| m.namespace == "AWS/Lambda").map(|m| m.name);
        let function = scene.function.map_or("the function", |f| f.logical_id.as_str());
        Claimed {
            at,
            message: match watching {
                Some(alarm) => {
                    format!("{} stays silent: {} answers {status} {}", alarm.logical_id, scene.whose(), scene.when())
                }
                None => format!("no alarm rings: {} answers {status} {}", scene.whose(), scene.when()),
            },
            label: match watching {
                Some(_) => "counts nothing that this failure moves".to_string(),
                None => "no alarm looks at this API or its functions".to_string(),
            },
            remedy: match moved {
                Some(metric) => format!("an alarm on AWS/Lambda {metric} with the FunctionName of {function}"),
                None => format!("a metric filter on the line that {function} logs about the failure, and an alarm on its metric"),
            },
            also: scene.route.map(|r| (r.span, "the route".to_string())).into_iter().collect(),
        }
    });
    Claim::Passed
}
