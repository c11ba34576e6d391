//! A response template cannot be rendered: the client gets a 500 that says nothing.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "template-fails",
    severity: Severity::Warning,
    summary: "A response template cannot be rendered: the client gets a 500 that says nothing.",
    docs: include_str!("template_fails.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let failed = scene.exchange.trace.steps().iter().find_map(|step| match &step.what {
        What::ResponseTemplateFailed { why, .. } | What::RequestTemplateFailed { why } => {
            Some((why.clone(), step.cause.span()?))
        }
        _ => None,
    });
    let Some((why, at)) = failed else { return Claim::Passed };
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers 500 {}: the template fails", scene.whose(), scene.when()),
        label: why,
        remedy: "write the template so that it renders for a success, for an error and for an empty body".to_string(),
        also: Vec::new(),
    })
}
