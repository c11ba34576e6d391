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
    report_leftover(scene, &RULE, Verdict::WrongStatus, findings)
}
