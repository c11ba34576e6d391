//! A mapping template does not do what it looks like, whatever it is given.

use super::*;

use candor_gateway::api::MappingTemplate;
use candor_vtl::traps::{self, TrapKind};

pub(super) static RULE: Rule = Rule {
    slug: "template-trap",
    severity: Severity::Warning,
    summary: "A mapping template does not do what it looks like: a condition that always holds, a name that nothing defines.",
    docs: include_str!("template_trap.md"),
    find: Find::InProject(find),
};

fn find(project: &Project, findings: &mut Findings) {
    for api in &project.apis {
        for route in &api.routes {
            let requests = route.integration.request_templates.iter();
            let responses = route.integration.responses.optional().ok().and_then(|(responses, _)| responses);
            let responses = responses.into_iter().flatten().flat_map(|response| &response.templates);
            for mapping in requests.chain(responses) {
                of_template(mapping, api, route, findings);
            }
        }
    }
}

fn of_template(mapping: &MappingTemplate, api: &Api, route: &Route, findings: &mut Findings) {
    let Ok((Some(template), _)) = mapping.template.optional() else { return };
    let Ok(parsed) = &template.parsed else { return };
    for trap in traps::find(parsed) {
        let Some(severity) = severity(trap.kind) else { continue };
        // A document that no template holds may be filled in by whatever deploys it.
        let from = template.text.as_str().get(trap.span.start as usize..);
        let in_braces = from.is_some_and(|text| text.starts_with("${"));
        let filled_in = template.is_open(&trap.span) || (api.logical_id.is_none() && in_braces);
        if trap.kind == TrapKind::NeverDefined && filled_in {
            continue;
        }
        let at = template.text.at(trap.span.clone());
        let concerned = Concerned { api: &api.name, route: Some(&route.key), function: None };
        findings.add(&RULE, severity, at, concerned, || Claimed {
            at,
            message: format!("{}: {}", route.key, trap.message(template.text.as_str())),
            label: trap.kind.slug().to_string(),
            remedy: trap.kind.remedy().to_string(),
            also: Vec::new(),
        }, || None);
    }
}

/// How grave a trap is: what never does what it says is a warning, what fails for some input a note. What may be meant, or no JSON, is
/// left to `candor render --check`, and to the rules that play it.
fn severity(kind: TrapKind) -> Option<Severity> {
    match kind {
        TrapKind::AlwaysTrue
        | TrapKind::AlwaysFalse
        | TrapKind::NeverDefined
        | TrapKind::HyphenInName
        | TrapKind::NoSuchMethod
        | TrapKind::SetsNothing
        | TrapKind::PrintedLiterally => Some(Severity::Warning),
        TrapKind::TrueWhenMissing | TrapKind::TrailingComma => {
            Some(Severity::Note)
        }
        TrapKind::TrueUnlessFalse
        | TrapKind::JsonInQuotes
        | TrapKind::Unescaped
        | TrapKind::Unquoted
        | TrapKind::EscapedApostrophe => None,
    }
}
