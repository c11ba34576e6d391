//! An error in JSON is decoded as if it were base64: the client gets a 500 that says nothing.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "content-handling-decode",
    severity: Severity::Warning,
    summary: "An error in JSON is decoded as if it were base64: the client gets a 500 that says nothing.",
    docs: include_str!("content_handling_decode.md"),
    find: Find::InProject(find),
};

use candor_gateway::api::ContentHandling;

fn find(project: &Project, findings: &mut Findings) {
    for (api, route, response) in integration_responses(project) {
        let Ok((Some(ContentHandling::ConvertToBinary), _)) = response.content_handling.optional() else { continue };
        let error = response.status.or(&200).is_ok_and(|(status, _)| *status >= 400);
        if !error {
            continue;
        }
        let at = response.content_handling.span();
        report_route(&RULE, api, Some(route), at, findings, || Claimed {
            at,
            message: format!("{} answers 500 in place of the error that was meant", route.key),
            label: "what went wrong is told in JSON, which is no base64: it cannot be decoded".to_string(),
            remedy: "leave contentHandling out of responses for errors".to_string(),
            also: vec![(response.span, "the response".to_string())],
        });
    }
}
