//! The handler makes JSON of something that JSON cannot say.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "serialisation-fails",
    severity: Severity::Warning,
    summary: "The handler makes JSON of something that JSON cannot say.",
    docs: include_str!("serialisation_fails.md"),
    find: Find::InHandler(find),
};

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    let function = &scene.function.logical_id;
    for unsaid in &scene.handler.facts.unsaid {
        let at = scene.place(unsaid.at);
        let severity = if unsaid.certain { RULE.severity } else { Severity::Note };
        scene.report(&RULE, severity, at, findings, || Claimed {
            at,
            message: match unsaid.certain {
                true => format!("{function} fails here: JSON cannot say {}", unsaid.what),
                false => format!("{function} fails here if the item has a number: JSON cannot say {}", unsaid.what),
            },
            label: "`json.dumps` raises a TypeError after the work is done".to_string(),
            remedy: "convert it, or say how with `default=`: `json.dumps(..., default=str)`".to_string(),
            also: Vec::new(),
        });
    }
    for (path, answer) in scene.answers() {
        // An exception and a body have rules of their own.
        let body = answer.shape.entry("body").is_some_and(|body| matches!(body.value, Shape::NotJson(_)));
        let Some(what) = answer.shape.not_json().filter(|_| answer.kind != Kind::Exception && !body) else { continue };
        let at = scene.place(unsayable(&answer.shape).or(answer.made).unwrap_or(path.given()));
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: format!("{function} fails when it returns {what}: JSON cannot say it"),
            label: "the runtime cannot write this: an error of the function, after its work".to_string(),
            remedy: match what {
                "a coroutine" => "the runtime awaits nothing: make the handler a plain function with `asyncio.run(...)`",
                _ => "convert it to something that JSON can say",
            }
            .to_string(),
            also: Vec::new(),
        });
    }
}

/// The innermost entry that JSON cannot say.
fn unsayable(shape: &Shape) -> Option<Place> {
    match shape {
        Shape::Dict { entries, .. } => {
            let guilty = entries.iter().find(|entry| entry.value.not_json().is_some())?;
            Some(unsayable(&guilty.value).unwrap_or(guilty.at))
        }
        Shape::List { items, .. } => items.iter().find_map(unsayable),
        _ => None,
    }
}
