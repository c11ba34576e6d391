//! An error is returned in place of being raised: no pattern sees it, and the client gets a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "error-returned-not-raised",
    severity: Severity::Error,
    summary: "An error is returned in place of being raised: no pattern sees it, and the client gets a success.",
    docs: include_str!("error_returned_not_raised.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(path), Some(answer)) = (scene.path(), scene.answer()) else { return Claim::Passed };
    let status = scene.exchange.response.status.value;
    let Some((_, response, true)) = scene.selected().filter(|_| scene.is_mapped() && status < 400) else {
        return Claim::Passed;
    };
    let Some(told) = scene.in_the_teams_envelope().or_else(|| told(path, answer)) else { return Claim::Passed };
    let at = scene.place(told);
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} to an error that the handler returns", scene.whose()),
        label: "selection patterns see what is raised; this is data".to_string(),
        remedy: "raise, with a message that a selection pattern matches".to_string(),
        also: vec![(response.span, "this response is used: the default".to_string())],
    })
}

/// Where the answer says that something went wrong.
fn told(path: &Path, answer: &Answer) -> Option<Place> {
    if answer.tells.is_some() {
        return answer.tells;
    }
    // The text of the exception, returned from the clause that caught it.
    path.failure.as_ref()?.answered?;
    let is_text = |value: &Shape| matches!(value, Shape::Text { tells: true, .. });
    match &answer.shape {
        Shape::Dict { entries, .. } => entries.iter().find(|entry| is_text(&entry.value)).map(|entry| entry.at),
        whole => is_text(whole).then_some(path.at),
    }
}
