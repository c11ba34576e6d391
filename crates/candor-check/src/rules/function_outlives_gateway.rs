//! The function may run longer than the gateway waits: the client gets an error while the work goes on.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "function-outlives-gateway",
    severity: Severity::Warning,
    summary: "The function may run longer than the gateway waits: the client gets an error while the work goes on.",
    docs: include_str!("function_outlives_gateway.md"),
    find: Find::InExchange(find),
};

use candor_contract::limits;

use crate::player::gateway_timeout;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let late = matches!(scene.case.and_then(Case::outcome), Some(Outcome::ReturnedLate(_)));
    let Some(function) = scene.function.filter(|_| late && scene.is_false_alarm()) else { return Claim::Passed };
    if scene.source.is_some_and(|source| is_done_at_once(source.handler)) {
        return Claim::Claimed;
    }
    let at = function.timeout.span();
    let status = scene.exchange.response.status.value;
    let timeout = function.timeout.or(&limits::LAMBDA_TIMEOUT_DEFAULT.time).map(|(t, _)| *t).ok();
    let waits = scene.route.map(|route| gateway_timeout(scene.api, route));
    let severity = if outlives_barely(scene, function) { Severity::Note } else { RULE.severity };
    let timeout = timeout.map(seconds).unwrap_or_default();
    let waits = waits.map(seconds).unwrap_or_default();
    scene.report(&RULE, severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} while {} goes on and finishes", scene.whose(), function.logical_id),
        label: format!("the function may run {timeout}, longer than the gateway waits"),
        remedy: format!("lower the function's timeout below the {waits} of the gateway, or answer 202 and work asynchronously"),
        also: scene.route.map(|r| (r.span, "the route".to_string())).into_iter().collect(),
    })
}

/// Whether all of a handler was understood, and nothing in it takes any time.
fn is_done_at_once(handler: &Handler) -> bool {
    let facts = &handler.facts;
    !facts.lasts && facts.unknown.is_empty() && facts.framework.is_none()
}

/// Whether the function may run at most one second longer than the gateway waits: 30 s, the round number, against a REST API's 29. It has to be the
/// last second.
pub(super) fn outlives_barely(scene: &Scene<'_>, function: &Function) -> bool {
    let timeout = function.timeout.or(&limits::LAMBDA_TIMEOUT_DEFAULT.time).map(|(t, _)| *t).ok();
    let waits = scene.route.map(|route| gateway_timeout(scene.api, route));
    timeout.zip(waits).is_some_and(|(timeout, waits)| timeout <= waits + Duration::from_secs(1))
}
