//! Two patterns match the same error with different statuses: which of them wins, nobody documents.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "overlapping-patterns",
    severity: Severity::Warning,
    summary: "Two patterns match the same error with different statuses: which of them wins, nobody documents.",
    docs: include_str!("overlapping_patterns.md"),
    find: Find::InProject(find),
};

use crate::pattern;

fn find(project: &Project, findings: &mut Findings) {
    for api in &project.apis {
        for route in &api.routes {
            let responses = route.integration.responses.optional().ok().and_then(|(r, _)| r);
            let patterns: Vec<(&IntegrationResponse, &Pattern, u16)> = responses
                .into_iter()
                .flatten()
                .filter_map(|response| {
                    let pattern = response.selection_pattern.optional().ok()?.0?;
                    Some((response, pattern, *response.status.or(&200).ok()?.0))
                })
                .filter(|(_, pattern, _)| !pattern.text.as_str().is_empty())
                // A catch-all beside narrower patterns is how AWS's guides write it, and a recording shows the narrower
                // one of the lower status winning.
                .filter(|(_, pattern, _)| pattern::literal(pattern.text.as_str()).is_some())
                .collect();
            for (i, (_, pattern, status)) in patterns.iter().enumerate() {
                let Some(literal) = pattern::literal(pattern.text.as_str()) else { continue };
                let texts = [literal.clone(), format!("order 17: {literal}: no such thing")];
                let other = patterns.iter().enumerate().find(|(j, (_, other, other_status))| {
                    // The lower status wins in the one recording there is: only where the broader pattern has it does the
                    // narrower one lose.
                    i != *j && other_status < status && texts.iter().all(|t| pattern::matches(other, t) || !pattern::matches(pattern, t))
                        && texts.iter().any(|t| pattern::matches(pattern, t))
                });
                let Some((_, (second, _, other_status))) = other else { continue };
                let at = pattern.text.span();
                report_route(&RULE, api, Some(route), at, findings, || Claimed {
                    at,
                    message: format!("{}: every error that this pattern means also matches the one for {other_status}", route.key),
                    label: format!("{status} here, {other_status} there: which one wins is not documented"),
                    remedy: "make the patterns exclude each other".to_string(),
                    also: vec![(second.span, "the other pattern".to_string())],
                });
            }
        }
    }
}
