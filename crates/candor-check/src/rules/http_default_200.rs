//! Behind the route stands an HTTP back end, and its errors are answered as successes.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "http-default-200",
    severity: Severity::Error,
    summary: "An HTTP back end answers with an error, and the client gets the default response: a success.",
    docs: include_str!("http_default_200.md"),
    find: Find::AtEndpoint(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    report_endpoint_error(scene, &RULE, "the back end", findings)
}
