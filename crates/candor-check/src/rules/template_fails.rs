//! A mapping template cannot be rendered: the client gets a 500 that says nothing.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "template-fails",
    severity: Severity::Warning,
    summary: "A mapping template cannot be rendered: the client gets a 500 that says nothing.",
    docs: include_str!("template_fails.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let failed = scene.exchange.trace.steps().iter().find_map(|step| match &step.what {
        What::RequestTemplateFailed { why } => Some((true, why.clone(), step.cause.span()?)),
        What::ResponseTemplateFailed { why, .. } => Some((false, why.clone(), step.cause.span()?)),
        _ => None,
    });
    let Some((of_request, why, at)) = failed else { return Claim::Passed };
    let said = match of_request {
        true => "and calls nothing: the request template fails".to_string(),
        false => format!("{}: the template fails", scene.when()),
    };
    let remedy = match of_request {
        true => "write the template so that it renders for every request; what CloudFormation is to fill in stands in a `Fn::Sub`",
        false => "write the template so that it renders for a success, for an error and for an empty body",
    };
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers 500 {said}", scene.whose()),
        label: why,
        remedy: remedy.to_string(),
        also: Vec::new(),
    })
}
