//! Nothing allows the API or the load balancer to invoke the function.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "missing-permission",
    severity: Severity::Error,
    summary: "Nothing allows the API or the load balancer to invoke the function: every request is an error.",
    docs: include_str!("missing_permission.md"),
    find: Find::InProject(find),
};

use std::collections::HashMap;

use candor_contract::ApiKind;
use candor_gateway::api::{RouteKey, Target};
use candor_gateway::wildcard::is_like;
use candor_iac::project::Permission;

use crate::watched::written;

fn find(project: &Project, findings: &mut Findings) {
    if project.permissions_open {
        return;
    }
    let mut permitted: HashMap<(&str, &str), Vec<&Permission>> = HashMap::new();
    for permission in &project.permissions {
        let principal = match permission.principal.optional() {
            Ok((Some(principal), _)) => principal.as_str(),
            // A permission that nobody can read may be the one.
            Ok((None, _)) => continue,
            Err(_) => "*",
        };
        match permission.function.optional() {
            Ok((Some(function), _)) => {
                for service in [GATEWAY, LOAD_BALANCER].into_iter().filter(|service| [*service, "*"].contains(&principal)) {
                    permitted.entry((service, function.as_str())).or_default().push(permission);
                }
            }
            Ok(_) => {}
            Err(_) => return,
        }
    }
    for api in &project.apis {
        let service = match api.kind {
            ApiKind::Rest | ApiKind::Http => GATEWAY,
            ApiKind::Alb => LOAD_BALANCER,
            // SAM adds what a URL needs, and other templates often leave it to its type of authorization.
            ApiKind::FunctionUrl => continue,
        };
        for route in &api.routes {
            authorizer(project, api, route, &permitted, findings);
            let integration = &route.integration;
            let Ok((Some(Target::Function(function)), _)) = integration.target.optional() else { continue };
            let Some(logical_id) = function.logical_id.as_deref() else { continue };
            // With a role of its own the gateway needs no permission on the function.
            let by_role = !matches!(integration.credentials.optional(), Ok((None, _)));
            if by_role || project.function(logical_id).is_none() {
                continue;
            }
            let permissions = permitted.get(&(service, logical_id)).map_or(&[][..], Vec::as_slice);
            let covered = |permission: &&Permission| match service {
                LOAD_BALANCER => covers_group(project, permission, route),
                _ => covers(project, permission, api, |rest| means(rest, api, &route.key)),
            };
            if permissions.iter().any(covered) {
                continue;
            }
            let at = permissions.first().map_or(integration.target.span(), |p| p.source_arn.span());
            let also = permissions.first().map(|_| (integration.target.span(), "the route's function".to_string()));
            if service == LOAD_BALANCER {
                report_route(&RULE, api, Some(route), at, findings, || of_load_balancer(route, logical_id, at, also));
                continue;
            }
            report_route(&RULE, api, Some(route), at, findings, || Claimed {
                at,
                message: format!("{} answers 500 to every request: the API may not invoke {logical_id}", route.key),
                label: match also {
                    Some(_) => "the permission is for other routes, another stage or another API",
                    None => "no permission in this template lets apigateway.amazonaws.com invoke this function",
                }
                .to_string(),
                remedy: match also {
                    Some(_) => format!(
                        "a SourceArn that covers it: `…:${{{}}}/*/{}`",
                        api.logical_id.as_deref().unwrap_or("Api"),
                        route.key.to_string().replace(' ', "")
                    ),
                    None => format!(
                        "add an AWS::Lambda::Permission for {logical_id} with the principal apigateway.amazonaws.com, or give the \
                         integration a role"
                    ),
                },
                also: also.into_iter().collect(),
            });
        }
    }
}

/// Who invokes functions for APIs, and who for load balancers.
const GATEWAY: &str = "apigateway.amazonaws.com";
const LOAD_BALANCER: &str = "elasticloadbalancing.amazonaws.com";

/// A target group without permission. AWS looks for it when the function is registered as target, and refuses (reported from the field:
/// "elasticloadbalancing principal does not have permission to invoke"); where the permission goes later, each request is a 502.
fn of_load_balancer(route: &Route, logical_id: &str, at: Span, also: Option<(Span, String)>) -> Claimed {
    Claimed {
        at,
        message: format!("{} cannot be served: the load balancer may not invoke {logical_id}", route.key),
        label: match also {
            Some(_) => "the permission is for another target group",
            None => "no permission in this template lets elasticloadbalancing.amazonaws.com invoke this function",
        }
        .to_string(),
        remedy: match also {
            Some(_) => "a SourceArn that names the target group, or none".to_string(),
            None => format!(
                "add an AWS::Lambda::Permission for {logical_id} with the principal {LOAD_BALANCER}, and let the target group depend on it"
            ),
        },
        also: also.into_iter().collect(),
    }
}

