//! The integration timeout is set shorter than the function may run: the client gets an error while the work goes on.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "integration-timeout-too-short",
    severity: Severity::Warning,
    summary: "The integration timeout is set shorter than the function may run: the client gets an error while the work goes on.",
    docs: include_str!("integration_timeout_too_short.md"),
    find: Find::InExchange(find),
};

use candor_contract::limits;
use candor_gateway::setting::Cause;

use super::function_outlives_gateway::outlives_barely;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let late = matches!(scene.case.and_then(Case::outcome), Some(Outcome::ReturnedLate(_)));
    let set = scene.exchange.trace.steps().iter().find_map(|step| match (&step.what, step.cause) {
        (What::GatewayTimedOut, Cause::Written(span)) => Some(span),
        _ => None,
    });
    let Some(at) = set.filter(|_| late && scene.is_false_alarm()) else { return Claim::Passed };
    if scene.function.is_some_and(|function| outlives_any(scene, function)) {
        return Claim::Passed;
    }
    let status = scene.exchange.response.status.value;
    // 30 s, the round number, against 29 set here: it has to be the last second.
    let severity = if scene.function.is_some_and(|function| outlives_barely(scene, function)) {
        Severity::Note
    } else {
        RULE.severity
    };
    let also = scene.function.map(|f| (f.timeout.span(), "the function may run longer".to_string()));
    scene.report(&RULE, severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} while the function goes on and finishes", scene.whose()),
        label: "the gateway stops waiting here".to_string(),
        remedy: "make the function's timeout shorter than this, so that what the client hears is what happened".to_string(),
        also: also.into_iter().collect(),
    })
}

/// Whether the function's timeout is above all that the integration's can be without a raised quota: then the function's is the one to mend.
fn outlives_any(scene: &Scene<'_>, function: &Function) -> bool {
    let most = match scene.api.kind {
        ApiKind::Rest => limits::REST_INTEGRATION_TIMEOUT.time,
        ApiKind::Http => limits::HTTP_INTEGRATION_TIMEOUT.time,
        ApiKind::FunctionUrl | ApiKind::Alb => return false,
    };
    let set = scene.route.and_then(|route| route.integration.timeout.optional().ok()?.0.copied());
    let may_run = function.timeout.optional().ok().and_then(|(timeout, _)| timeout.copied());
    set.is_some_and(|set| set <= most) && may_run.is_some_and(|may_run| may_run > most)
}
