//! A success arrives as a failure, in a way that no other rule describes.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "false-alarm",
    severity: Severity::Warning,
    summary: "A success arrives as a failure, in a way that no other rule describes.",
    docs: include_str!("false_alarm.md"),
    find: Find::InAnyExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    report_leftover(scene, &RULE, Verdict::FalseAlarm, findings)
}
