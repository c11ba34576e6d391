//! The handler raises with JSON as the message, no pattern finds it, and the client gets a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "error-as-json-text",
    severity: Severity::Error,
    summary: "The handler raises with JSON as the message, no pattern finds it, and the client gets a success.",
    docs: include_str!("error_as_json_text.md"),
    find: Find::InExchange(find),
};

use candor_contract::json::Json;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(path), Some(default)) = (scene.path(), scene.masking_default()) else { return Claim::Passed };
    let End::Raised(raised) = &path.end else { return Claim::Passed };
    let is_json = |text: &&String| matches!(Json::read(text), Ok(Json::Object(_)));
    let Some(message) = raised.message.as_ref().filter(is_json) else { return Claim::Passed };
    // Without any pattern, that is what is missing.
    let mut patterns = scene.error_responses().peekable();
    if patterns.peek().is_none() {
        return Claim::Passed;
    }
    let at = scene.place(path.at);
    let status = scene.exchange.response.status.value;
    let also = std::iter::once((default.span, "this response is used instead".to_string()));
    let also = also.chain(patterns.map(|(r, _)| (r.span, "does not match it".to_string())).take(2)).collect();
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} when the handler raises {}", scene.whose(), raised.class),
        label: format!("the message is `{message}`, and a pattern must match all of it"),
        remedy: "write the pattern for the whole text, such as `(?s).*\"statusCode\": 404.*`, and read the rest in the template: \
                 `$util.parseJson($input.path('$.errorMessage'))`"
            .to_string(),
        also,
    })
}
