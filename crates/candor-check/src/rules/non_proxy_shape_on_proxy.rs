//! The handler returns bare data where the gateway wants an envelope with a status and a body.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "non-proxy-shape-on-proxy",
    severity: Severity::Error,
    summary: "The handler returns bare data where the gateway wants an envelope with a status and a body.",
    docs: include_str!("non_proxy_shape_on_proxy.md"),
    find: Find::InExchange(find),
};

use candor_contract::payload::REST_KEYS;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(path), Some(answer)) = (scene.path(), scene.answer()) else { return Claim::Passed };
    if !scene.wants_envelope() || scene.malformed().is_none() {
        return Claim::Passed;
    }
    let what = match (answer.kind, &answer.shape) {
        (Kind::Dict, shape) if REST_KEYS.iter().all(|key| shape.entry(key).is_none()) => "a bare dictionary",
        (Kind::List, _) => "a list",
        (Kind::Tuple, _) => "a tuple",
        (Kind::Plain, Shape::Text { .. }) => "text",
        (Kind::Plain, Shape::Number(_)) => "a number",
        (Kind::Plain, Shape::Bool(_)) => "a boolean",
        (Kind::Dict | Kind::Plain, _) => return Claim::Passed,
        (Kind::FellOff | Kind::Nothing | Kind::Exception | Kind::NotJson | Kind::Unknown, _) => return Claim::Passed,
    };
    let at = scene.place(answer.made.unwrap_or(path.given()));
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} because the handler returns {what}", scene.whose()),
        label: "the gateway reads `statusCode`, `headers` and `body`, and refuses this".to_string(),
        remedy: match what {
            "text" => "return {\"statusCode\": 200, \"body\": ...}",
            _ => "return {\"statusCode\": 200, \"body\": json.dumps(...)}",
        }
        .to_string(),
        also: Vec::new(),
    })
}
