//! The answer has a key that a REST API does not know: it is refused whole.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "unknown-response-key",
    severity: Severity::Error,
    summary: "The answer has a key that a REST API does not know: it is refused whole.",
    docs: include_str!("unknown_response_key.md"),
    find: Find::InExchange(find),
};

use candor_contract::payload::REST_KEYS;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    if scene.proxy_format() != Some(ProxyFormat::RestProxy) {
        return Claim::Passed;
    }
    let (Some(answer), Some(malformed)) = (scene.answer(), scene.malformed()) else { return Claim::Passed };
    let entry = malformed.pointer.strip_prefix('/').and_then(|key| scene.malformed_entry(key));
    let Some(entry) = entry.filter(|entry| !REST_KEYS.contains(&entry.key.as_str())) else { return Claim::Passed };
    // Without any key of an envelope it is no envelope with a key too many.
    if !REST_KEYS.iter().any(|key| answer.shape.entry(key).is_some()) {
        return Claim::Passed;
    }
    let at = scene.place(entry.at);
    let status = scene.exchange.response.status.value;
    let meant = REST_KEYS.iter().find(|key| key.eq_ignore_ascii_case(&entry.key));
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} because of the key `{}`", scene.whose(), entry.key),
        label: format!("a REST API knows {} and refuses an answer with any other key", REST_KEYS.join(", ")),
        remedy: match (meant, entry.key.as_str()) {
            (Some(key), _) => format!("write `{key}`"),
            (None, "cookies") => "set cookies with `multiValueHeaders`: {\"Set-Cookie\": [...]}".to_string(),
            (None, _) => "put it into the body, or leave it out".to_string(),
        },
        also: Vec::new(),
    })
}
