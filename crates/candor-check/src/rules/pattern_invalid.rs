//! A selection pattern is no regular expression of Java's: it never matches.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "pattern-invalid",
    severity: Severity::Error,
    summary: "A selection pattern is no regular expression of Java's: it never matches.",
    docs: include_str!("pattern_invalid.md"),
    find: Find::InProject(find),
};

fn find(project: &Project, findings: &mut Findings) {
    for (api, route, response) in integration_responses(project) {
        let Ok((Some(pattern), _)) = response.selection_pattern.optional() else { continue };
        let Err(error) = &pattern.regex else { continue };
        if !error.is_invalid() {
            continue;
        }
        let at = pattern.text.span();
        report_route(&RULE, api, Some(route), at, findings, || Claimed {
            at,
            message: format!("{}: a selection pattern is no regular expression", route.key),
            label: error.to_string(),
            remedy: "write a Java regular expression; AWS matches it against the whole message".to_string(),
            also: Vec::new(),
        });
    }
}
