//! What an alarm's metric shows in one period: found by name and dimensions, taken by its statistic.

use candor_gateway::signals::{Dimension as Published, Sample, Series, Signals};
use candor_iac::project::{Dimension, MetricStat, Project};

use super::{Perhaps, Side, View, both, either};

/// What a metric shows in one period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Datum {
    /// This number.
    Number(f64),
    /// No data point.
    Missing,
    /// Whatever it shows, this exchange has no part in it.
    Still,
    /// Nobody knows.
    Unknown,
}

/// How many requests there are in a period: two sizes, so that an answer that hangs on the size is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    Many,
    More,
}

impl Scale {
    fn requests(self) -> f64 {
        match self {
            Scale::Many => 1e9,
            Scale::More => 1e12,
        }
    }
}

impl View<'_> {
    /// What the metric shows.
    pub(super) fn datum(&self, metric: &MetricStat, side: Side, scale: Scale) -> Datum {
        let (Ok((Some(namespace), _)), Ok((Some(name), _))) =
            (metric.namespace.optional(), metric.metric_name.optional())
        else {
            return Datum::Unknown;
        };
        let statistic = statistic(metric);
        if !namespace.starts_with("AWS/") {
            return self
                .counted(namespace, name, metric, side)
                .map_or(Datum::Unknown, |counted| counted.datum(statistic, scale));
        }
        let found = |side| self.found(namespace, name, metric, self.signals(side));
        match (found(side), found(side.other())) {
            (Some((sample, Some(true))), _) => taken(sample, statistic, scale),
            (Some((_, None)), _) => Datum::Unknown,
            // It would be there if the other had happened.
            (_, Some((_, Some(true)))) => Datum::Missing,
            (_, Some((_, None))) => Datum::Unknown,
            (_, Some((_, Some(false))) | None) => Datum::Still,
        }
    }

    /// The data point of the metric of this name, and whether the alarm means it.
    fn found(
        &self,
        namespace: &str,
        name: &str,
        metric: &MetricStat,
        signals: &Signals,
    ) -> Option<(Sample, Perhaps)> {
        let published = signals.metrics.iter().filter(|m| m.namespace == namespace && m.name == name);
        let meant = published.map(|m| {
            let means =
                m.series.iter().map(|series| means(metric, series, self.project)).fold(Some(false), either);
            (m.sample, means)
        });
        meant.filter(|(_, means)| *means != Some(false)).max_by_key(|(_, means)| means.is_some())
    }
}

/// The same, among other metrics in an expression: functions and APIs beside this one are taken to be used and well.
pub(super) fn beside(metric: &MetricStat, datum: Datum, scale: Scale) -> Datum {
    let name = match (datum, metric.metric_name.optional()) {
        (Datum::Still, Ok((Some(name), _))) => name.as_str(),
        _ => return datum,
    };
    let sample = match name {
        _ if is_error_count(name) => 0.0,
        "Invocations" | "Count" | "UrlRequestCount" | "RequestCount" => 1.0,
        _ => return Datum::Unknown,
    };
    taken(Sample::Known(sample), statistic(metric), scale)
}

/// Whether a metric of API Gateway, a load balancer or Lambda counts failures.
pub(crate) fn is_error_count(name: &str) -> bool {
    let of_gateway = ["4XXError", "5XXError", "4xx", "5xx", "Url4xxCount", "Url5xxCount"];
    let of_load_balancer = ["LambdaUserError", "LambdaInternalError"];
    let status = ["HTTPCode_ELB_", "HTTPCode_Target_"].iter().find_map(|kind| name.strip_prefix(kind));
    of_gateway.contains(&name)
        || of_load_balancer.contains(&name)
        || status.is_some_and(|status| status.starts_with(['4', '5']) && status.ends_with("_Count"))
        || ["Errors", "Throttles"].contains(&name)
}

/// The statistic, where it is written.
fn statistic(metric: &MetricStat) -> Option<&str> {
    metric.statistic.optional().ok()?.0.map(String::as_str)
}

