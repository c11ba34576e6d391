//! An integration response sets a header that the method response does not declare: deployment refuses it.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "header-not-declared",
    severity: Severity::Warning,
    summary: "An integration response sets a header that the method response does not declare: deployment refuses it.",
    docs: include_str!("header_not_declared.md"),
    find: Find::InProject(find),
};

fn find(project: &Project, findings: &mut Findings) {
    for (api, route, response) in integration_responses(project) {
        let (Ok((Some(declared), _)), Ok((status, _))) =
            (route.method_responses.optional(), response.status.or(&200))
        else {
            continue;
        };
        let Some(method_response) =
            declared.iter().find(|m| m.status.or(&200).is_ok_and(|(s, _)| s == status))
        else {
            continue;
        };
        for parameter in &response.parameters {
            let Some(name) = parameter.destination.strip_prefix("method.response.header.") else { continue };
            if method_response.headers.iter().any(|h| h.eq_ignore_ascii_case(name)) {
                continue;
            }
            let at = parameter.span;
            report_route(&RULE, api, Some(route), at, findings, || Claimed {
                at,
                message: format!("{}: the header {name} is mapped and not declared", route.key),
                label: format!("the method response {status} declares no {name}"),
                remedy: format!("declare the header {name} in the method response {status}"),
                also: vec![(method_response.span, "the method response".to_string())],
            });
        }
    }
}
