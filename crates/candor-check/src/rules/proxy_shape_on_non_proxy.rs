//! An answer for a proxy integration goes through a mapped one: the client gets the envelope, with 200.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "proxy-shape-on-non-proxy",
    severity: Severity::Error,
    summary: "An answer for a proxy integration goes through a mapped one: the client gets the envelope, with 200.",
    docs: include_str!("proxy_shape_on_non_proxy.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(path), Some(answer)) = (scene.path(), scene.answer()) else { return Claim::Passed };
    let Some(said) = answer.shape.entry("statusCode").filter(|entry| is_status(&entry.value)) else {
        return Claim::Passed;
    };
    let status = scene.exchange.response.status.value;
    if !scene.is_mapped() || status >= 400 || !arrives(scene) {
        return Claim::Passed;
    }
    let error = match status_of(&said.value) {
        Some(said) => said >= 400,
        None => path.failure.as_ref().is_some_and(|failure| failure.answered.is_some()),
    };
    let at = scene.place(answer.made.unwrap_or(path.at));
    let severity = if error { Severity::Error } else { Severity::Warning };
    scene.report(&RULE, severity, at, findings, || Claimed {
        at,
        message: match (error, status_of(&said.value)) {
            (true, Some(said)) => format!("{} answers {status}, and the {said} stands in the body", scene.whose()),
            (true, None) => format!("{} answers {status}, and the error's status stands in the body", scene.whose()),
            (false, _) => format!("{} answers with the envelope in place of its content", scene.whose()),
        },
        label: "an envelope that only a proxy integration opens: here it is data".to_string(),
        remedy: if error {
            "raise, with a message that a selection pattern matches; or make the integration a proxy (AWS_PROXY)"
        } else {
            "return the content itself; or make the integration a proxy (AWS_PROXY)"
        }
        .to_string(),
        also: scene.selected().map(|(_, r, _)| (r.span, "sends it as it is".to_string())).into_iter().collect(),
    })
}

fn is_status(value: &Shape) -> bool {
    matches!(value, Shape::Number(_) | Shape::Unknown { .. }) || status_of(value).is_some()
}

/// The status that the envelope says, where it is known.
fn status_of(value: &Shape) -> Option<u16> {
    let (Shape::Number(Some(text)) | Shape::Text { known: Some(text), .. }) = value else { return None };
    text.parse().ok().filter(|status| (100..600).contains(status))
}

/// Whether the client gets the envelope: no template opens it, and none takes its status.
fn arrives(scene: &Scene<'_>) -> bool {
    let steps = scene.exchange.trace.steps();
    if steps.iter().any(|step| matches!(step.what, What::StatusOverridden { .. })) {
        return false;
    }
    let body = &scene.exchange.response.body;
    match scene.exchange.trace.step(body.step).what {
        What::PassedThrough => true,
        What::ResponseTemplateRendered { .. } => match body.value.bytes().and_then(|b| std::str::from_utf8(b).ok()) {
            Some(body) => candor_contract::json::Json::read(body).is_ok_and(|json| json.get("statusCode").is_some()),
            // The answer is known in part only: what is left is a template that takes all of it.
            None => scene.body_template().is_some_and(|template| {
                ["$input.json('$')", "$input.json(\"$\")", "$input.body"].contains(&template.text.as_str().trim())
            }),
        },
        _ => false,
    }
}
