//! A gateway response has a template that tells the client nothing, or is no JSON.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "gateway-response-opaque",
    severity: Severity::Note,
    summary: "A gateway response has a template that tells the client nothing, or is no JSON.",
    docs: include_str!("gateway_response_opaque.md"),
    find: Find::InProject(find),
};

use candor_gateway::api::GatewayResponseType;

fn find(project: &Project, findings: &mut Findings) {
    for api in &project.apis {
        for response in &api.gateway_responses {
            for mapping in &response.templates {
                let Ok((Some(template), _)) = mapping.template.optional() else { continue };
                let text = template.text.as_str();
                let Some((at, label, remedy)) = quotes(text).map(|(range, label, remedy)| (template.text.at(range), label, remedy)).or_else(|| {
                    let all = matches!(response.response_type, GatewayResponseType::Default4xx | GatewayResponseType::Default5xx);
                    (all && silent(text)).then(|| (template.text.span(), SILENT, "`{\"message\": $context.error.messageString, \"requestId\": \"$context.requestId\"}`"))
                }) else { continue };
                let name = response.response_type.name();
                report_route(&RULE, api, None, at, findings, || Claimed {
                    at,
                    message: format!("{name} of {} tells the client nothing that helps", api.name),
                    label: label.to_string(),
                    remedy: remedy.to_string(),
                    also: Vec::new(),
                });
            }
        }
    }
}

const SILENT: &str = "one text for every error, and no request id to ask with";

/// Whether a template names neither what went wrong nor the request.
fn silent(text: &str) -> bool {
    let telling = [
        "$context.requestId",
        "$context.extendedRequestId",
        "$context.error.",
        "${context.",
        "$context.authorizer",
        "$util",
        "$input",
    ];
    !telling.iter().any(|part| text.contains(part))
}

/// A message with quotes of its own between quotes, or one without any where JSON wants them. The message as
/// `$context.error.messageString` is quoted, as `$context.error.message` it is not ("$context variables for data models,
/// authorizers, mapping templates").
fn quotes(text: &str) -> Option<(std::ops::Range<u32>, &'static str, &'static str)> {
    let range = |at: usize, len: usize| at as u32..(at + len) as u32;
    let quoted = "\"$context.error.messageString\"";
    if let Some(at) = text.find(quoted) {
        let label = "has quotes of its own already: this is no JSON";
        return Some((range(at, quoted.len()), label, "`$context.error.messageString` without quotes"));
    }
    let plain = ": $context.error.message";
    let at = text.find(plain)?;
    let behind = text[at + plain.len()..].chars().next();
    let ends = behind.is_none_or(|c| !c.is_ascii_alphanumeric());
    let label = "has no quotes: this is no JSON";
    ends.then_some((range(at + 2, plain.len() - 2), label, "`$context.error.messageString`, which brings its quotes"))
}
