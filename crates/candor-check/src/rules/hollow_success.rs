//! A success arrives without its content, in a way that no other rule describes.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "hollow-success",
    severity: Severity::Warning,
    summary: "A success arrives without its content, in a way that no other rule describes.",
    docs: include_str!("hollow_success.md"),
    find: Find::InAnyExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    report_leftover(scene, &RULE, Verdict::HollowSuccess, findings)
}
