//! An error says nothing to the client beyond AWS's stock text.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "opaque-error",
    severity: Severity::Note,
    summary: "An error says nothing to the client beyond AWS's stock text.",
    docs: include_str!("opaque_error.md"),
    find: Find::InAnyExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    report_leftover(scene, &RULE, Verdict::OpaqueError, findings)
}
