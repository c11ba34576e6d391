//! What watches: alarms on metrics, on expressions, on other alarms, and the filters that make metrics of log lines.
//!
//! Names that only deployment knows read as the template writes them: `${Orders}`, `${AccessLog.Arn}`.

use candor_gateway::setting::Setting;
use candor_gateway::span::Span;

/// A CloudWatch alarm.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// Its logical id.
    pub logical_id: String,
    /// `AlarmName`; AWS makes one up where there is none.
    pub name: Setting<String>,
    /// What it looks at.
    pub watches: Watches,
    /// Whether its actions are switched on; they are unless it says otherwise.
    pub actions_enabled: Setting<bool>,
    /// Whom it tells when it fires; empty texts are left out.
    pub alarm_actions: Setting<Vec<String>>,
    /// Whether another resource refers to it: a rollback, a composite alarm. Then it tells somebody without an action.
    pub referred_to: bool,
    /// Where the alarm stands.
    pub span: Span,
}

/// What an alarm looks at.
#[derive(Clone, Debug)]
pub enum Watches {
    /// One metric.
    Metric(Box<MetricStat>, Box<Threshold>),
    /// Queries of which one, a metric or an expression, is compared with the threshold.
    Queries(Vec<MetricQuery>, Box<Threshold>),
    /// Other alarms, by a rule: `ALARM("a") OR ALARM("b")`.
    Alarms(Setting<String>),
}

/// When an alarm fires.
#[derive(Clone, Debug)]
pub struct Threshold {
    /// `GreaterThanThreshold`, …
    pub comparison_operator: Setting<String>,
    /// The number it compares with; an anomaly detector has none.
    pub threshold: Setting<f64>,
    /// How many periods it looks at.
    pub evaluation_periods: Setting<u64>,
    /// In how many of them the threshold must be crossed; in all unless it says otherwise.
    pub datapoints_to_alarm: Setting<u64>,
    /// What a period without data counts as: `missing` (the default), `notBreaching`, `breaching`, `ignore`.
    pub treat_missing_data: Setting<String>,
}

/// A metric and how its data points of one period become a number.
#[derive(Clone, Debug)]
pub struct MetricStat {
    /// `AWS/ApiGateway`, `AWS/Lambda`, a namespace of the user's own.
    pub namespace: Setting<String>,
    /// `5XXError`, `Errors`, …
    pub metric_name: Setting<String>,
    /// Dimensions by name.
    pub dimensions: Setting<Vec<Dimension>>,
    /// `Sum`, `Average`, …, `p99`.
    pub statistic: Setting<String>,
    /// The period, in seconds.
    pub period: Setting<u64>,
    /// Where the metric stands.
    pub span: Span,
}

/// A dimension of a metric.
#[derive(Clone, Debug)]
pub struct Dimension {
    /// `FunctionName`, `ApiName`, …
    pub name: String,
    /// Its value.
    pub value: Setting<String>,
    /// Where it stands.
    pub span: Span,
}

/// One of the queries of an alarm on an expression.
#[derive(Clone, Debug)]
pub struct MetricQuery {
    /// The name that expressions have for it.
    pub id: String,
    /// The metric, or the expression.
    pub asks: Asks,
    /// Whether this is the one that is compared with the threshold.
    pub return_data: Setting<bool>,
    /// Where it stands.
    pub span: Span,
}

/// What a query asks for.
#[derive(Clone, Debug)]
pub enum Asks {
    /// A metric.
    Metric(Box<MetricStat>),
    /// An expression over other queries: `errors / requests * 100`.
    Expression(Setting<String>),
}

/// A filter that makes a metric of log lines.
#[derive(Clone, Debug)]
pub struct MetricFilter {
    /// Its logical id.
    pub logical_id: String,
    /// The log group.
    pub log_group: Setting<String>,
    /// Which lines count.
    pub pattern: Setting<String>,
    /// What they become.
    pub transformations: Vec<MetricTransformation>,
    /// Where the filter stands.
    pub span: Span,
}

/// What a line that a filter takes becomes.
#[derive(Clone, Debug)]
pub struct MetricTransformation {
    /// The metric's namespace.
    pub namespace: Setting<String>,
    /// The metric's name.
    pub name: Setting<String>,
    /// The data point: a number, or a field of the line (`$.latency`).
    pub value: Setting<String>,
    /// The data point for lines that the filter does not take; without it there is none.
    pub default_value: Setting<f64>,
    /// Whether the metric has dimensions, taken from the line.
    pub has_dimensions: bool,
}

impl Alarm {
    /// The metrics that it reads itself.
    pub fn metrics(&self) -> impl Iterator<Item = &MetricStat> {
        let (own, queries) = match &self.watches {
            Watches::Metric(metric, _) => (Some(metric.as_ref()), &[][..]),
            Watches::Queries(queries, _) => (None, queries.as_slice()),
            Watches::Alarms(_) => (None, &[][..]),
        };
        own.into_iter().chain(queries.iter().filter_map(|query| match &query.asks {
            Asks::Metric(metric) => Some(metric.as_ref()),
            Asks::Expression(_) => None,
        }))
    }
}
