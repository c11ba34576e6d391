//! The function is invoked asynchronously: the client gets its answer before anything has been done.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "async-invocation",
    severity: Severity::Error,
    summary: "The function is invoked asynchronously: the client is answered before it has done anything, whatever it does.",
    docs: include_str!("async_invocation.md"),
    find: Find::InExchange(find),
};

use candor_gateway::api::Target;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(parameter) = scene.route.and_then(|route| route.integration.asynchronous()) else { return Claim::Passed };
    if !scene.is_mapped() || !scene.is_masked() {
        return Claim::Passed;
    }
    let at = parameter.span;
    let status = scene.exchange.response.status.value;
    let kept = scene.function.is_some_and(|function| function.keeps_failed_events);
    let asks = scene.api.routes.iter().find(|route| asks_for_one(route));
    // A 202 promises no more than that the event was taken; a 200 does.
    let severity = match (status, kept || asks.is_some()) {
        (202, true) => Severity::Note,
        (202, false) => Severity::Warning,
        (_, _) if kept => Severity::Warning,
        (_, _) => RULE.severity,
    };
    let mut remedy = Vec::new();
    if status != 202 {
        remedy.push("answer 202, which says that the work is still to be done");
    }
    if !kept {
        remedy.push("give the function a destination on failure (`OnFailure`) or a dead letter queue, and an alarm on it");
    }
    if remedy.is_empty() {
        remedy.push("an alarm on the destination on failure; for the client a way to ask what became of it");
    }
    scene.report(&RULE, severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} whatever becomes of the work", scene.whose()),
        label: match (kept, asks) {
            (true, _) => "Lambda takes the event and answers at once".to_string(),
            (false, Some(asks)) => format!(
                "Lambda takes the event and answers at once; of one that fails {} has what the function itself wrote down",
                asks.key
            ),
            (false, None) => "Lambda takes the event and answers at once; an event that fails is lost after two retries".to_string(),
        },
        remedy: remedy.join("; "),
        also: Vec::new(),
    })
}

/// Whether clients can ask at a route for one thing by its name: what became of the work, where it says so.
fn asks_for_one(route: &Route) -> bool {
    matches!(route.key.method.as_str(), "GET" | "ANY")
        && route.key.path.matches('{').count() == 1
        && !route.key.path.ends_with("+}")
        && !matches!(route.integration.target.optional(), Ok((Some(Target::Nothing), _)))
}
