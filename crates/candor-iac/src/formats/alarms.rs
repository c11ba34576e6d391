//! Alarms and metric filters as CloudFormation writes them.

use std::collections::{HashMap, HashSet};

use candor_gateway::setting::{Needs, Setting};
use candor_gateway::span::Span;

use crate::alarms::{
    Alarm, Asks, Dimension, MetricFilter, MetricQuery, MetricStat, MetricTransformation, Threshold, Watches,
};
use crate::formats::fields::{boolean, number, whole};
use crate::formats::functions::properties_of;
use crate::formats::surroundings::of_type;
use crate::syntax::Node;
use crate::template::Resource;
use crate::template::intrinsics::Scope;
use crate::value::{Kind, Value};

const ALARM: &[&str] = &[
    "AlarmName",
    "Namespace",
    "MetricName",
    "Dimensions",
    "Statistic",
    "ExtendedStatistic",
    "Period",
    "Metrics",
    "ComparisonOperator",
    "Threshold",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "TreatMissingData",
    "ActionsEnabled",
    "AlarmActions",
];
const COMPOSITE: &[&str] = &["AlarmName", "AlarmRule", "ActionsEnabled", "AlarmActions"];
const FILTER: &[&str] = &["LogGroupName", "FilterPattern", "MetricTransformations"];

/// All alarms, composite ones last.
pub(super) fn alarms(scope: &Scope<'_>) -> Vec<Alarm> {
    let own = of_type(scope, "AWS::CloudWatch::Alarm").map(|resource| {
        let value = properties_of(scope, resource, ALARM);
        let at = resource.span();
        let watches = match value.get("Metrics") {
            Some(queries) => Watches::Queries(read_queries(queries), Box::new(threshold(&value, at))),
            None => Watches::Metric(
                Box::new(metric(&value, &value, "Statistic", at)),
                Box::new(threshold(&value, at)),
            ),
        };
        alarm(resource, &value, watches)
    });
    let composite = of_type(scope, "AWS::CloudWatch::CompositeAlarm").map(|resource| {
        let value = properties_of(scope, resource, COMPOSITE);
        let rule = value.setting("AlarmRule", resource.span(), Value::named);
        alarm(resource, &value, Watches::Alarms(rule))
    });
    let mut alarms: Vec<Alarm> = own.chain(composite).collect();
    let mut referred: HashSet<usize> = HashSet::new();
    let index: HashMap<&str, usize> =
        alarms.iter().enumerate().map(|(i, a)| (a.logical_id.as_str(), i)).collect();
    // A dashboard shows an alarm to whoever looks.
    let others = scope.template.resources.iter().filter(|r| r.resource_type != "AWS::CloudWatch::Dashboard");
    for resource in others.filter(|_| !index.is_empty()) {
        let Some(properties) = resource.properties() else { continue };
        names(properties, &mut |name| {
            referred.extend(index.get(name).filter(|_| name != resource.id()));
        });
    }
    referred.into_iter().for_each(|i| alarms[i].referred_to = true);
    alarms
}

/// Calls `found` with whatever may be the name of a resource in a node: texts, and what stands in `${}`, up to a full stop.
pub(super) fn names<'n>(node: &'n Node, found: &mut impl FnMut(&'n str)) {
    if let Some(text) = node.as_str() {
        let head = |text: &'n str| text.split(['.', '}']).next().unwrap_or_default();
        found(head(text));
        text.split("${").skip(1).for_each(|part| found(head(part)));
    }
    node.items().iter().for_each(|item| names(item, found));
    node.entries().iter().for_each(|entry| names(&entry.value, found));
}

fn alarm(resource: &Resource<'_>, value: &Value, watches: Watches) -> Alarm {
    let at = resource.span();
    Alarm {
        logical_id: resource.id().to_string(),
        name: value.setting("AlarmName", at, Value::named),
        watches,
        actions_enabled: value.setting("ActionsEnabled", at, boolean),
        alarm_actions: value.setting("AlarmActions", at, actions),
        referred_to: false,
        span: at,
    }
}

