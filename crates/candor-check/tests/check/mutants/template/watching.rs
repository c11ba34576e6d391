//! Who would notice: logs and alarms.

use super::super::Broken;
use super::doc::Doc;

/// Everything that is an API, a stage or a listener.
fn around_stages(doc: &Doc<'_>) -> Vec<usize> {
    const KINDS: &[&str] = &[
        "AWS::Serverless::Api",
        "AWS::Serverless::HttpApi",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Stage",
        "AWS::ElasticLoadBalancingV2::Listener",
    ];
    let resources = KINDS.iter().flat_map(|kind| doc.resources(kind));
    resources.flat_map(|i| doc.block(i)).collect()
}

/// The block of a key is gone.
fn gone(doc: &Doc<'_>, keys: &[&str], rules: &[&'static str]) -> Vec<Broken> {
    let lines = keys.iter().flat_map(|key| doc.all(key));
    lines.map(|i| doc.broken(doc.block(i), &[], rules, around_stages(doc))).collect()
}

pub(super) fn remove_access_log(doc: &Doc<'_>) -> Vec<Broken> {
    gone(doc, &["AccessLogSetting", "AccessLogSettings"], &["no-access-log"])
}

/// The format shows what the client got, and nothing of what the function did.
pub(super) fn access_log_without_integration(doc: &Doc<'_>) -> Vec<Broken> {
    let text = "'$context.identity.sourceIp [$context.requestTime] \"$context.httpMethod $context.path\" $context.status $context.requestId'";
    let broken = |line: usize| {
        let key = doc.parent(line).unwrap_or(line);
        doc.broken(line..line + 1, &[doc.valued(line, text)], &["access-log-blind"], [key])
    };
    doc.all("Format").into_iter().map(broken).collect()
}

pub(super) fn execution_log_off(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |line: usize| {
        let at = around_stages(doc);
        doc.broken(line..line + 1, &[doc.valued(line, "\"OFF\"")], &["execution-log-off"], at)
    };
    doc.all("LoggingLevel").into_iter().map(broken).collect()
}

pub(super) fn remove_method_settings(doc: &Doc<'_>) -> Vec<Broken> {
    gone(doc, &["MethodSettings"], &["execution-log-off"])
}

/// The account's role, and the wish to wait for it.
pub(super) fn remove_log_role(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for resource in doc.resources("AWS::ApiGateway::Account") {
        let waits = format!("DependsOn: {}", doc.key(resource));
        let block = doc.block(resource);
        let left = doc.lines.iter().enumerate();
        let left = left.filter(|(i, line)| !block.contains(i) && line.trim() != waits);
        let text = left.map(|(_, line)| format!("{line}\n")).collect::<String>();
        let now = Doc::read(&text);
        let accepted = around_stages(&now).into_iter().map(|i| ("account-role-missing", i + 1)).collect();
        all.push(Broken { accepted, text: text.clone() });
    }
    all
}

/// Whole requests and answers in the log.
pub(super) fn data_trace_on(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for line in doc.all("LoggingLevel") {
        let at = around_stages(doc);
        let item = doc.parent(line).map_or(line..line + 1, |i| doc.block(i));
        let new = format!("{}DataTraceEnabled: true", doc.margin(line, 0));
        all.push(match doc.within(item, "DataTraceEnabled") {
            Some(old) => doc.broken(old..old + 1, &[new], &["data-trace"], at),
            None => doc.broken(line + 1..line + 1, &[new], &["data-trace"], at),
        });
    }
    all
}

/// Alarms on a namespace.
fn alarms(doc: &Doc<'_>, namespace: &str) -> Vec<usize> {
    let of =
        |i: &usize| doc.within(doc.block(*i), "Namespace").is_some_and(|line| doc.value(line) == namespace);
    doc.resources("AWS::CloudWatch::Alarm").into_iter().filter(of).collect()
}

/// Alarms on the metrics of gateways, of Lambda and of load balancers.
fn watching(doc: &Doc<'_>) -> Vec<usize> {
    let mut all = alarms(doc, "AWS/ApiGateway");
    all.extend(alarms(doc, "AWS/Lambda"));
    all.extend(alarms(doc, "AWS/ApplicationELB"));
    all
}

pub(super) fn remove_alarms(doc: &Doc<'_>) -> Vec<Broken> {
    let blocks: Vec<_> = watching(doc).into_iter().map(|i| doc.block(i)).collect();
    if blocks.is_empty() {
        return Vec::new();
    }
    let left = doc.lines.iter().enumerate().filter(|(i, _)| !blocks.iter().any(|b| b.contains(i)));
    let text = left.map(|(_, line)| format!("{line}\n")).collect::<String>();
    let now = Doc::read(&text);
    let accepted = around_stages(&now).into_iter().map(|i| ("no-alarm", i + 1)).collect();
    vec![Broken { accepted, text: text.clone() }]
}

/// Only `Errors` is left, where the handler answers for everything: it never moves. The template says of which function that is so.
pub(super) fn only_errors_alarm(doc: &Doc<'_>) -> Vec<Broken> {
    if !doc.holds(0..doc.lines.len(), "The handler answers for all that goes wrong") {
        return Vec::new();
    }
    let errors = alarms(doc, "AWS/Lambda").into_iter().flat_map(|i| doc.block(i)).collect::<Vec<_>>();
    let functions = doc.resources("AWS::Serverless::Function").into_iter().flat_map(|i| doc.block(i));
    let at: Vec<usize> = errors.into_iter().chain(functions).collect();
    let gateways = alarms(doc, "AWS/ApiGateway").into_iter();
    gateways.map(|i| doc.broken(doc.block(i), &[], &["alarm-on-errors-behind-adapter"], at.clone())).collect()
}

