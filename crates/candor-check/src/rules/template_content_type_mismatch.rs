//! An answer in JSON is sent under another content type: clients that look at it cannot read the error.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "template-content-type-mismatch",
    severity: Severity::Note,
    summary: "An answer in JSON is sent under another content type: clients that look at it cannot read the error.",
    docs: include_str!("template_content_type_mismatch.md"),
    find: Find::InProject(find),
};

fn find(project: &Project, findings: &mut Findings) {
    for (api, route, response) in integration_responses(project) {
        let json = |content_type: &str| content_type.contains("json") || content_type == "$default";
        if response.templates.is_empty() || response.templates.iter().any(|t| json(&t.content_type)) {
            continue;
        }
        // A mapped header says what the client is told.
        if response.parameters.iter().any(|p| p.destination.eq_ignore_ascii_case("method.response.header.Content-Type")) {
            continue;
        }
        let is_json = |text: &str| {
            let text = text.trim_start();
            let object = text.starts_with('{') && text.trim_end().ends_with('}') && text.contains('"');
            object || text.starts_with("$input.json(")
        };
        let mistaken = response.templates.iter().find(|t| {
            matches!(t.template.optional(), Ok((Some(template), _)) if is_json(template.text.as_str()))
        });
        let Some(mistaken) = mistaken else { continue };
        let at = mistaken.key;
        report_route(&RULE, api, Some(route), at, findings, || Claimed {
            at,
            message: format!("{} answers JSON as {}", route.key, mistaken.content_type),
            label: "the template for this type makes JSON, and the client is told otherwise".to_string(),
            remedy: "`application/json`, or a template that makes what the type says".to_string(),
            also: Vec::new(),
        });
    }
}
