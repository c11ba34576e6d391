//! A deployment is made before some of the methods: the stage may lack them, or have them as they were.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "alias-not-deployed",
    severity: Severity::Warning,
    summary: "A deployment is made before some of the methods: the stage may lack them, or have them as they were.",
    docs: include_str!("alias_not_deployed.md"),
    find: Find::InProject(find),
};

fn find(project: &Project, findings: &mut Findings) {
    for deployment in &project.deployments {
        let Some((first, at_method)) = deployment.misses.first() else { continue };
        let Some(api) = project.apis.iter().find(|api| api.logical_id.as_deref() == Some(deployment.api.as_str())) else { continue };
        let at = deployment.depends_on.unwrap_or(deployment.span);
        let more = match deployment.misses.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        report_route(&RULE, api, None, at, findings, || Claimed {
            at,
            message: format!("{} may be made before {first}{more}", deployment.logical_id),
            label: "a deployment is a picture of the API when it is made, and nothing makes CloudFormation wait".to_string(),
            remedy: "name every method of the API in its `DependsOn`".to_string(),
            also: vec![(*at_method, "the method".to_string())],
        });
    }
}