/// Whom an alarm tells. A topic whose name is not known is told all the same; an empty text is nobody.
fn actions(value: &Value) -> Setting<Vec<String>> {
    match &value.kind {
        Kind::Unknown(needs) => Setting::unknown(value.span, needs.clone()),
        Kind::Null | Kind::Scalar(_) | Kind::List(_) | Kind::Map(_) => {
            let texts = value.as_str().into_iter().chain(value.items().iter().filter_map(Value::as_str));
            let told = texts.filter(|text| !text.trim().is_empty()).map(str::to_string).collect();
            Setting::written(told, value.span)
        }
    }
}

fn threshold(value: &Value, at: Span) -> Threshold {
    Threshold {
        comparison_operator: value.setting("ComparisonOperator", at, Value::string),
        threshold: value.setting("Threshold", at, number),
        evaluation_periods: value.setting("EvaluationPeriods", at, whole),
        datapoints_to_alarm: value.setting("DatapointsToAlarm", at, whole),
        treat_missing_data: value.setting("TreatMissingData", at, Value::string),
    }
}

/// A metric, and beside it (in an alarm) or around it (in a query) its statistic and its period.
fn metric(metric: &Value, around: &Value, statistic: &'static str, at: Span) -> MetricStat {
    let statistic = if around.get("ExtendedStatistic").is_some() { "ExtendedStatistic" } else { statistic };
    MetricStat {
        namespace: metric.setting("Namespace", at, Value::string),
        metric_name: metric.setting("MetricName", at, Value::string),
        dimensions: metric.setting("Dimensions", at, dimensions),
        statistic: around.setting(statistic, at, Value::string),
        period: around.setting("Period", at, whole),
        span: at,
    }
}

fn dimensions(value: &Value) -> Setting<Vec<Dimension>> {
    if let Some(needs) = value.open() {
        return Setting::unknown(value.span, needs);
    }
    let mut dimensions = Vec::new();
    for item in value.items() {
        let Some(name) = item.get("Name").and_then(Value::as_str) else {
            return Setting::unknown(item.span, Needs::Support("a dimension without a name".to_string()));
        };
        let span = item.members().first().map_or(item.span, |m| m.key.span());
        dimensions.push(Dimension {
            name: name.to_string(),
            value: item.setting("Value", span, Value::named),
            span,
        });
    }
    Setting::written(dimensions, value.span)
}

fn read_queries(list: &Value) -> Vec<MetricQuery> {
    let query = |item: &Value| {
        let at = item.members().first().map_or(item.span, |m| m.key.span());
        let asks = match item.get("MetricStat") {
            Some(stat) => {
                let nothing = Value { span: stat.span, kind: Kind::Map(Vec::new()) };
                let own = stat.get("Metric").unwrap_or(&nothing);
                Asks::Metric(Box::new(metric(own, stat, "Stat", at)))
            }
            None => Asks::Expression(item.setting("Expression", at, Value::string)),
        };
        MetricQuery {
            id: item.get("Id").and_then(Value::as_str).unwrap_or_default().to_string(),
            asks,
            return_data: item.setting("ReturnData", at, boolean),
            span: at,
        }
    };
    list.items().iter().map(query).collect()
}

/// Metric filters.
pub(super) fn metric_filters(scope: &Scope<'_>) -> Vec<MetricFilter> {
    let read = |resource: &Resource<'_>| {
        let value = properties_of(scope, resource, FILTER);
        let at = resource.span();
        let transformations = value.get("MetricTransformations").map_or(&[][..], Value::items);
        MetricFilter {
            logical_id: resource.id().to_string(),
            log_group: value.setting("LogGroupName", at, Value::named),
            pattern: value.setting("FilterPattern", at, Value::string),
            transformations: transformations
                .iter()
                .map(|t| MetricTransformation {
                    namespace: t.setting("MetricNamespace", t.span, Value::string),
                    name: t.setting("MetricName", t.span, Value::string),
                    value: t.setting("MetricValue", t.span, Value::string),
                    default_value: t.setting("DefaultValue", t.span, number),
                    has_dimensions: t.get("Dimensions").is_some(),
                })
                .collect(),
            span: at,
        }
    };
    of_type(scope, "AWS::Logs::MetricFilter").map(read).collect()
}
