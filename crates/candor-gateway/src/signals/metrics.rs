//! The metrics of an exchange: names, data points and dimensions as AWS publishes them.

use candor_contract::ApiKind;
use candor_contract::outcome::Outcome;

use super::{Answer, Ran, load_balancer};
use crate::api::{Api, FunctionRef, Target};
use crate::exchange::Exchange;
use crate::in_flight::Received;
use crate::log::deadline;
use crate::setting::Setting;

/// A metric and the data point that this one request adds to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// `AWS/ApiGateway`, `AWS/Lambda`
    pub namespace: &'static str,
    /// `5XXError`, `Errors`, …
    pub name: &'static str,
    /// The data point.
    pub sample: Sample,
    /// Under which dimensions it is published.
    pub series: Vec<Series>,
}

/// A data point, or none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// This number.
    Known(f64),
    /// Such a number as a success has: the time that it took. A failure is taken to be as fast as a success, unless it
    /// consists in taking too long.
    Usual,
    /// None: where it would be zero, the metric is not published (load balancers).
    Absent,
    /// Nobody knows.
    Unknown,
}

impl Metric {
    /// The name for people: `AWS/Lambda Errors`.
    pub fn title(&self) -> String {
        format!("{} {}", self.namespace, self.name)
    }
}

/// One set of dimensions under which a metric is published. An alarm must name all of them and no other.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The dimensions.
    pub dimensions: Vec<Dimension>,
    /// Whether it is certain to be published: detailed metrics may be undecided.
    pub certain: bool,
}

/// A dimension. Ids that deployment gives are spelled as the template names them: `${Orders}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// `FunctionName`
    pub name: &'static str,
    /// Its value, in every spelling that a template has for it.
    pub values: Vec<String>,
    /// Whether its value may be another that nobody knows.
    pub open: bool,
}

impl Dimension {
    fn new(name: &'static str, value: impl Into<String>) -> Dimension {
        Dimension { name, values: vec![value.into()], open: false }
    }
}

/// Everything that gets a data point.
pub(super) fn of(exchange: &Exchange<'_>, ran: &Ran<'_>, answer: Answer) -> Vec<Metric> {
    let received = &exchange.received;
    let mut metrics = Vec::new();
    match ran {
        Ran::NotAsked => metrics.extend(gateway(received, answer, Sample::Usual)),
        Ran::Throttled(function) => {
            metrics.extend(gateway(received, answer, Sample::Usual));
            metrics.push(lambda("Throttles", Sample::Known(1.0), function));
        }
        Ran::Succeeded(function) => {
            metrics.extend(gateway(received, answer, waited(exchange, ran)));
            metrics.extend(invocation(function, 0.0));
            metrics.push(lambda("Duration", Sample::Usual, function));
        }
        Ran::Failed(function, outcome) => {
            metrics.extend(gateway(received, answer, waited(exchange, ran)));
            metrics.extend(invocation(function, 1.0));
            metrics.push(match outcome {
                Outcome::TimedOut { after, .. } => {
                    lambda("Duration", Sample::Known(after.as_secs_f64() * 1000.0), function)
                }
                Outcome::Returned(_)
                | Outcome::ReturnedLate(_)
                | Outcome::Raised(_)
                | Outcome::Exited
                | Outcome::OutOfMemory
                | Outcome::InitFailed(_)
                | Outcome::Throttled
                | Outcome::NotInvocable
                | Outcome::TooLarge(_)
                | Outcome::StreamBroken(_) => lambda("Duration", Sample::Usual, function),
            });
        }
    }
    metrics
}

/// An invocation counts in all three, with a zero where nothing happened (the console's graphs show these zeros; the guide
/// does not say it).
pub(super) fn invocation(function: &FunctionRef, errors: f64) -> [Metric; 3] {
    [
        lambda("Invocations", Sample::Known(1.0), function),
        lambda("Errors", Sample::Known(errors), function),
        lambda("Throttles", Sample::Known(0.0), function),
    ]
}

fn lambda(name: &'static str, sample: Sample, function: &FunctionRef) -> Metric {
    let of_function = function_name(function);
    let resource = resource(function);
    let certain = true;
    let series = [vec![], vec![of_function.clone()], vec![of_function, resource]];
    let series = series.into_iter().map(|dimensions| Series { dimensions, certain }).collect();
    Metric { namespace: "AWS/Lambda", name, sample, series }
}

fn function_name(function: &FunctionRef) -> Dimension {
    match &function.logical_id {
        Some(id) => Dimension::new("FunctionName", format!("${{{id}}}")),
        // A stage variable or a parameter in the name: any function may be meant.
        None => Dimension {
            open: function.name.contains("${"),
            ..Dimension::new("FunctionName", function.name.as_str())
        },
    }
}

/// `Resource`: the function with the alias or version that was called.
fn resource(function: &FunctionRef) -> Dimension {
    let mut dimension = function_name(function);
    dimension.name = "Resource";
    if let Some(qualifier) = &function.qualifier {
        dimension.values.iter_mut().for_each(|value| *value = format!("{value}:{qualifier}"));
    }
    dimension
}

/// How long the gateway waited, where that is the failure: in milliseconds, at least.
fn waited(exchange: &Exchange<'_>, ran: &Ran<'_>) -> Sample {
    let deadline = || deadline(&exchange.received);
    let time = match (ran, &exchange.outcome) {
        (Ran::Failed(..), Some(Outcome::TimedOut { after, .. })) => deadline().map(|d| d.min(*after)),
        (Ran::Succeeded(_), Some(Outcome::ReturnedLate(_))) => deadline(),
        _ => return Sample::Usual,
    };
    time.map_or(Sample::Unknown, |time| Sample::Known(time.as_secs_f64() * 1000.0))
}

