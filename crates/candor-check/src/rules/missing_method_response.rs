//! An integration response has a status that the method does not declare: whenever it is selected, the client gets a 500.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "missing-method-response",
    severity: Severity::Error,
    summary: "An integration response has a status that the method does not declare: whenever it is selected, the client gets a 500.",
    docs: include_str!("missing_method_response.md"),
    find: Find::InAnyExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let missing = scene.exchange.trace.steps().iter().find_map(|step| match step.what {
        What::MethodResponseMissing { response, status } => Some((response, status)),
        _ => None,
    });
    let Some((response, status)) = missing else { return Claim::Passed };
    let Some(response) = scene.responses().get(response) else { return Claim::Passed };
    let at = response.status.span();
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers 500 in place of {status}", scene.whose()),
        label: format!("the method declares no response {status}, so the gateway gives up here"),
        remedy: format!("declare the method response {status}"),
        also: Vec::new(),
    })
}
