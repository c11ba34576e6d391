//! One error arrives as another, in a way that no other rule describes.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "wrong-status",
    severity: Severity::Warning,
    summary: "One error arrives as another, in a way that no other rule describes.",
    docs: include_str!("wrong_status.md"),
    find: Find::InAnyExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    // Which of its own statuses stands for a back end's is the API's to say, and a pattern or a template says it: a 400 of a service that the gateway
    // called wrongly is a 500 to the client.
    let overridden = scene.exchange.trace.steps().iter().any(|s| matches!(s.what, What::StatusOverridden { .. }));
    let mapped = overridden || matches!(scene.selected(), Some((_, _, false)));
    if scene.judgement.verdict == Verdict::WrongStatus && scene.exchange.endpoint.is_some() && mapped {
        return Claim::Claimed;
    }
    report_leftover(scene, &RULE, Verdict::WrongStatus, findings)
}
