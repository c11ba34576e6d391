//! Two integration responses have no pattern: which of them is the default, nobody documents.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "duplicate-default",
    severity: Severity::Warning,
    summary: "Two integration responses have no pattern: which of them is the default, nobody documents.",
    docs: include_str!("duplicate_default.md"),
    find: Find::InProject(find),
};

fn find(project: &Project, findings: &mut Findings) {
    for api in &project.apis {
        for route in &api.routes {
            let responses = route.integration.responses.optional().ok().and_then(|(r, _)| r);
            let defaults: Vec<_> =
                responses.into_iter().flatten().filter(|r| r.is_default() == Ok(true)).collect();
            let [first, second, ..] = defaults.as_slice() else { continue };
            let at = second.span;
            report_route(&RULE, api, Some(route), at, findings, || Claimed {
                at,
                message: format!("{} has {} default responses", route.key, defaults.len()),
                label: "no pattern here either: which of them answers is not documented".to_string(),
                remedy: "give all responses but one a selection pattern".to_string(),
                also: vec![(first.span, "the first one".to_string())],
            });
        }
    }
}
