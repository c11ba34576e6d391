//! An error answer carries the stack trace of the function to the public.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "template-leaks-stack",
    severity: Severity::Warning,
    summary: "An error answer carries the stack trace of the function to the public.",
    docs: include_str!("template_leaks_stack.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let raised = matches!(scene.case.and_then(Case::outcome), Some(Outcome::Raised(_)));
    let Some((_, response, _)) = scene.selected().filter(|_| raised && !scene.is_masked()) else { return Claim::Passed };
    let Some(body) = scene.exchange.response.body.value.bytes() else { return Claim::Passed };
    if !String::from_utf8_lossy(body).contains("/var/task/") {
        return Claim::Passed;
    }
    let at = scene.body_template().map_or(response.span, super::template_says_success::first_line);
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} shows the function's stack trace to the client", scene.whose()),
        label: "passes the error object on as it is, stack trace included".to_string(),
        remedy: "add a response template: `{\"message\": $input.json('$.errorMessage')}`, or a text that names the request id"
            .to_string(),
        also: Vec::new(),
    })
}
