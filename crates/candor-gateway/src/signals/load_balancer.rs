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
    let once = Sample::Known(1.0);
    let mut metrics = Vec::new();
    let mut push = |name, sample, series: Vec<Series>| {
        metrics.push(Metric { namespace: NAMESPACE, name, sample, series });
    };
    let own = || of_load_balancer(received);
    let both = || own().into_iter().chain(of_group(received)).collect::<Vec<_>>();
    let forwarded = received.route.is_some_and(|route| route.target_group().is_some());
    if forwarded {
        push("RequestCount", once, both());
    }
    if answer.by_itself {
        match received.route.and_then(|route| route.rule.as_ref()?.action.optional().ok()?.0) {
            Some(Action::FixedResponse { .. }) => push("HTTP_Fixed_Response_Count", once, own()),
            Some(Action::Redirect(_)) => push("HTTP_Redirect_Count", once, own()),
            Some(Action::Forward(_)) | None => {}
        }
        match answer.status {
            300..400 => push("HTTPCode_ELB_3XX_Count", once, own()),
            400..500 => push("HTTPCode_ELB_4XX_Count", once, own()),
            500..600 => push("HTTPCode_ELB_5XX_Count", once, own()),
            _ => {}
        }
        match answer.status {
            500 => push("HTTPCode_ELB_500_Count", once, own()),
            502 => push("HTTPCode_ELB_502_Count", once, own()),
            503 => push("HTTPCode_ELB_503_Count", once, own()),
            504 => push("HTTPCode_ELB_504_Count", once, own()),
            _ => {}
        }
        // Documented for each code of the access log: whatever goes wrong between load balancer and function, a throttle, too, is the
        // user's error; `LambdaInternalError` is Lambda's and the load balancer's own.
        if asked && answer.status >= 400 {
            let of_group = of_group(received);
            // The guide names it under the target group alone, and with the load balancer.
            let alone = of_group.iter().map(|series| Series {
                dimensions: series.dimensions.iter().filter(|d| d.name == "TargetGroup").cloned().collect(),
                certain: series.certain,
            });
            let alone: Vec<Series> = alone.collect();
            push("LambdaUserError", once, alone.into_iter().chain(of_group).collect());
        }
    } else {
        let name = match answer.status {
            200..300 => Some("HTTPCode_Target_2XX_Count"),
            300..400 => Some("HTTPCode_Target_3XX_Count"),
            400..500 => Some("HTTPCode_Target_4XX_Count"),
            500..600 => Some("HTTPCode_Target_5XX_Count"),
            _ => None,
        };
        if let Some(name) = name {
            push(name, once, both());
        }
    }
    if forwarded {
        // In seconds. Whether there is a data point where no response came is not documented.
        let time = match waited {
            _ if answer.by_itself => Sample::Unknown,
            Sample::Known(milliseconds) => Sample::Known(milliseconds / 1000.0),
            Sample::Usual | Sample::Unknown => waited,
        };
        push("TargetResponseTime", time, both());
    }
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
