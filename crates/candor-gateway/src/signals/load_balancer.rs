//! The metrics of a load balancer: the namespace `AWS/ApplicationELB`.
//!
//! Source: Elastic Load Balancing guide, "CloudWatch metrics for your Application Load Balancer". Unlike API Gateway's, a count is
//! published only where it is not zero; whether it is the load balancer's own answer or the target's decides which counts it is in.

use super::Answer;
use super::metrics::{Dimension, Metric, Sample, Series};
use crate::in_flight::Received;
use crate::listener::Action;

const NAMESPACE: &str = "AWS/ApplicationELB";

/// What is counted of one exchange. `asked`: a function was, or would have been.
pub(super) fn of(received: &Received<'_>, answer: Answer, asked: bool, waited: Sample) -> Vec<Metric> {
    let action = received.route.and_then(|route| route.rule.as_ref()?.action.optional().ok()?.0);
    let forwarded = matches!(action, Some(Action::Forward(_)));
    let (own, of_group) = (of_load_balancer(received), of_group(received));
    let both: Vec<Series> = own.iter().chain(&of_group).cloned().collect();
    let mut metrics = Vec::new();
    let mut push = |name, counts: bool, series: &[Series]| {
        let sample = if counts { Sample::Known(1.0) } else { Sample::Absent };
        metrics.push(Metric { namespace: NAMESPACE, name, sample, series: series.to_vec() });
    };
    let (status, by_itself) = (answer.status, answer.by_itself);
    // Requests that are refused before a target is chosen do not count.
    push("RequestCount", forwarded && answer.of_target, &both);
    push("HTTP_Fixed_Response_Count", matches!(action, Some(Action::FixedResponse { .. })), &own);
    push("HTTP_Redirect_Count", matches!(action, Some(Action::Redirect(_))), &own);
    push("HTTPCode_ELB_3XX_Count", by_itself && status / 100 == 3, &own);
    push("HTTPCode_ELB_4XX_Count", by_itself && status / 100 == 4, &own);
    push("HTTPCode_ELB_5XX_Count", by_itself && status / 100 == 5, &own);
    push("HTTPCode_ELB_500_Count", by_itself && status == 500, &own);
    push("HTTPCode_ELB_502_Count", by_itself && status == 502, &own);
    push("HTTPCode_ELB_503_Count", by_itself && status == 503, &own);
    push("HTTPCode_ELB_504_Count", by_itself && status == 504, &own);
    push("HTTPCode_Target_2XX_Count", !by_itself && status / 100 == 2, &both);
    push("HTTPCode_Target_3XX_Count", !by_itself && status / 100 == 3, &both);
    push("HTTPCode_Target_4XX_Count", !by_itself && status / 100 == 4, &both);
    push("HTTPCode_Target_5XX_Count", !by_itself && status / 100 == 5, &both);
    if asked {
        // Documented for each code of the access log: whatever goes wrong between load balancer and function, a throttle, too, is the
        // user's error; the other is Lambda's and the load balancer's own. Both are published under the target group alone, and
        // with the load balancer.
        let alone = of_group.first().map(|series| Series {
            dimensions: series.dimensions.iter().filter(|d| d.name == "TargetGroup").cloned().collect(),
            certain: series.certain,
        });
        let of_function: Vec<Series> = alone.into_iter().chain(of_group).collect();
        push("LambdaUserError", by_itself && answer.of_target, &of_function);
        push("LambdaInternalError", false, &of_function);
    }
    // In seconds. Whether there is a data point where no response came is not documented.
    let sample = match waited {
        _ if !forwarded || !answer.of_target => Sample::Absent,
        _ if by_itself => Sample::Unknown,
        Sample::Known(milliseconds) => Sample::Known(milliseconds / 1000.0),
        Sample::Usual | Sample::Unknown | Sample::Absent => waited,
    };
    metrics.push(Metric { namespace: NAMESPACE, name: "TargetResponseTime", sample, series: both });
    metrics
}

/// Under the load balancer, and under it in one zone, which nobody knows.
fn of_load_balancer(received: &Received<'_>) -> Vec<Series> {
    let load_balancer = load_balancer(received);
    vec![certain(vec![load_balancer.clone()]), certain(vec![zone(), load_balancer])]
}

/// The same, with the target group.
fn of_group(received: &Received<'_>) -> Vec<Series> {
    let Some(group) = received.route.and_then(|route| route.target_group()) else { return Vec::new() };
    let dimension = match &group.logical_id {
        Some(id) => known("TargetGroup", format!("${{{id}.TargetGroupFullName}}")),
        None => open("TargetGroup"),
    };
    let load_balancer = load_balancer(received);
    vec![
        certain(vec![dimension.clone(), load_balancer.clone()]),
        certain(vec![zone(), dimension, load_balancer]),
    ]
}

fn load_balancer(received: &Received<'_>) -> Dimension {
    let name = received.api.listener.as_ref().map(|listener| listener.load_balancer.optional());
    let Some(Ok((Some(name), _))) = name else { return open("LoadBalancer") };
    match name.strip_prefix("${").and_then(|name| name.strip_suffix('}')) {
        // A reference to a load balancer is its ARN, and the dimension a part of that.
        Some(id) if !id.contains('.') => known("LoadBalancer", format!("${{{id}.LoadBalancerFullName}}")),
        Some(_) => open("LoadBalancer"),
        None => match name.split_once(":loadbalancer/") {
            Some((_, full_name)) => known("LoadBalancer", full_name.to_string()),
            None => open("LoadBalancer"),
        },
    }
}

fn certain(dimensions: Vec<Dimension>) -> Series {
    Series { dimensions, certain: true }
}

fn known(name: &'static str, value: String) -> Dimension {
    Dimension { name, values: vec![value], open: false }
}

fn open(name: &'static str) -> Dimension {
    Dimension { name, values: Vec::new(), open: true }
}

fn zone() -> Dimension {
    open("AvailabilityZone")
}
