//! An alarm counts a function's errors, and the function has none: it turns every exception into an answer.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "alarm-on-errors-behind-adapter",
    severity: Severity::Warning,
    summary: "An alarm counts a function's errors, and the function has none: it turns every exception into an answer.",
    docs: include_str!("alarm_on_errors_behind_adapter.md"),
    find: Find::InHandler(find),
};

use candor_gateway::drill::Origin;
use candor_gateway::signals::{healthy, signals};

use crate::notice::{is_failure, notice};
use crate::watched::error_counts;

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    let project = scene.project;
    if project.more_elsewhere || !answers_all(scene) {
        return;
    }
    // An exception as it would be if it came through: which alarms wait for one?
    let through = scene.exchanges.iter().find(|p| p.case.origin == Origin::Standard && matches!(p.case.outcome(), Some(Outcome::Raised(_))));
    let Some(through) = through.and_then(|p| p.exchange.as_ref().ok()) else { return };
    let waiting = notice(&signals(through), &healthy(through), project);
    let failed: Vec<&Exchange<'_>> =
        scene.played().map(|(_, exchange)| exchange).filter(|e| e.response.status.value >= 500 && is_failure(e)).collect();
    let unheard = |e: &&Exchange<'_>| notice(&signals(e), &healthy(e), project).fires() == Some(false);
    if failed.is_empty() || !failed.iter().all(unheard) {
        return;
    }
    for fired in waiting.alarms.iter().filter(|fired| fired.certain) {
        let counts_errors = |(metric, name): (&candor_iac::project::MetricStat, &str)| {
            name == "Errors" && crate::watched::written(&metric.namespace) == Some("AWS/Lambda")
        };
        if !error_counts(fired.alarm).any(counts_errors) {
            continue;
        }
        let at = fired.alarm.span;
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: format!("{} stays silent when {} fails", fired.alarm.logical_id, scene.function.logical_id),
            label: match scene.handler.facts.framework {
                Some(framework) => format!("counts exceptions that leave the function, and {framework} answers them all with 500"),
                None => "counts exceptions that leave the function, and the handler answers them all with 500".to_string(),
            },
            remedy: match scene.api.kind {
                ApiKind::Alb => "an alarm on the load balancer's HTTPCode_Target_5XX_Count, too",
                ApiKind::Rest | ApiKind::Http | ApiKind::FunctionUrl => {
                    "an alarm on the API's 5XXError (REST) or 5xx (HTTP), too"
                }
            }
            .to_string(),
            also: scene.handler.facts.handler.map(|h| (scene.place(h), "the handler".to_string())).into_iter().collect(),
        });
    }
}

/// Whether no exception leaves the handler.
fn answers_all(scene: &HandlerScene<'_>) -> bool {
    let facts = &scene.handler.facts;
    let ends = |path: &Path| matches!(path.end, End::Returned(_));
    !facts.may_raise && facts.unknown.is_empty() && !facts.paths.is_empty() && facts.paths.iter().all(ends)
}
