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
                _ => covers(project, permission, api, &route.key),
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

/// Whether a permission lets this route through. What cannot be read may be what is needed. The form of the ARN:
/// `arn:partition:execute-api:region:account:api-id/stage/METHOD/path` ("Control access to a REST API with IAM", "Lambda proxy
/// integrations for HTTP APIs"), in which `*` stands for anything, slashes too.
fn covers(project: &Project, permission: &Permission, api: &Api, key: &RouteKey) -> bool {
    let Some(arn) = written(&permission.source_arn) else { return true };
    // A reference holds colons of its own: `${AWS::Region}`.
    let plain = arn.replace("${AWS::", "${");
    let Some(resource) = plain.splitn(6, ':').nth(5).filter(|_| plain.contains(":execute-api:")) else { return true };
    let Some((of, rest)) = resource.split_once('/') else { return true };
    let named = of.strip_prefix("${").and_then(|of| of.strip_suffix('}'));
    match named.map(|name| name.split('.').next().unwrap_or(name)) {
        // Of another API of this template it is surely not this one's.
        Some(name) if api.logical_id.as_deref() != Some(name) => {
            return !project.apis.iter().any(|other| other.logical_id.as_deref() == Some(name));
        }
        Some(_) => {}
        None if of == "*" => {}
        None => return true,
    }
    if rest.contains("${") {
        return true;
    }
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
            paths.iter().any(|path| is_like(rest.as_bytes(), format!("{stage}/{method}/{path}").as_bytes()))
        })
    })
}

/// Whether a text is like a pattern in which `*` stands for any text, empty too.
fn is_like(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == text[t] || pattern[p] == b'?') {
            p += 1;
            t += 1;
        } else if let Some((star_p, star_t)) = star {
            p = star_p + 1;
            t = star_t + 1;
            star = Some((star_p, t));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(is_like(b"*", b"prod/GET/orders"));
        assert!(is_like(b"*/GET/orders/*", b"prod/GET/orders/17/lines"));
        assert!(is_like(b"prod/*/orders", b"prod/GET/orders"));
        assert!(!is_like(b"*/POST/*", b"prod/GET/orders"));
        assert!(!is_like(b"prod", b"prod/GET/"));
    }
}
