//! The function is named by a stage variable that the stage does not have: every request is a 500.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "missing-target",
    severity: Severity::Error,
    summary: "The function is named by a stage variable that the stage does not have: every request is a 500.",
    docs: include_str!("missing_target.md"),
    find: Find::InExchange(find),
};

use candor_gateway::api::Target;
use candor_gateway::trace::Broken;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let missing = |what: &What| matches!(what, What::IntegrationBroken { why: Broken::NoSuchFunction });
    if !scene.exchange.trace.steps().iter().any(|step| missing(&step.what)) {
        return Claim::Passed;
    }
    let Some(route) = scene.route else { return Claim::Passed };
    let Ok((Some(Target::Function(function)), _)) = route.integration.target.optional() else { return Claim::Passed };
    let stage = &scene.api.stage;
    let Some(variable) = function.stage_variables().find(|name| stage.lacks_variable(name)) else { return Claim::Passed };
    let at = route.integration.target.span();
    let name = stage.name.optional().ok().and_then(|(name, _)| name.cloned()).unwrap_or_default();
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers 500 to every request: the stage {name} has no variable {variable}", route.key),
        label: format!("`${{stageVariables.{variable}}}` is nothing on this stage: there is no such function"),
        remedy: format!("give the stage the variable `{variable}`"),
        also: vec![(stage.span, "the stage".to_string())],
    })
}
