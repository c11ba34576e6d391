//! Alarms on the metrics of load balancers. Source: Elastic Load Balancing guide, "CloudWatch metrics for your Application Load
//! Balancer".

use candor_iac::project::{Dimension, MetricStat};

use super::Wrong;
use crate::watched::written;

/// Metrics that people watch failures by, as AWS spells them.
const NAMES: [&str; 13] = [
    "HTTPCode_ELB_4XX_Count",
    "HTTPCode_ELB_5XX_Count",
    "HTTPCode_ELB_500_Count",
    "HTTPCode_ELB_502_Count",
    "HTTPCode_ELB_503_Count",
    "HTTPCode_ELB_504_Count",
    "HTTPCode_Target_4XX_Count",
    "HTTPCode_Target_5XX_Count",
    "LambdaUserError",
    "LambdaInternalError",
    "RequestCount",
    "TargetResponseTime",
    "HTTPCode_Target_2XX_Count",
];

/// What other services call the like: API Gateway, Lambda, the Classic Load Balancer.
const FOREIGN: [&str; 8] =
    ["5XXError", "4XXError", "5xx", "4xx", "Error", "Errors", "HTTPCode_Backend_5XX", "HTTPCode_Backend_4XX"];

pub(super) fn of(metric: &MetricStat, dimensions: &[Dimension]) -> Wrong {
    let name = written(&metric.metric_name)?;
    let plain = |name: &str| {
        let name: String = name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect();
        name.trim_end_matches('s').trim_end_matches("count").to_string()
    };
    if let Some(meant) = NAMES.iter().find(|meant| **meant != name && plain(meant) == plain(name)) {
        let label = "load balancers have no metric of this name".to_string();
        return Some((metric.metric_name.span(), label, format!("`{meant}`")));
    }
    if FOREIGN.contains(&name) {
        let label = "load balancers have no metric of this name".to_string();
        let meant = "`HTTPCode_Target_5XX_Count` for what targets answer, `HTTPCode_ELB_5XX_Count` for its own errors";
        return Some((metric.metric_name.span(), label, meant.to_string()));
    }
    if !NAMES.contains(&name) {
        return None;
    }
    let find = |wanted: &str| dimensions.iter().find(|d| d.name == wanted);
    let (balancer, group) = (find("LoadBalancer"), find("TargetGroup"));
    let known = ["LoadBalancer", "TargetGroup", "AvailabilityZone"];
    if let Some(other) = dimensions.iter().find(|d| !known.contains(&d.name.as_str())) {
        let label = "a load balancer's metrics have no such dimension".to_string();
        return Some((other.span, label, "`LoadBalancer`, with its full name".to_string()));
    }
    let at = dimensions.first().map_or(metric.span, |d| d.span);
    let lambda = name.starts_with("Lambda");
    if lambda && group.is_none() {
        let label = format!("{name} is published under the target group");
        return Some((at, label, "`TargetGroup`, with its full name".to_string()));
    }
    if !lambda && balancer.is_none() {
        let label = format!("{name} is published under the load balancer, or under both it and the target group");
        return Some((at, label, "`LoadBalancer`, with its full name".to_string()));
    }
    if let (Some(group), true) = (group, name.starts_with("HTTPCode_ELB_")) {
        let label = format!("{name} is the load balancer's own, and not published by target group");
        return Some((group.span, label, "`LoadBalancer` alone".to_string()));
    }
    [(balancer, "LoadBalancer", "LoadBalancerFullName"), (group, "TargetGroup", "TargetGroupFullName")]
        .into_iter()
        .find_map(|(dimension, of, attribute)| full_name(dimension?, of, attribute))
}

/// A dimension's value is neither the ARN nor the name but the end of the ARN: `app/orders/50dc6c495c0c9188`.
fn full_name(dimension: &Dimension, of: &str, attribute: &str) -> Wrong {
    let value = written(&dimension.value)?;
    let reference = value.strip_prefix("${").and_then(|value| value.strip_suffix('}'));
    let reference = reference.filter(|reference| !reference.contains('$') && !reference.contains("AWS::"));
    let (what, id) = match reference.map(|reference| reference.split_once('.').unwrap_or((reference, ""))) {
        Some((id, "")) => ("the ARN", id),
        Some((id, named)) if named != attribute => ("another attribute", id),
        Some(_) => return None,
        None if value.starts_with("arn:") => ("the ARN", of),
        None => {
            let start = if of == "LoadBalancer" { "app/" } else { "targetgroup/" };
            let label = format!("{of} is its full name, which begins with `{start}`");
            let known = value.starts_with(start) || value.contains("${");
            return (!known).then(|| (dimension.value.span(), label, format!("`!GetAtt {of}.{attribute}`")));
        }
    };
    let label = format!("{what}, and {of} is its full name");
    Some((dimension.value.span(), label, format!("`!GetAtt {id}.{attribute}`")))
}
