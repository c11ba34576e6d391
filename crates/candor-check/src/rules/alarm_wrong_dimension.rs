//! An alarm on a metric that AWS never publishes under that name or those dimensions: it has no data for ever.

use super::*;

mod load_balancer;

pub(super) static RULE: Rule = Rule {
    slug: "alarm-wrong-dimension",
    severity: Severity::Warning,
    summary: "An alarm looks at a metric that is never published under that name or those dimensions: it cannot fire.",
    docs: include_str!("alarm_wrong_dimension.md"),
    find: Find::InProject(find),
};

use std::collections::BTreeSet;

use candor_contract::ApiKind;
use candor_iac::project::{Alarm, Dimension, MetricStat};

use crate::watched::{LOAD_BALANCER, report_api, written};

fn find(project: &Project, findings: &mut Findings) {
    let balanced = project.apis.iter().any(|api| api.kind == ApiKind::Alb);
    for alarm in &project.alarms {
        for metric in alarm.metrics() {
            let Ok((dimensions, _)) = metric.dimensions.optional() else { continue };
            let dimensions = dimensions.map_or(&[][..], Vec::as_slice);
            let wrong = match written(&metric.namespace) {
                Some("AWS/ApiGateway") => of_gateway(project, metric, dimensions),
                Some("AWS/Lambda") => of_lambda(project, metric, dimensions),
                // Of load balancers without functions nobody here knows anything.
                Some(LOAD_BALANCER) if balanced => load_balancer::of(metric, dimensions),
                Some(_) | None => None,
            };
            if let Some((at, label, remedy)) = wrong {
                let claimed = said(alarm, at, label, remedy);
                report_api(&RULE, "", findings, claimed);
            }
        }
    }
}

fn said(alarm: &Alarm, at: Span, label: String, remedy: String) -> Claimed {
    Claimed { at, message: format!("{} never gets data", alarm.logical_id), label, remedy, also: Vec::new() }
}

/// Where it is wrong, why, and what to write.
type Wrong = Option<(Span, String, String)>;

fn of_gateway(project: &Project, metric: &MetricStat, dimensions: &[Dimension]) -> Wrong {
    let name = written(&metric.metric_name)?;
    let lower = name.to_ascii_lowercase();
    if (lower.starts_with("4xx") || lower.starts_with("5xx")) && !["4XXError", "5XXError", "4xx", "5xx"].contains(&name) {
        let remedy = "`5XXError` for a REST API, `5xx` for an HTTP API".to_string();
        return Some((metric.metric_name.span(), "API Gateway has no metric of this name".to_string(), remedy));
    }
    let find = |wanted: &str| dimensions.iter().find(|d| d.name == wanted);
    if let Some(wrong) = of_other_kind(project, find("ApiName"), find("ApiId")) {
        return Some(wrong);
    }
    if let (Some(dimension), "4XXError" | "5XXError") = (find("ApiId"), name) {
        let label = format!("{name} is a REST API's, and its metrics have ApiName");
        return Some((dimension.span, label, "ApiName with the API's name; an HTTP API has `5xx`".to_string()));
    }
    if let (Some(dimension), "4xx" | "5xx") = (find("ApiName"), name) {
        let label = format!("{name} is an HTTP API's, and its metrics have ApiId");
        return Some((dimension.span, label, "ApiId with a reference to the API; a REST API has `5XXError`".to_string()));
    }
    let api_key = if find("ApiId").is_some() { "ApiId" } else { "ApiName" };
    let names: BTreeSet<&str> = dimensions.iter().map(|d| d.name.as_str()).collect();
    // Routes are WebSocket APIs'.
    if names.contains("Route") {
        return None;
    }
    let of_route = BTreeSet::from([api_key, "Method", "Resource", "Stage"]);
    let sets = [BTreeSet::from([api_key]), BTreeSet::from([api_key, "Stage"]), of_route.clone()];
    if !sets.contains(&names) {
        let at = dimensions.first().map_or(metric.span, |d| d.span);
        let label = "published under the API, the API and its stage, or these with Resource and Method".to_string();
        let remedy = "the dimensions ApiName (REST) or ApiId (HTTP), and Stage".to_string();
        return Some((at, label, remedy));
    }
    let kind = if api_key == "ApiId" { ApiKind::Http } else { ApiKind::Rest };
    let api = find(api_key)?;
    let value = written(&api.value)?;
    if api_key == "ApiName"
        && let Some(wrong) = api_name(project, api, value)
    {
        return Some(wrong);
    }
    let own_http_apis = project.apis.iter().filter(|a| a.kind == ApiKind::Http && a.logical_id.is_some());
    if api_key == "ApiId" && !value.contains("${") && !project.more_elsewhere && own_http_apis.count() > 0 {
        let label = "an id that is written out: AWS gives the template's API another".to_string();
        return Some((api.value.span(), label, "a reference to the API: `!Ref Api`".to_string()));
    }
    let meant: Vec<&Api> = project.apis.iter().filter(|a| a.kind == kind && is_meant(a, value)).collect();
    if let Some(stage) = find("Stage")
        && let Some(written_stage) = written(&stage.value).filter(|s| !s.contains("${"))
    {
        let names: Vec<Option<&str>> = meant.iter().map(|a| written(&a.stage.name)).collect();
        if !names.is_empty() && names.iter().all(|n| n.is_some_and(|n| n != written_stage)) {
            let has = names.into_iter().flatten().collect::<Vec<_>>().join(", ");
            return Some((stage.value.span(), format!("the API has the stage {has}"), format!("`{has}`")));
        }
    }
    if names != of_route {
        return None;
    }
    let off = |api: &&&Api| {
        !api.stage.has_unknown_settings()
            && api.routes.iter().all(|route| match api.stage.detailed_metrics(&route.key) {
                None => true,
                Some(setting) => matches!(setting.optional(), Ok((Some(false), _))),
            })
    };
    let api = meant.iter().find(off)?;
    let key = if kind == ApiKind::Http { "DetailedMetricsEnabled" } else { "MetricsEnabled" };
    let label = format!("{} has no metrics per route: {key} is off", api.name);
    Some((metric.span, label, format!("`{key}: true` in the stage")))
}