/// A data point that every request adds, taken by a statistic.
fn taken(sample: Sample, statistic: Option<&str>, scale: Scale) -> Datum {
    let number = match (sample, statistic) {
        (Sample::Absent, _) => return Datum::Missing,
        (_, Some("SampleCount")) => return Datum::Number(scale.requests()),
        (Sample::Known(number), _) => number,
        (Sample::Usual, _) => return Datum::Still,
        (Sample::Unknown, _) => return Datum::Unknown,
    };
    match statistic {
        Some("Sum") => Datum::Number(number * scale.requests()),
        Some("Average" | "Maximum" | "Minimum" | "IQM") => Datum::Number(number),
        // Of equal numbers every percentile and every trimmed mean is that number.
        Some(other) if ["p", "tm", "wm"].iter().any(|mark| is_ranked(other, mark)) => Datum::Number(number),
        // Percentile ranks, trimmed counts and sums, and whatever comes after this.
        Some(_) | None => Datum::Unknown,
    }
}

/// `p99`, `tm90.5`: a mark and a number.
fn is_ranked(statistic: &str, mark: &str) -> bool {
    statistic.strip_prefix(mark).is_some_and(|rest| rest.parse::<f64>().is_ok())
}

/// A metric that a filter makes of log lines: the number that each request adds, if any.
pub(super) struct Counted {
    /// What a request adds.
    pub(super) per_request: Option<f64>,
    /// What lines add that the filter does not take.
    pub(super) default: Option<f64>,
}

impl Counted {
    fn datum(&self, statistic: Option<&str>, scale: Scale) -> Datum {
        match (self.per_request, self.default) {
            (Some(number), None) => taken(Sample::Known(number), statistic, scale),
            // Lines that the filter does not take stand between those that it takes: only the sum and the largest are sure.
            (Some(number), Some(default)) => match statistic {
                Some("Sum") if number > 0.0 => taken(Sample::Known(number), statistic, scale),
                Some("Maximum") => Datum::Number(number.max(default)),
                Some(_) | None => Datum::Unknown,
            },
            (None, Some(default)) => taken(Sample::Known(default), statistic, scale),
            (None, None) => Datum::Missing,
        }
    }
}

/// Whether an alarm's dimensions are those of a published series: the same names, the same values.
fn means(metric: &MetricStat, series: &Series, project: &Project) -> Perhaps {
    let dimensions = match metric.dimensions.optional() {
        Ok((Some(dimensions), _)) => dimensions.as_slice(),
        Ok((None, _)) => &[],
        Err(_) => return None,
    };
    if dimensions.len() != series.dimensions.len() {
        return Some(false);
    }
    let same = series.dimensions.iter().map(|published| {
        match dimensions.iter().find(|own| own.name == published.name) {
            Some(own) => is_value(own, published, project),
            None => Some(false),
        }
    });
    both(same.fold(Some(true), both), series.certain.then_some(true))
}

fn is_value(own: &Dimension, published: &Published, project: &Project) -> Perhaps {
    let Ok((Some(value), _)) = own.value.optional() else { return None };
    if published.values.iter().any(|known| known == value) {
        return Some(true);
    }
    let of_function = matches!(published.name, "FunctionName" | "Resource");
    // A reference to something else is not this; a name that is written out may be, where the template gives it.
    let written_out = !value.starts_with("${");
    if of_function && written_out {
        let (name, alias) = value.split_once(':').map_or((value.as_str(), ""), |(name, alias)| (name, alias));
        for known in &published.values {
            let reference = known.strip_prefix("${").and_then(|v| v.split_once('}'));
            let Some((id, suffix)) = reference else { continue };
            let Some(function) = project.function(id) else { continue };
            match function.name.optional() {
                Ok((Some(own), _)) if own == name && suffix.trim_start_matches(':') == alias => {
                    return Some(true);
                }
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }
    // A name that deployment decides on our side.
    if published.open { None } else { Some(false) }
}
