//! A pattern is meant as "contains", but it must match the whole message.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "pattern-partial-match",
    severity: Severity::Error,
    summary: "A pattern is meant as `contains`, but it must match the whole message.",
    docs: include_str!("pattern_partial_match.md"),
    find: Find::InExchange(find),
};

use candor_gateway::drill::Origin;

use crate::cases::{IN_A_SENTENCE, sentence};
use crate::pattern;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some((_, used, default)) = scene.selected() else { return Claim::Passed };
    if !(default && scene.is_masked()) {
        return beside_a_catch_all(scene, used, findings);
    }
    let Some(message) = scene.raised_message() else { return Claim::Passed };
    let missed = scene.error_responses().find(|(_, p)| {
        !pattern::begins(p.text.as_str()) && pattern::literal(p.text.as_str()).is_some_and(|literal| {
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
        also: vec![(used.span, "this response is used instead".to_string())],
    })
}

/// Another pattern takes the message, and the client gets that one's status.
fn beside_a_catch_all(scene: &Scene<'_>, used: &IntegrationResponse, findings: &mut Findings) -> Claim {
    let Some(case) = scene.case.filter(|case| case.note == IN_A_SENTENCE) else { return Claim::Passed };
    let Some(message) = scene.raised_message() else { return Claim::Passed };
    let missed = scene.error_responses().find(|(_, p)| {
        let literal = pattern::literal(p.text.as_str());
        literal.is_some_and(|literal| message == sentence(&literal) && pattern::matches(p, &literal)) && !pattern::matches(p, message)
    });
    let Some((response, missed)) = missed.filter(|(r, _)| r.span != used.span) else { return Claim::Passed };
    let literal = pattern::literal(missed.text.as_str()).unwrap_or_default();
    // Where the handler says these words and no more, they are all that is needed.
    let exactly = |(case, _): &(&Case, &Exchange<'_>)| {
        let raised = case.outcome().and_then(|outcome| match outcome {
            Outcome::Raised(error) => error.message(),
            _ => None,
        });
        matches!(case.origin, Origin::Source { .. }) && raised.is_some_and(|raised| pattern::matches(missed, raised))
    };
    let meant = response.status.or(&200).map_or(200, |(status, _)| *status);
    let status = scene.exchange.response.status.value;
    if status == meant || case.origin != Origin::Standard || scene.siblings.iter().any(exactly) {
        return Claim::Passed;
    }
    let at = missed.text.span();
    scene.report(&RULE, Severity::Note, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} in place of {meant} when the message says more than `{literal}`", scene.whose()),
        label: "must match the whole message, from its first character to its last".to_string(),
        remedy: format!("write `(?s).*{}.*`", missed.text.as_str().trim_matches(['^', '$'])),
        also: vec![(used.span, "this response is used instead".to_string())],
    })
}
