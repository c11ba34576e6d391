//! The function times out, no pattern matches what Lambda says then, and the client gets a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "timeout-not-matched",
    severity: Severity::Error,
    summary: "The function times out, no pattern matches what Lambda says then, and the client gets a success.",
    docs: include_str!("timeout_not_matched.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(default) = scene.masking_default() else { return Claim::Passed };
    if !matches!(scene.case.and_then(Case::outcome), Some(Outcome::TimedOut { .. })) {
        return Claim::Passed;
    }
    let at = default.span;
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} when the function times out", scene.whose()),
        label: "no pattern matches \"… Task timed out after 3.00 seconds\": this response is used".to_string(),
        remedy: "add an integration response for `(?s).*Task timed out.*` with status 504, or a catch-all `(?s).+` → 500"
            .to_string(),
        also: Vec::new(),
    })
}
