//! A template overrides the status with something that is no status: AWS ignores it.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "template-override-ignored",
    severity: Severity::Error,
    summary: "A template overrides the status with something that is no status: AWS ignores it.",
    docs: include_str!("template_override_ignored.md"),
    find: Find::InAnyExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let ignored = scene.exchange.trace.steps().iter().find_map(|step| match &step.what {
        What::OverrideIgnored { value } => Some((value.clone(), step.cause.span()?)),
        _ => None,
    });
    let Some((value, at)) = ignored.filter(|_| scene.is_masked()) else { return Claim::Passed };
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} {}: the override is ignored", scene.whose(), scene.when()),
        label: format!("`{value}` is no integer from 100 to 599"),
        remedy: "set `$context.responseOverride.status` to an integer: `#set($context.responseOverride.status = 500)`"
            .to_string(),
        also: Vec::new(),
    })
}
