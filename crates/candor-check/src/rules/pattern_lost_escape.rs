//! A backslash was lost on the way into the file, and the pattern looks for something else.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "pattern-lost-escape",
    severity: Severity::Error,
    summary: "A backslash was lost on the way into the file, and the pattern looks for something else.",
    docs: include_str!("pattern_lost_escape.md"),
    find: Find::InAnyExchange(find),
};

use crate::pattern;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    if scene.masking_default().is_none() {
        return Claim::Passed;
    }
    let mistaken = scene.error_responses().find_map(|(_, p)| Some((p, pattern::lost_escape(p.text.as_str())?)));
    let Some((pattern, range)) = mistaken else { return Claim::Passed };
    let at = pattern.text.at(range.start as u32..range.end as u32);
    let what = pattern.text.as_str()[range].to_string();
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} {}", scene.whose(), scene.when()),
        label: format!("`{what}` seems to have lost a backslash"),
        remedy: "double the backslash in the file that this one was made from: `\\\\[404\\\\]`, `[\\\\s\\\\S]*`".to_string(),
        also: Vec::new(),
    })
}
