//! Square brackets around words make a character class: the pattern matches single letters.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "pattern-char-class",
    severity: Severity::Error,
    summary: "Square brackets around words make a character class: the pattern matches single letters.",
    docs: include_str!("pattern_char_class.md"),
    find: Find::InExchange(find),
};

use crate::pattern;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let masked = scene.masking_default().is_some();
    // Not masked: the class takes messages that it was not meant for, and gives them its status.
    let taken = scene.selected().filter(|_| scene.raised_message().is_some()).map(|(_, response, _)| response.span);
    let concerned = |response: &IntegrationResponse| masked || Some(response.span) == taken;
    let mistaken = scene.error_responses().filter(|(response, _)| concerned(response));
    let mut mistaken = mistaken.filter_map(|(_, p)| Some((p, pattern::class_of_words(p.text.as_str())?)));
    let Some((pattern, range)) = mistaken.next() else { return Claim::Passed };
    let severity = if masked { RULE.severity } else { Severity::Warning };
    let at = pattern.text.at(range.start as u32..range.end as u32);
    let what = pattern.text.as_str()[range].to_string();
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} {}", scene.whose(), scene.when()),
        label: format!("`{what}` matches one letter, not these words"),
        remedy: "escape the brackets (`\\[`, `\\]`), or leave them out".to_string(),
        also: Vec::new(),
    })
}
