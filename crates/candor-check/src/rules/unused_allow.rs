//! A comment allows a finding that is not there.

use super::*;

pub(crate) static RULE: Rule = Rule {
    slug: "unused-allow",
    severity: Severity::Warning,
    summary: "A comment allows a finding that is not there: it would hide the next one.",
    docs: include_str!("unused_allow.md"),
    find: Find::InComments,
};
