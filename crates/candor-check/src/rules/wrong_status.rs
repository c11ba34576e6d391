//! One error arrives as another, in a way that no other rule describes.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "wrong-status",
    severity: Severity::Warning,
    summary: "One error arrives as another, in a way that no other rule describes.",
    docs: include_str!("wrong_status.md"),
    find: Find::InAnyExchange(find),
};

use candor_gateway::api::{MappingTemplate, Parameter, Target};
use candor_vtl::{Input, Template};

use super::request_template_invalid_json::is_of_path;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let status = scene.exchange.response.status.value;
    let call = scene.exchange.endpoint.as_ref().filter(|_| scene.judgement.verdict == Verdict::WrongStatus);
    let said = match call.map(|call| &call.outcome) {
        Some(EndpointOutcome::Responded(response)) => response.status,
        Some(EndpointOutcome::Unreachable | EndpointOutcome::TimedOut) | None => {
            return report_leftover(scene, &RULE, Verdict::WrongStatus, findings);
        }
    };
    // A default of 500 and above says it of all errors.
    let by_default = scene.selected().is_some_and(|(_, _, default)| default);
    if status >= 500 && (by_default || scene.route.is_some_and(|route| is_own_fault(route, said))) {
        return Claim::Claimed;
    }
    let at = scene.blamed();
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} when what it calls answers {said}", scene.whose()),
        label: scene.judgement.because.to_string(),
        remedy: "an integration response whose pattern takes that status (`4\\d{2}`), with a status of its own and a method response for it".to_string(),
        also: Vec::new(),
    })
}

/// Whether an error of AWS's service can only be the API's own fault, so that a 500 says it well. Actions answer 400 for what a caller
/// sent wrong; their 403 and 404 are about credentials and the form of the call ("Common Errors" of the services' API references). And
/// where no more of the client's reaches the call than a name, no client can have sent it wrong.
fn is_own_fault(route: &Route, said: u16) -> bool {
    match route.integration.target.optional() {
        Ok((Some(Target::Service { action, .. }), _)) => {
            (!action.starts_with("path/") && (said != 400 || calls_alike(route, true))) || calls_alike(route, false)
        }
        Ok((Some(Target::Function(_) | Target::Url(_) | Target::Nothing) | None, _)) | Err(_) => false,
    }
}

/// Whether every request makes the same call, but for a name out of its path where `named` allows that, and for what an authorizer has
/// vouched for.
fn calls_alike(route: &Route, named: bool) -> bool {
    let integration = &route.integration;
    let template = |mapping: &MappingTemplate| match mapping.template.optional() {
        Ok((Some(template), _)) => template.parsed.as_ref().is_ok_and(|parsed| !is_asking(parsed, route, named)),
        Ok((None, _)) | Err(_) => false,
    };
    let parameter = |parameter: &Parameter| match parameter.source.optional() {
        Ok((Some(source), _)) => {
            source.starts_with('\'')
                || source.starts_with("context.authorizer.")
                || (named && source.starts_with("method.request.path."))
        }
        Ok((None, _)) | Err(_) => false,
    };
    !integration.request_templates.is_empty()
        && integration.request_templates.iter().all(template)
        && integration.request_parameters.iter().all(parameter)
}

/// Whether a template puts into the call what the client has sent.
fn is_asking(template: &Template, route: &Route, named: bool) -> bool {
    let of_path = |input: &Input| named && is_of_path(input, &route.key.path);
    template.inputs().iter().any(|(input, _)| !of_path(input))
}
