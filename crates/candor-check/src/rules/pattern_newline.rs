//! A dot does not match a line break: errors of several lines pass the pattern and become a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "pattern-newline",
    severity: Severity::Warning,
    summary: "A dot does not match a line break: errors of several lines pass the pattern and become a success.",
    docs: include_str!("pattern_newline.md"),
    find: Find::InExchange(find),
};

use crate::pattern;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(default) = scene.masking_default() else { return Claim::Passed };
    let Some(message) = scene.raised_message().filter(|m| m.contains('\n')) else { return Claim::Passed };
    let in_one_line = message.replace('\n', " ");
    let Some((_, missed)) = scene.error_responses().find(|(_, p)| pattern::matches(p, &in_one_line)) else {
        return Claim::Passed;
    };
    let at = missed.text.span();
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} when the error message has several lines", scene.whose()),
        label: "`.` does not match a line break, and the whole message must match".to_string(),
        remedy: format!("write `(?s){}`", missed.text.as_str()),
        also: vec![(default.span, "this response is used instead".to_string())],
    })
}
