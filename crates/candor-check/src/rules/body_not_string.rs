//! The body is not text.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "body-not-string",
    severity: Severity::Error,
    summary: "The body is not text.",
    docs: include_str!("body_not_string.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(answer), Some(_)) = (scene.answer(), scene.proxy_format()) else { return Claim::Passed };
    let Some(entry) = answer.shape.entry("body") else { return Claim::Passed };
    let what = match &entry.value {
        // Whatever reads it: the runtime cannot write it.
        Shape::NotJson(what) => *what,
        _ if !scene.wants_envelope() => return Claim::Passed,
        Shape::Dict { .. } => "a dictionary",
        Shape::List { .. } => "a list",
        Shape::Number(_) => "a number",
        Shape::Bool(_) => "a boolean",
        // A load balancer alone minds.
        Shape::Null if scene.is_alb() => "`None`",
        Shape::Text { .. } | Shape::Null | Shape::Unknown { .. } => return Claim::Passed,
    };
    let unwritable = answer.shape.not_json().is_some();
    if !unwritable && scene.malformed_entry("body").is_none() {
        return Claim::Passed;
    }
    let at = scene.place(entry.at);
    let status = scene.exchange.response.status.value;
    // What is lost: a success, whose fault it was, or nothing but the words.
    let severity = match said_status(&answer.shape) {
        Some(500..) => Severity::Note,
        Some(400..) => Severity::Warning,
        _ => RULE.severity,
    };
    scene.report(&RULE, severity, at, findings, || Claimed {
        at,
        message: match said_status(&answer.shape).filter(|said| *said != status) {
            Some(said) => format!("{} answers {status} in place of {said} because the body is {what}", scene.whose()),
            None => format!("{} answers {status} because the body is {what}", scene.whose()),
        },
        label: match entry.value {
            Shape::NotJson(_) => "the runtime cannot write this as JSON: the function fails after its work",
            _ => "the gateway takes text, and refuses the whole answer",
        }
        .to_string(),
        remedy: match what {
            "an exception" => "write `str(...)` of it",
            "`None`" => "leave `body` out, or write `\"\"`",
            _ => "write `json.dumps(...)` of it",
        }
        .to_string(),
        also: Vec::new(),
    })
}
