//! A failure arrives as a success, in a way that no other rule describes.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "masked-failure",
    severity: Severity::Error,
    summary: "A failure arrives as a success, in a way that no other rule describes.",
    docs: include_str!("masked_failure.md"),
    find: Find::InAnyExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    report_leftover(scene, &RULE, Verdict::MaskedFailure, findings)
}
