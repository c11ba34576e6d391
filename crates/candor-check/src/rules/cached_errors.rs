//! Responses are cached, and a failure that arrives as a success is served to everyone until the cache forgets it.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "cached-errors",
    severity: Severity::Warning,
    summary: "Responses are cached: a failure that arrives as a success is served to everyone until the cache forgets it.",
    docs: include_str!("cached_errors.md"),
    find: Find::InExchange(find),
};

/// Adds to what is found, and leaves the exchange to the rule that says what masks it.
fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Ok((Some(true), _)) = scene.api.stage.caching.optional() else { return Claim::Passed };
    // The cache keeps answers of GET methods ("Cache settings for REST APIs").
    let read = scene.route.is_some_and(|route| matches!(route.key.method.as_str(), "GET" | "ANY"));
    if !read || !scene.is_masked() {
        return Claim::Passed;
    }
    let at = scene.api.stage.caching.span();
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} keeps its {status} {} in the cache", scene.whose(), scene.when()),
        label: "what the cache holds is an answer like any other: the failure outlives its cause".to_string(),
        remedy: "let the failure have a status of its own: errors are not cached; until then, no cache on this method".to_string(),
        also: scene.route.map(|r| (r.span, "the route".to_string())).into_iter().collect(),
    });
    Claim::Passed
}
