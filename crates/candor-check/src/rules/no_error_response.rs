//! The only integration response is the default: every error of the function becomes a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "no-error-response",
    severity: Severity::Error,
    summary: "The only integration response is the default: every error of the function becomes a success.",
    docs: include_str!("no_error_response.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(default) = scene.masking_default() else { return Claim::Passed };
    if scene.error_responses().next().is_some() {
        return Claim::Passed;
    }
    let at = default.span;
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} whenever the function fails", scene.whose()),
        label: "the only response there is: errors are answered with it, too".to_string(),
        remedy: "add an integration response for `(?s).+` with status 500, and declare the method response; a success has no \
                 message, so it never matches"
            .to_string(),
        also: Vec::new(),
    })
}
