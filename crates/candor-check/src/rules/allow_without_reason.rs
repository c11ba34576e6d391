//! A comment allows a finding and gives no reason.

use super::*;

pub(crate) static RULE: Rule = Rule {
    slug: "allow-without-reason",
    severity: Severity::Note,
    summary: "A comment allows a finding and gives no reason.",
    docs: include_str!("allow_without_reason.md"),
    find: Find::InComments,
};