/// An HTTP API where a REST API's metrics are asked, or the other way round.
fn of_other_kind(project: &Project, name: Option<&Dimension>, id: Option<&Dimension>) -> Wrong {
    let refers = |dimension: &Dimension, kind: ApiKind| {
        let value = written(&dimension.value)?;
        let of = |api: &&Api| {
            let Some(id) = &api.logical_id else { return false };
            value == format!("${{{id}}}") || value.starts_with(&format!("${{{id}."))
        };
        project.apis.iter().filter(|api| api.kind == kind).find(of)
    };
    if let Some(dimension) = name
        && let Some(api) = refers(dimension, ApiKind::Http)
    {
        let label = format!("{} is an HTTP API: its metrics are 5xx and 4xx, and have ApiId", api.name);
        return Some((dimension.value.span(), label, "`5xx` with ApiId in place of ApiName".to_string()));
    }
    let dimension = id?;
    let api = refers(dimension, ApiKind::Rest)?;
    let label = format!("{} is a REST API: its metrics are 5XXError and 4XXError, and have ApiName", api.name);
    Some((dimension.value.span(), label, "`5XXError` with ApiName, the API's name".to_string()))
}

/// Whether a dimension's value means this API.
fn is_meant(api: &Api, value: &str) -> bool {
    match api.kind {
        ApiKind::Rest => written(&api.name_at_aws) == Some(value),
        ApiKind::Http | ApiKind::FunctionUrl | ApiKind::Alb => api.logical_id.as_ref().is_some_and(|id| {
            value == format!("${{{id}}}") || value == format!("${{{id}.ApiId}}")
        }),
    }
}

/// `ApiName` is a name. An id in its place, or the name of no REST API of the template, never matches.
fn api_name(project: &Project, dimension: &Dimension, value: &str) -> Wrong {
    let apis = || project.apis.iter().filter(|api| api.kind == ApiKind::Rest);
    let reference = value.strip_prefix("${").and_then(|v| v.strip_suffix('}'));
    let id = reference.map(|r| r.split_once('.').map_or(r, |(id, _)| id));
    let at = dimension.value.span();
    if let Some(id) = id {
        let api = apis().find(|api| api.logical_id.as_deref() == Some(id))?;
        let name = written(&api.name_at_aws).unwrap_or(api.name.as_str());
        return Some((at, "the id of the API, and ApiName is its name".to_string(), format!("`{name}`")));
    }
    let names: Option<Vec<&str>> = apis().map(|api| written(&api.name_at_aws)).collect();
    let names = names.filter(|names| !names.is_empty() && !names.contains(&value))?;
    let has: BTreeSet<&str> = names.into_iter().collect();
    let has = has.into_iter().collect::<Vec<_>>().join(", ");
    Some((at, format!("no REST API of the template has this name, but {has}"), format!("`{has}`")))
}

fn of_lambda(project: &Project, metric: &MetricStat, dimensions: &[Dimension]) -> Wrong {
    let known = ["FunctionName", "Resource", "ExecutedVersion", "EventSourceMappingUUID"];
    if let Some(other) = dimensions.iter().find(|d| !known.contains(&d.name.as_str())) {
        let label = "Lambda's metrics have no such dimension".to_string();
        return Some((other.span, label, "`FunctionName`, with the function's name".to_string()));
    }
    let name = written(&metric.metric_name)?;
    let meant = ["Errors", "Throttles", "Invocations"].into_iter().find(|meant| {
        *meant != name && [*meant, meant.trim_end_matches('s')].iter().any(|like| like.eq_ignore_ascii_case(name))
    });
    if let Some(meant) = meant {
        let label = "Lambda has no metric of this name".to_string();
        return Some((metric.metric_name.span(), label, format!("`{meant}`")));
    }
    let dimension = dimensions.iter().find(|d| d.name == "FunctionName")?;
    let value = written(&dimension.value)?;
    let at = dimension.value.span();
    if let Some(id) = value.strip_prefix("${").and_then(|v| v.strip_suffix(".Arn}")) {
        project.function(id)?;
        return Some((at, "the function's ARN, and FunctionName is its name".to_string(), format!("`!Ref {id}`")));
    }
    if value.contains("${") {
        return None;
    }
    let Some(function) = project.function(value) else { return nobody(project, at, value) };
    // Without a name of its own a function gets one that holds the stack's name and a random part.
    matches!(function.name.optional(), Ok((None, _))).then(|| {
        let label = "the function's logical id: AWS gives it another name".to_string();
        (at, label, format!("`!Ref {value}`"))
    })
}

/// A function's name that none of the template's functions has, nor can get from AWS, which begins with the stack's name.
fn nobody(project: &Project, at: Span, value: &str) -> Wrong {
    let has = |function: &Function| match function.name.optional() {
        Ok((Some(name), _)) => name == value,
        Ok((None, _)) => value.contains(&format!("-{}-", function.logical_id)),
        Err(_) => true,
    };
    if project.functions.is_empty() || project.more_elsewhere || project.functions.iter().any(has) {
        return None;
    }
    let label = "no function of the template has this name".to_string();
    Some((at, label, "a reference to the function: `!Ref Orders`".to_string()))
}
