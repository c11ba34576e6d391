//! A request of another content type reaches the function as it is, the function raises, and the client gets a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "request-passthrough",
    severity: Severity::Note,
    summary: "A request of another content type reaches the function unmapped, and what it raises about that is masked.",
    docs: include_str!("request_passthrough.md"),
    find: Find::InExchange(find),
};

use candor_gateway::api::PassthroughBehavior;

/// A note: the masking has a finding of its own. Adds to what is found, and leaves the exchange to the rule that says what masks it.
fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(route) = scene.route.filter(|_| scene.is_mapped() && scene.is_masked()) else { return Claim::Passed };
    let raised = scene.case.is_some_and(|case| case.slug == "raised" && case.note.is_empty());
    let with_body = matches!(route.key.method.as_str(), "POST" | "PUT" | "PATCH" | "ANY");
    let templates = &route.integration.request_templates;
    let any_type = templates.iter().any(|t| t.content_type == "$default");
    if !raised || !with_body || templates.is_empty() || any_type {
        return Claim::Passed;
    }
    let behavior = &route.integration.passthrough_behavior;
    if !matches!(behavior.optional(), Ok((None | Some(PassthroughBehavior::WhenNoMatch), _))) {
        return Claim::Passed;
    }
    let at = behavior.span();
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} to a request that its template does not fit", scene.whose()),
        label: "a content type without a template goes to the function as it is, and what it raises becomes a success".to_string(),
        remedy: "`passthroughBehavior: never`: such a request is refused with 415".to_string(),
        also: templates.first().map(|t| (t.key, "the template".to_string())).into_iter().collect(),
    });
    Claim::Passed
}
