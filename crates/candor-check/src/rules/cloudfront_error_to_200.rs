//! CloudFront replaces the API's errors by a page with status 200.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "cloudfront-error-to-200",
    severity: Severity::Error,
    summary: "CloudFront replaces the API's errors by a page with status 200.",
    docs: include_str!("cloudfront_error_to_200.md"),
    find: Find::InProject(find),
};

fn find(project: &Project, findings: &mut Findings) {
    for distribution in project.distributions.iter().filter(|d| d.api_origin) {
        for response in &distribution.custom_error_responses {
            let (Ok((Some(error), _)), Ok((Some(code), _))) =
                (response.error_code.optional(), response.response_code.optional())
            else {
                continue;
            };
            if *code >= 400 {
                continue;
            }
            let at = response.response_code.span();
            let concerned = Concerned { api: &distribution.logical_id, route: None, function: None };
            findings.add(&RULE, RULE.severity, at, concerned, || Claimed {
                at,
                message: format!("{} answers {code} when the API behind it answers {error}", distribution.logical_id),
                label: "holds for every behavior of the distribution, the API's included".to_string(),
                remedy: "rewrite the paths of the single-page app in a CloudFront function of its own behavior instead".to_string(),
                also: Vec::new(),
            }, || None);
        }
    }
}
