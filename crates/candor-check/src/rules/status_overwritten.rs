//! A response parameter of an HTTP API turns the status of an error into that of a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "status-overwritten",
    severity: Severity::Error,
    summary: "A response parameter of an HTTP API overwrites the status of an error with that of a success.",
    docs: include_str!("status_overwritten.md"),
    find: Find::InAnyExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let culprit = scene.exchange.trace.step(scene.exchange.response.status.step);
    let Some(at) = culprit.cause.span().filter(|_| scene.is_masked() && culprit.what == What::StatusMapped) else {
        return Claim::Passed;
    };
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} in the place of an error: the status is overwritten", scene.whose()),
        label: format!("every answer of this status becomes {status}"),
        remedy: "remove `overwrite:statuscode` for statuses of errors, or overwrite them with one of 400 and above".to_string(),
        also: Vec::new(),
    })
}
