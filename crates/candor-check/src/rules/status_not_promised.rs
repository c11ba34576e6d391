//! A route answers with a status that `candor.toml` does not promise.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "status-not-promised",
    severity: Severity::Warning,
    summary: "A route answers with a status that candor.toml does not promise.",
    docs: include_str!("status_not_promised.md"),
    find: Find::InAnyExchange(find),
};

/// Only what the API itself decides: what the gateway answers by itself (a function that failed, no answer in time, throttling)
/// no route promises.
fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(route) = scene.route else { return Claim::Passed };
    let status = scene.exchange.response.status.value;
    let culprit = scene.exchange.culprit(candor_contract::verdict::Part::Status);
    let said = matches!(
        culprit.what,
        What::AnswerRead
            | What::StatusInferred
            | What::EndpointPassed
            | What::PatternMatched { .. }
            | What::DefaultResponse { .. }
            | What::StatusOverridden { .. }
    );
    let Some(promised) = scene.promises.broken_by(&route.key, status).filter(|_| said) else {
        return Claim::Passed;
    };
    let at = scene.path().map_or_else(|| scene.blamed(), |path| scene.place(path.at));
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status}, which nobody was promised", scene.whose()),
        label: format!("candor.toml promises {promised}"),
        remedy: "one of these, or the status among what the route promises".to_string(),
        also: vec![(route.span, "the route".to_string())],
    });
    // That it is promised or not says nothing of whether it is true.
    Claim::Passed
}
