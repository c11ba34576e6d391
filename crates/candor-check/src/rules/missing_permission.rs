//! Nothing allows the API to invoke the function: every request is a 500.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "missing-permission",
    severity: Severity::Error,
    summary: "Nothing allows the API to invoke the function: every request is a 500.",
    docs: include_str!("missing_permission.md"),
    find: Find::InProject(find),
};

use std::collections::HashSet;

use candor_contract::ApiKind;
use candor_gateway::api::Target;

fn find(project: &Project, findings: &mut Findings) {
    if project.permissions_open {
        return;
    }
    let mut permitted: HashSet<&str> = HashSet::new();
    for permission in &project.permissions {
        let principal = match permission.principal.optional() {
            Ok((Some(principal), _)) => principal.as_str(),
            // A permission that nobody can read may be the one.
            Ok((None, _)) => continue,
            Err(_) => "*",
        };
        match permission.function.optional() {
            Ok((Some(function), _)) if matches!(principal, "apigateway.amazonaws.com" | "*") => {
                permitted.insert(function.as_str());
            }
            Ok(_) => {}
            Err(_) => return,
        }
    }
    for api in project.apis.iter().filter(|a| matches!(a.kind, ApiKind::Rest | ApiKind::Http)) {
        for route in &api.routes {
            let integration = &route.integration;
            let Ok((Some(Target::Function(function)), _)) = integration.target.optional() else { continue };
            let Some(logical_id) = function.logical_id.as_deref() else { continue };
            // With a role of its own the gateway needs no permission on the function.
            let by_role = !matches!(integration.credentials.optional(), Ok((None, _)));
            if by_role || permitted.contains(logical_id) || project.function(logical_id).is_none() {
                continue;
            }
            let at = integration.target.span();
            report_route(&RULE, api, Some(route), at, findings, || Claimed {
                at,
                message: format!("{} answers 500 to every request: the API may not invoke {logical_id}", route.key),
                label: "no permission in this template lets apigateway.amazonaws.com invoke this function".to_string(),
                remedy: format!(
                    "add an AWS::Lambda::Permission for {logical_id} with the principal apigateway.amazonaws.com, or give the \
                     integration a role"
                ),
                also: Vec::new(),
            });
        }
    }
}
