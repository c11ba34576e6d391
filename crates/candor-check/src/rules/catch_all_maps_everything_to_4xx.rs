//! A clause that catches everything lays every failure at the client's door: 4xx.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "catch-all-maps-everything-to-4xx",
    severity: Severity::Warning,
    summary: "A clause that catches everything lays every failure at the client's door: 4xx.",
    docs: include_str!("catch_all_maps_everything_to_4xx.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(failure), Some(_)) = (scene.swallowed(), scene.answer()) else { return Claim::Passed };
    let status = scene.exchange.response.status.value;
    // Code that was not read may be what validates the request: its failures are the client's.
    if !failure.broad || failure.what != Failed::Effect || !(400..500).contains(&status) {
        return Claim::Passed;
    }
    // The status tells of something else, and not of the failure.
    if failure.answered.is_none() && failure.beside {
        return Claim::Passed;
    }
    let at = scene.place(failure.caught);
    let answered = failure.answered.map(|answered| (scene.place(answered), format!("is answered with {status}")));
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} whatever fails, the server's own failures included", scene.whose()),
        label: "catches everything, and the client is told that it is to blame".to_string(),
        remedy: "catch the client's mistakes by their class, and answer 500 to everything else".to_string(),
        also: std::iter::once((scene.place(failure.raised), "what fails".to_string())).chain(answered).collect(),
    })
}
