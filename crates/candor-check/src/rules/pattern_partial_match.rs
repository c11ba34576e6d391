//! A pattern is meant as "contains", but it must match the whole message.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "pattern-partial-match",
    severity: Severity::Error,
    summary: "A pattern is meant as `contains`, but it must match the whole message.",
    docs: include_str!("pattern_partial_match.md"),
    find: Find::InExchange(find),
};

use crate::pattern;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(default) = scene.masking_default() else { return Claim::Passed };
    let Some(message) = scene.raised_message() else { return Claim::Passed };
    let missed = scene.error_responses().find(|(_, p)| {
        pattern::literal(p.text.as_str()).is_some_and(|literal| {
            message != literal && message.contains(&literal) && !pattern::matches(p, &message.replace('\n', " "))
        })
    });
    let Some((_, missed)) = missed else { return Claim::Passed };
    let at = missed.text.span();
    let status = scene.exchange.response.status.value;
    let literal = pattern::literal(missed.text.as_str()).unwrap_or_default();
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} when the message says more than `{literal}`", scene.whose()),
        label: "must match the whole message, from its first character to its last".to_string(),
        remedy: format!("write `(?s).*{}.*`", missed.text.as_str().trim_matches(['^', '$'])),
        also: vec![(default.span, "this response is used instead".to_string())],
    })
}
