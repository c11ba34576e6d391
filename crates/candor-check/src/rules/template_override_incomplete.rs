//! A template overrides the status of some failures, and others pass it as a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "template-override-incomplete",
    severity: Severity::Error,
    summary: "A template overrides the status of some failures, and others pass it as a success.",
    docs: include_str!("template_override_incomplete.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some(template) = scene.body_template().filter(|_| scene.is_masked()) else { return Claim::Passed };
    let Ok(parsed) = &template.parsed else { return Claim::Passed };
    let Some(assigned) = parsed.assignment("responseOverride", "status") else { return Claim::Passed };
    let at = template.text.at(assigned);
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} {}", scene.whose(), scene.when()),
        label: "this override is not reached by every failure".to_string(),
        remedy: "let a selection pattern catch the errors (`(?s).+` → 500); a template can only guess from the text"
            .to_string(),
        also: Vec::new(),
    })
}
