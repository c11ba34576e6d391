//! An error pattern matches the empty text of a success as well: every success arrives as an error.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "pattern-matches-success",
    severity: Severity::Error,
    summary: "An error pattern matches the empty text of a success as well: every success arrives as an error.",
    docs: include_str!("pattern_matches_success.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some((_, response, false)) = scene.selected().filter(|_| scene.is_false_alarm()) else { return Claim::Passed };
    let at = response.selection_pattern.span();
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} when the function succeeds", scene.whose()),
        label: "matches the empty text, which is what a success is matched as".to_string(),
        remedy: "write `(?s).+`: at least one character".to_string(),
        also: Vec::new(),
    })
}