pub(super) fn no_alarm_on_executions(doc: &Doc<'_>) -> Vec<Broken> {
    let starts = |i: &usize| doc.holds(doc.block(*i), "states:action/StartExecution");
    let fronts = doc.all("x-amazon-apigateway-integration").into_iter().filter(starts);
    let at: Vec<usize> = fronts.flat_map(|i| doc.block(i)).collect();
    let alarms = alarms(doc, "AWS/States").into_iter();
    alarms.map(|i| doc.broken(doc.block(i), &[], &["sfn-start-only"], at.clone())).collect()
}

/// Another value for a key of each alarm.
fn set(
    doc: &Doc<'_>,
    key: &str,
    rules: &[&'static str],
    other: impl Fn(&str) -> Option<&'static str>,
) -> Vec<Broken> {
    let mut all = Vec::new();
    for alarm in watching(doc) {
        let Some(line) = doc.within(doc.block(alarm), key) else { continue };
        if let Some(new) = other(doc.value(line)) {
            all.push(doc.broken(line..line + 1, &[doc.valued(line, new)], rules, doc.block(alarm)));
        }
    }
    all
}

/// The names of dimensions stand in lists of two styles.
fn dimension(doc: &Doc<'_>, other: impl Fn(&str) -> Option<String>) -> Vec<Broken> {
    let mut all = Vec::new();
    for alarm in watching(doc) {
        let Some(head) = doc.within(doc.block(alarm), "Dimensions") else { continue };
        for line in doc.block(head).skip(1) {
            if let Some(new) = other(doc.lines[line]) {
                let rules = &["alarm-wrong-dimension"];
                all.push(doc.broken(line..line + 1, &[new], rules, doc.block(alarm)));
            }
        }
    }
    all
}

pub(super) fn dimension_of_the_other_kind(doc: &Doc<'_>) -> Vec<Broken> {
    let pairs = [
        ("Name: ApiName", "Name: ApiId"),
        ("Name: ApiId", "Name: ApiName"),
        ("Name: FunctionName", "Name: ApiName"),
    ];
    dimension(doc, |line| {
        let (old, new) = pairs.iter().find(|(old, _)| line.contains(old))?;
        Some(line.replace(old, new))
    })
}

/// A function, an API or a stage that is not there.
pub(super) fn dimension_of_nobody(doc: &Doc<'_>) -> Vec<Broken> {
    dimension(doc, |line| {
        let (before, value) = line.split_once("Value: ")?;
        let tail = if value.ends_with('}') { "}" } else { "" };
        Some(format!("{before}Value: somebody-else{tail}"))
    })
}

pub(super) fn metric_of_the_other_kind(doc: &Doc<'_>) -> Vec<Broken> {
    set(doc, "MetricName", &["alarm-wrong-dimension"], |metric| match metric {
        "5XXError" => Some("5xx"),
        "5xx" => Some("5XXError"),
        _ => Some("Error"),
    })
}

pub(super) fn missing_data_breaching(doc: &Doc<'_>) -> Vec<Broken> {
    set(doc, "TreatMissingData", &["alarm-missing-data"], |_| Some("breaching"))
}

pub(super) fn missing_data_by_default(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for alarm in watching(doc) {
        let Some(line) = doc.within(doc.block(alarm), "TreatMissingData") else { continue };
        all.push(doc.broken(line..line + 1, &[], &["alarm-missing-data"], doc.block(alarm)));
    }
    all
}

pub(super) fn average_of_a_count(doc: &Doc<'_>) -> Vec<Broken> {
    set(doc, "Statistic", &["alarm-missing-data"], |_| Some("Average"))
}

pub(super) fn day_long_alarm(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for alarm in watching(doc) {
        let block = doc.block(alarm);
        let (Some(period), Some(periods)) =
            (doc.within(block.clone(), "Period"), doc.within(block.clone(), "EvaluationPeriods"))
        else {
            continue;
        };
        // Two numbers, one decision: a day, all of which has to be bad.
        let range = period.min(periods)..period.max(periods) + 1;
        let lines: Vec<String> = range
            .clone()
            .map(|i| match i {
                i if i == period => doc.valued(i, "3600"),
                i if i == periods => doc.valued(i, "24"),
                i => doc.lines[i].to_string(),
            })
            .collect();
        all.push(doc.broken(range, &lines, &["alarm-missing-data"], block));
    }
    all
}

pub(super) fn no_alarm_action(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for alarm in watching(doc) {
        let Some(line) = doc.within(doc.block(alarm), "AlarmActions") else { continue };
        all.push(doc.broken(doc.block(line), &[], &["alarm-no-action"], doc.block(alarm)));
    }
    all
}

pub(super) fn actions_disabled(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for alarm in watching(doc) {
        let Some(line) = doc.within(doc.block(alarm), "AlarmActions") else { continue };
        let new = format!("{}ActionsEnabled: false", doc.margin(line, 0));
        all.push(doc.broken(line..line, &[new], &["alarm-no-action"], doc.block(alarm)));
    }
    all
}

pub(super) fn no_route_metrics(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |line: usize| {
        let at = around_stages(doc);
        doc.broken(line..line + 1, &[doc.valued(line, "false")], &["http-detailed-metrics-off"], at)
    };
    doc.all("DetailedMetricsEnabled").into_iter().map(broken).collect()
}