/// Whether a permission lets the route's target group through. Of another group of this template it is surely not this one's.
fn covers_group(project: &Project, permission: &Permission, route: &Route) -> bool {
    let named = written(&permission.source_arn).and_then(|arn| arn.strip_prefix("${")?.strip_suffix('}'));
    let own = route.target_group().and_then(|group| group.logical_id.as_deref());
    let groups = || project.apis.iter().flat_map(|api| &api.routes).filter_map(Route::target_group);
    named.is_none_or(|id| own == Some(id) || !groups().any(|group| group.logical_id.as_deref() == Some(id)))
}

/// The same for the function that decides who may pass: nobody can ask it, and every request is a 500.
fn authorizer(project: &Project, api: &Api, route: &Route, permitted: &HashMap<(&str, &str), Vec<&Permission>>, findings: &mut Findings) {
    let Ok((Some(authorizer), _)) = route.request.authorizer.optional() else { return };
    let Some(logical_id) = authorizer.function.as_ref().and_then(|function| function.logical_id.as_deref()) else { return };
    if !authorizer.needs_permission || project.function(logical_id).is_none() {
        return;
    }
    let permissions = permitted.get(&(GATEWAY, logical_id)).map_or(&[][..], Vec::as_slice);
    // The id of an authorizer only deployment knows.
    let means = |rest: &str| is_like(rest, "authorizers/a1b2c3");
    if permissions.iter().any(|permission| covers(project, permission, api, means)) {
        return;
    }
    let at = permissions.first().map_or(authorizer.span, |permission| permission.source_arn.span());
    report_route(&RULE, api, Some(route), at, findings, || Claimed {
        at,
        message: format!("{} answers 500 to every request: the API may not ask its authorizer {logical_id}", route.key),
        label: match permissions.first() {
            Some(_) => "the permission is for routes, and none of them is the authorizer",
            None => "no permission in this template lets apigateway.amazonaws.com invoke the authorizer's function",
        }
        .to_string(),
        remedy: format!(
            "an AWS::Lambda::Permission for {logical_id} with the SourceArn `…:${{{}}}/authorizers/*`, or a role; of SAM's HTTP APIs \
             `EnableFunctionDefaultPermissions: true`",
            api.logical_id.as_deref().unwrap_or("Api")
        ),
        also: permissions.first().map(|_| (authorizer.span, "the authorizer".to_string())).into_iter().collect(),
    });
}

/// Whether a permission lets the API through for what `of` says of the part behind its id. What cannot be read may be what is needed. The form of the ARN:
/// `arn:partition:execute-api:region:account:api-id/stage/METHOD/path` ("Control access to a REST API with IAM", "Lambda proxy
/// integrations for HTTP APIs"), in which `*` stands for anything, slashes too.
fn covers(project: &Project, permission: &Permission, api: &Api, of: impl Fn(&str) -> bool) -> bool {
    let Some(arn) = written(&permission.source_arn) else { return true };
    // A reference holds colons of its own: `${AWS::Region}`.
    let plain = arn.replace("${AWS::", "${");
    let Some(resource) = plain.splitn(6, ':').nth(5).filter(|_| plain.contains(":execute-api:")) else { return true };
    let Some((name, rest)) = resource.split_once('/') else { return true };
    let named = name.strip_prefix("${").and_then(|name| name.strip_suffix('}'));
    match named.map(|name| name.split('.').next().unwrap_or(name)) {
        // Of another API of this template it is surely not this one's.
        Some(name) if api.logical_id.as_deref() != Some(name) => {
            return !project.apis.iter().any(|other| other.logical_id.as_deref() == Some(name));
        }
        Some(_) => {}
        None if name == "*" => {}
        None => return true,
    }
    rest.contains("${") || of(rest)
}

/// Whether the part of an ARN behind the API's id means this route.
fn means(rest: &str, api: &Api, key: &RouteKey) -> bool {
    // Whoever calls on the stage `test-invoke-stage` is no client.
    let stages = match written(&api.stage.name) {
        Some(stage) if !stage.contains("${") => vec![stage],
        Some(_) | None => vec![rest.split('/').next().unwrap_or_default()],
    };
    let methods = match key.method.as_str() {
        "ANY" | "" => vec!["ANY", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"],
        method => vec![method],
    };
    let path = key.path.trim_start_matches('/');
    let filled = |with: &str| {
        let parts = path.split('/').map(|part| if part.starts_with('{') { with } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let paths = [path.to_string(), filled("*"), filled("17")];
    stages.iter().any(|stage| {
        methods.iter().any(|method| {
            paths.iter().any(|path| is_like(rest, &format!("{stage}/{method}/{path}")))
        })
    })
}
