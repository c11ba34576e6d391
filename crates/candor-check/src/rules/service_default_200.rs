//! Behind the route stands an AWS service, and what the service refuses is answered as a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "service-default-200",
    severity: Severity::Error,
    summary: "An AWS service refuses the call, and the client gets the default response: a success.",
    docs: include_str!("service_default_200.md"),
    find: Find::AtEndpoint(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    if !scene.is_mapped() {
        return Claim::Passed;
    }
    report_endpoint_error(scene, &RULE, "the service", findings)
}
