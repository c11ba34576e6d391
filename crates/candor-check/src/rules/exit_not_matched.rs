//! The function's process dies, no pattern matches what Lambda says then, and the client gets a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "exit-not-matched",
    severity: Severity::Error,
    summary: "The function's process dies, no pattern matches what Lambda says then, and the client gets a success.",
    docs: include_str!("exit_not_matched.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(default) = scene.masking_default() else { return Claim::Passed };
    let died = matches!(
        scene.case.and_then(Case::outcome),
        Some(Outcome::Exited | Outcome::OutOfMemory | Outcome::InitFailed(_))
    );
    if !died {
        return Claim::Passed;
    }
    let at = default.span;
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} when the function's process dies", scene.whose()),
        label: "no pattern matches \"… Runtime exited with error: …\": this response is used".to_string(),
        remedy: "add an integration response for `(?s).*Runtime exited.*` with status 500, or a catch-all `(?s).+` → 500"
            .to_string(),
        also: Vec::new(),
    })
}
