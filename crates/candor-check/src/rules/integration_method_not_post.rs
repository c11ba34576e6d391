//! The integration calls Lambda with a method other than POST, or with a header that breaks the call: every request is a 500.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "integration-method-not-post",
    severity: Severity::Error,
    summary: "The integration calls Lambda with a method other than POST, or with a header that breaks the call: every request is a 500.",
    docs: include_str!("integration_method_not_post.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let broken = scene.exchange.trace.steps().iter().find_map(|step| match step.what {
        What::IntegrationBroken { why } => Some((why, step.cause.span()?)),
        _ => None,
    });
    let Some((why, at)) = broken else { return Claim::Passed };
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers 500 to every request: the function is never called", scene.whose()),
        label: why.why().to_string(),
        remedy: "the integration's HTTP method must be POST, whatever the route's is; no mapping may set a header that the \
                 gateway needs for itself"
            .to_string(),
        also: Vec::new(),
    })
}
