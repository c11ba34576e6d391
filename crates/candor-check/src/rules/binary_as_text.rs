//! The answer is base64, and the API has no type that it decodes: the client gets base64 as text.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "binary-as-text",
    severity: Severity::Warning,
    summary: "The answer is base64, and the API has no type that it decodes: the client gets base64 as text.",
    docs: include_str!("binary_as_text.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(answer), Some(ProxyFormat::RestProxy)) = (scene.answer(), scene.proxy_format()) else {
        return Claim::Passed;
    };
    let Some(encoded) = answer.shape.entry("isBase64Encoded") else { return Claim::Passed };
    let status = scene.exchange.response.status.value;
    // With a binary type it is the client's Accept that decides.
    let Ok((types, _)) = scene.api.binary_media_types.optional() else { return Claim::Passed };
    let decodes = types.is_some_and(|types| !types.is_empty());
    let empty = match answer.shape.entry("body").map(|entry| &entry.value) {
        None | Some(Shape::Null) => true,
        Some(Shape::Text { known, .. }) => known.as_deref() == Some(""),
        Some(_) => false,
    };
    if encoded.value != Shape::Bool(Some(true)) || decodes || empty || !(200..300).contains(&status) {
        return Claim::Passed;
    }
    let at = scene.place(encoded.at);
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} with base64 as text", scene.whose()),
        label: format!("{} decodes nothing: it has no binary media types", scene.api.name),
        remedy: "give the API `BinaryMediaTypes` that the clients ask for (`*/*` for all), or send text".to_string(),
        also: vec![(scene.api.span, "this API".to_string())],
    })
}
