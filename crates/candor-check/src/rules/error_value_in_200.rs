//! A success that tells of an error: nothing was raised, and the status says that all went well.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "error-value-in-200",
    severity: Severity::Warning,
    summary: "A success that tells of an error: nothing was raised, and the status says that all went well.",
    docs: include_str!("error_value_in_200.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(tells) = scene.success_that_tells() else { return Claim::Passed };
    let at = scene.place(tells);
    let status = scene.exchange.response.status.value;
    // Of several things one went wrong: whoever reads the answer sees which.
    let in_part = scene.answer().is_some_and(|answer| answer.in_part);
    let severity = if in_part { Severity::Note } else { RULE.severity };
    scene.report(&RULE, severity, at, findings, || Claimed {
        at,
        message: match in_part {
            true => format!("{} answers {status} and tells of an error in a part of its answer", scene.whose()),
            false => format!("{} answers {status} around an error", scene.whose()),
        },
        label: "this says that something went wrong, and the status does not".to_string(),
        remedy: "answer with a status of 400 and above".to_string(),
        also: Vec::new(),
    })
}
