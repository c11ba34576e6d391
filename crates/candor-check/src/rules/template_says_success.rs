//! A response that failures reach has a template with fixed text: the client reads of a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "template-says-success",
    severity: Severity::Error,
    summary: "A response that failures reach has a template with fixed text: the client reads of a success.",
    docs: include_str!("template_says_success.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(template) = scene.body_template().filter(|_| scene.is_masked()) else { return Claim::Passed };
    let constant = template.parsed.as_ref().is_ok_and(|parsed| parsed.is_constant());
    let reached_by_default = scene.selected().is_some_and(|(_, _, default)| default);
    // Where patterns were written for errors, the fixed text is meant for successes: the patterns are to blame.
    if !constant || (reached_by_default && scene.error_responses().next().is_some()) {
        return Claim::Passed;
    }
    let status = scene.exchange.response.status.value;
    let at = first_line(template);
    let also = scene.selected().map(|(_, r, _)| (r.span, "failures come here: no error pattern stands before".to_string()));
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} and the text of a success {}", scene.whose(), scene.when()),
        label: "this text is sent whether the function succeeded or not".to_string(),
        remedy: "add an integration response for errors (`(?s).+` → 500) with a template that says so".to_string(),
        also: also.into_iter().collect(),
    })
}

/// The first line of a template that holds more than a comment.
pub(super) fn first_line(template: &TemplateText) -> Span {
    let text = template.text.as_str();
    let is_comment = |line: &str| line.trim_start().starts_with("##") || line.trim().is_empty();
    let comments: usize = text.split_inclusive('\n').take_while(|line| is_comment(line)).map(str::len).sum();
    let start = if comments < text.len() { comments } else { 0 };
    let start = start + text[start..].len() - text[start..].trim_start().len();
    let end = text[start..].find('\n').map_or(text.len(), |n| start + n);
    let end = start + text[start..end].trim_end().len();
    template.text.at(start as u32..end as u32)
}
