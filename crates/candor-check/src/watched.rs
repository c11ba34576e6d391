//! What the rules about watching share: which stages and which alarms are meant.

use candor_contract::ApiKind;
use candor_gateway::api::{Api, Route, Target};
use candor_gateway::setting::Setting;
use candor_iac::project::{Alarm, MetricStat, Project};

use crate::finding::{Claimed, Concerned, Findings};
use crate::notice::is_error_count;
use crate::rules::Rule;

/// APIs that answer clients for a function, and whose stage the template holds.
pub(crate) fn staged<'p>(
    project: &'p Project,
    kinds: &'static [ApiKind],
) -> impl Iterator<Item = (&'p Api, &'p Route)> {
    project.apis.iter().filter(|api| kinds.contains(&api.kind)).filter_map(|api| {
        let elsewhere = api.stage.access_log.optional().is_err() && api.stage.has_unknown_settings();
        Some((api, function_route(api)?)).filter(|_| !elsewhere)
    })
}

/// The first route with a function behind it.
pub(crate) fn function_route(api: &Api) -> Option<&Route> {
    let is_function =
        |route: &&Route| matches!(route.integration.target.optional(), Ok((Some(Target::Function(_)), _)));
    api.routes.iter().find(is_function)
}

/// What a stage's name says it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// `prod`, `live`
    Production,
    /// `dev`, `test`, `staging`
    Test,
    /// The name does not say.
    Unsaid,
}

/// What a stage's name says it is for. `Prod` is how SAM calls the stage of an API that it makes by itself, and the templates that it
/// starts people with: nobody's choice.
pub(crate) fn purpose(api: &Api) -> Purpose {
    let Ok((Some(name), _)) = api.stage.name.optional() else { return Purpose::Unsaid };
    if name == "Prod" {
        return Purpose::Unsaid;
    }
    let name = name.to_ascii_lowercase();
    let is = |words: &[&str]| name.split(['-', '_', '.']).any(|part| words.contains(&part));
    if is(&["prod", "production", "prd", "live"]) {
        Purpose::Production
    } else if is(&[
        "dev",
        "develop",
        "development",
        "test",
        "testing",
        "qa",
        "stage",
        "staging",
        "sandbox",
        "local",
        "beta",
    ]) {
        Purpose::Test
    } else {
        Purpose::Unsaid
    }
}

/// The namespace of load balancers' metrics: they are published where they are not zero only.
pub(crate) const LOAD_BALANCER: &str = "AWS/ApplicationELB";

/// The metrics of an alarm that count failures of APIs or functions, with their names.
pub(crate) fn error_counts(alarm: &Alarm) -> impl Iterator<Item = (&MetricStat, &str)> {
    alarm.metrics().filter_map(|metric| {
        let namespace = written(&metric.namespace)?;
        let name = written(&metric.metric_name)?;
        let namespaces = ["AWS/ApiGateway", "AWS/Lambda", LOAD_BALANCER];
        let counts = namespaces.contains(&namespace) && is_error_count(name);
        counts.then_some((metric, name))
    })
}

/// Whether an alarm may be about failures: it counts those of AWS, or a metric that is not AWS's, or nobody knows.
pub(crate) fn is_about_failures(alarm: &Alarm) -> bool {
    let mut metrics = alarm.metrics().peekable();
    let composite = metrics.peek().is_none();
    composite
        || error_counts(alarm).next().is_some()
        || metrics.any(|metric| match (written(&metric.namespace), written(&metric.metric_name)) {
            (Some(namespace), Some(_)) => !namespace.starts_with("AWS/"),
            (None, _) | (_, None) => true,
        })
}

/// What is written, if it is known.
pub(crate) fn written(setting: &Setting<String>) -> Option<&str> {
    setting.optional().ok()?.0.map(String::as_str)
}

/// Adds a finding about an API as a whole.
pub(crate) fn report_api(rule: &'static Rule, api: &str, findings: &mut Findings, claimed: Claimed) {
    let concerned = Concerned { api, route: None, function: None };
    findings.add(rule, rule.severity, claimed.at, concerned, || claimed, || None);
}
