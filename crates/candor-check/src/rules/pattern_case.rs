//! A pattern would match what the handler raises, but for upper and lower case.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "pattern-case",
    severity: Severity::Warning,
    summary: "A pattern would match what the handler raises, but for upper and lower case.",
    docs: include_str!("pattern_case.md"),
    find: Find::InExchange(find),
};

use candor_vtl::JavaRegex;

use crate::pattern;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(End::Raised(raised)) = scene.path().map(|path| &path.end) else { return Claim::Passed };
    let Some(message) = raised.message.as_deref().filter(|_| scene.is_mapped()) else { return Claim::Passed };
    let (Some(path), Some((used, response, _))) = (scene.path(), scene.selected()) else { return Claim::Passed };
    let but_for_case = |p: &Pattern| {
        let anyhow = JavaRegex::parse(&format!("(?i){}", p.text.as_str()));
        !pattern::matches(p, message) && anyhow.is_ok_and(|anyhow| anyhow.matches(message) == Ok(true))
    };
    let Some((_, missed)) = scene.error_responses().find(|(_, p)| but_for_case(p)) else { return Claim::Passed };
    // Another pattern that looks for words was meant for this one, and took it.
    let used = scene.responses()[used].selection_pattern.optional().ok().and_then(|(pattern, _)| pattern);
    if !scene.is_masked() && used.is_some_and(|used| pattern::literal(used.text.as_str()).is_some()) {
        return Claim::Passed;
    }
    let at = missed.text.span();
    let severity = if scene.is_masked() { Severity::Error } else { RULE.severity };
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} to `{message}`", scene.whose()),
        label: "would match it, but for upper and lower case".to_string(),
        remedy: format!("write `(?i){}`", missed.text.as_str()),
        also: vec![
            (scene.place(path.at), "is raised here".to_string()),
            (response.span, "this response is used instead".to_string()),
        ],
    })
}
