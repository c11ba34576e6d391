//! The function is named by a stage variable that the stage does not have: every request is a 500.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "missing-target",
    severity: Severity::Error,
    summary: "The function is named by a stage variable that the stage does not have: every request is a 500.",
    docs: include_str!("missing_target.md"),
    find: Find::InProject(find),
};

use candor_gateway::api::Target;

fn find(project: &Project, findings: &mut Findings) {
    for api in project.apis.iter().filter(|api| !api.stage.has_unknown_settings()) {
        for route in &api.routes {
            let Ok((Some(Target::Function(function)), _)) = route.integration.target.optional() else { continue };
            let Some(variable) = variable(&function.name) else { continue };
            if api.stage.variables.iter().any(|(name, _)| name == variable) {
                continue;
            }
            let at = route.integration.target.span();
            let stage = api.stage.name.optional().ok().and_then(|(name, _)| name.cloned()).unwrap_or_default();
            report_route(&RULE, api, Some(route), at, findings, || Claimed {
                at,
                message: format!("{} answers 500 to every request: the stage {stage} has no variable {variable}", route.key),
                label: format!("`${{stageVariables.{variable}}}` is nothing on this stage: there is no such function"),
                remedy: format!("give the stage the variable `{variable}`"),
                also: vec![(api.stage.span, "the stage".to_string())],
            });
        }
    }
}

/// The stage variable in a function's name.
fn variable(name: &str) -> Option<&str> {
    let (_, rest) = name.split_once("${stageVariables.")?;
    rest.split('}').next()
}