/// A request counts in all of these: with a one where it is an error of that class, else with a zero. That is why the
/// average of a REST API's errors is their rate (guide, "API Gateway metrics"); of HTTP APIs it is inferred.
fn gateway(received: &Received<'_>, answer: Answer, waited: Sample) -> Vec<Metric> {
    let api = received.api;
    let class =
        |from: u16| Sample::Known(if (from..from + 100).contains(&answer.status) { 1.0 } else { 0.0 });
    let (client_errors, server_errors, count, latency) = match api.kind {
        ApiKind::Rest => ("4XXError", "5XXError", "Count", "Latency"),
        ApiKind::Http => ("4xx", "5xx", "Count", "Latency"),
        ApiKind::FunctionUrl => ("Url4xxCount", "Url5xxCount", "UrlRequestCount", "UrlRequestLatency"),
        ApiKind::Alb => {
            let asked = received.route.is_some_and(|route| route.integration.calls_function());
            return load_balancer::of(received, answer, asked, waited);
        }
    };
    // "API Gateway counts modified gateway response status codes as 4XXError errors" (guide): of a server error that was
    // given another status the guide says nothing, so it may count there or not.
    let client_sample = if answer.reshaped && answer.status < 400 { Sample::Unknown } else { class(400) };
    let series = series(received);
    let metric =
        |name, sample| Metric { namespace: namespace(api.kind), name, sample, series: series.clone() };
    let mut metrics = vec![
        metric(client_errors, client_sample),
        metric(server_errors, class(500)),
        metric(count, Sample::Known(1.0)),
        metric(latency, waited),
    ];
    if api.kind != ApiKind::FunctionUrl {
        metrics.push(metric("IntegrationLatency", waited));
    }
    metrics
}

fn series(received: &Received<'_>) -> Vec<Series> {
    let api = received.api;
    let of_api = match api.kind {
        ApiKind::Rest => api_name(api),
        ApiKind::Http => api_id(api),
        ApiKind::FunctionUrl => return url_series(received),
        ApiKind::Alb => return Vec::new(),
    };
    let stage = stage(api);
    let certain = |dimensions| Series { dimensions, certain: true };
    let mut series = vec![certain(vec![of_api.clone()]), certain(vec![of_api.clone(), stage.clone()])];
    if let Some(route) = received.route
        && detailed(received) != Some(false)
    {
        // How an HTTP API's `$default` is written there is not documented.
        let open = route.key.is_default();
        let method = Dimension { open, ..Dimension::new("Method", route.key.method.as_str()) };
        let resource = Dimension { open, ..Dimension::new("Resource", route.key.path.as_str()) };
        let certain = detailed(received).is_some();
        series.push(Series { dimensions: vec![of_api, method, resource, stage], certain });
    }
    series
}

fn url_series(received: &Received<'_>) -> Vec<Series> {
    let target = received.route.map(|r| r.integration.target.optional());
    let Some(Ok((Some(Target::Function(function)), _))) = target else { return Vec::new() };
    let (name, resource) = (function_name(function), resource(function));
    let of = |dimensions| Series { dimensions, certain: true };
    vec![of(vec![name.clone()]), of(vec![name, resource])]
}

fn api_name(api: &Api) -> Dimension {
    match api.name_at_aws.optional() {
        Ok((Some(name), _)) => Dimension::new("ApiName", name.as_str()),
        Ok((None, _)) | Err(_) => Dimension { name: "ApiName", values: Vec::new(), open: true },
    }
}

fn api_id(api: &Api) -> Dimension {
    match &api.logical_id {
        Some(id) => Dimension {
            values: vec![format!("${{{id}}}"), format!("${{{id}.ApiId}}")],
            ..Dimension::new("ApiId", "")
        },
        None => Dimension { name: "ApiId", values: Vec::new(), open: true },
    }
}

/// The stage, by its name or by a reference to it. SAM makes the resource `<api><stage>Stage`, and `<api>.Stage` for it.
fn stage(api: &Api) -> Dimension {
    let mut dimension = Dimension { name: "Stage", values: Vec::new(), open: false };
    match api.stage.name.optional() {
        Ok((Some(name), _)) => {
            dimension.values.push(name.clone());
            dimension.values.extend(api.logical_id.iter().map(|id| format!("${{{id}{name}Stage}}")));
        }
        Ok((None, _)) | Err(_) => dimension.open = true,
    }
    dimension.values.extend(api.logical_id.iter().map(|id| format!("${{{id}.Stage}}")));
    dimension.values.extend(api.stage.logical_id.iter().map(|id| format!("${{{id}}}")));
    dimension
}

/// Whether the route has metrics of its own; `None` where nobody knows.
fn detailed(received: &Received<'_>) -> Option<bool> {
    let stage = &received.api.stage;
    let route = received.route?;
    match stage.detailed_metrics(&route.key).map(Setting::optional) {
        None | Some(Ok((None, _))) if stage.has_unknown_settings() || stage.name.optional().is_err() => None,
        None | Some(Ok((None, _))) => Some(false),
        Some(Ok((Some(on), _))) => Some(*on),
        Some(Err(_)) => None,
    }
}

/// The namespace of a gateway's metrics.
fn namespace(kind: ApiKind) -> &'static str {
    match kind {
        ApiKind::Rest | ApiKind::Http => "AWS/ApiGateway",
        ApiKind::FunctionUrl => "AWS/Lambda",
        ApiKind::Alb => "AWS/ApplicationELB",
    }
}
