//! A request template puts what the client sent between quotes as it is: a quote in it breaks the call.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "request-template-invalid-json",
    severity: Severity::Warning,
    summary: "A request template puts what the client sent between quotes as it is: a quote in it breaks the call.",
    docs: include_str!("request_template_invalid_json.md"),
    find: Find::InProject(find),
};

use candor_gateway::api::IntegrationType;
use candor_vtl::Input;
use candor_vtl::traps::{self, Trap, TrapKind};

fn find(project: &Project, findings: &mut Findings) {
    for api in &project.apis {
        for route in &api.routes {
            let kind = route.integration.integration_type.optional().ok().and_then(|(kind, _)| kind);
            // Preflights are made by browsers, and hold nothing that a person has chosen.
            if kind != Some(&IntegrationType::Aws) || route.key.method == "OPTIONS" {
                continue;
            }
            for mapping in &route.integration.request_templates {
                let Ok((Some(template), _)) = mapping.template.optional() else { continue };
                let Ok(parsed) = &template.parsed else { continue };
                let inputs = parsed.inputs();
                let of_path = |trap: &Trap| {
                    inputs.iter().any(|(input, at)| *at == trap.span && is_of_path(input, &route.key.path))
                };
                let raw = |trap: &Trap| trap.kind == TrapKind::Unescaped && !of_path(trap);
                let Some(trap) = traps::find(parsed).into_iter().find(raw) else { continue };
                let inner = is_in_inner_json(template.text.as_str(), trap.span.start as usize);
                let at = template.text.at(trap.span);
                report_route(&RULE, api, Some(route), at, findings, || Claimed {
                    at,
                    message: format!("{} sends broken JSON when the request holds a quote", route.key),
                    label: "put between quotes as it comes: what is called refuses broken JSON".to_string(),
                    remedy: match inner {
                        true => "escape it once for each of the two strings around it: `#set($inner = $util.escapeJavaScript(…).replaceAll(\"\\\\'\", \"'\"))`, and there \
                                 `$util.escapeJavaScript($inner).replaceAll(\"\\\\'\", \"'\")`"
                            .to_string(),
                        false => "`$util.escapeJavaScript(…).replaceAll(\"\\\\'\", \"'\")`, or `$input.json(…)`, which brings its own quotes".to_string(),
                    },
                    also: Vec::new(),
                });
            }
        }
    }
}

/// Whether it is a parameter of the path: those come percent-encoded, and `%22` is no quote.
pub(super) fn is_of_path(input: &Input, route: &str) -> bool {
    match input {
        Input::Parameter(name) => route.contains(&format!("{{{name}}}")) || route.contains(&format!("{{{name}+}}")),
        Input::PathParameters => true,
        Input::Other => false,
    }
}

/// Whether what stands at `at` is in JSON that is itself a text in the JSON around it: `"Detail": "{\"id\": \"$id\"}"`. The quote that
/// opened last is an escaped one then.
fn is_in_inner_json(template: &str, at: usize) -> bool {
    let before = template.get(..at).unwrap_or_default();
    before.rfind('"').is_some_and(|quote| before[..quote].ends_with('\\'))
}
