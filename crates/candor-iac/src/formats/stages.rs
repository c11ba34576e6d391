//! Stages: what they write down about requests, in the spellings of REST and HTTP APIs.

use candor_gateway::api::{AccessLog, LoggingLevel, RouteSettings, Routes, Stage};
use candor_gateway::setting::{Needs, Setting};
use candor_gateway::span::Span;

use crate::formats::fields::boolean;
use crate::formats::http::route_key;
use crate::value::{Kind, Value};

/// The properties of a stage beside its name and its API.
pub(super) const REST: &[&str] =
    &["RestApiId", "StageName", "Variables", "AccessLogSetting", "MethodSettings", "TracingEnabled"];
pub(super) const HTTP: &[&str] =
    &["ApiId", "StageName", "StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings"];

/// A stage of which only the name is known: nothing else is written.
pub(super) fn stage(name: Setting<String>, span: Span) -> Stage {
    Stage {
        logical_id: None,
        name,
        variables: Vec::new(),
        variables_open: false,
        access_log: Setting::absent(span, "AccessLogSetting"),
        route_settings: Vec::new(),
        caching: Setting::absent(span, "CachingEnabled"),
        tracing_enabled: Setting::absent(span, "TracingEnabled"),
        span,
    }
}

/// A stage that this file does not hold: what it writes down nobody knows here.
pub(super) fn stage_elsewhere(name: Setting<String>, needs: Needs, span: Span) -> Stage {
    Stage {
        variables_open: true,
        access_log: Setting::unknown(span, needs.clone()),
        route_settings: vec![settings(Routes::Unknown, &Value::unknown(span, needs.clone()), span)],
        caching: Setting::unknown(span, needs.clone()),
        tracing_enabled: Setting::unknown(span, needs),
        ..stage(name, span)
    }
}

/// What the properties of a REST API's stage say beside its name; SAM's API and a deployment's `StageDescription` hold the
/// same settings.
pub(super) fn fill_rest(stage: &mut Stage, properties: &Value) {
    let at = stage.span;
    variables(stage, properties, "Variables");
    stage.access_log = properties.setting("AccessLogSetting", at, access_log);
    stage.tracing_enabled = properties.setting("TracingEnabled", at, boolean);
    // `StageDescription` has settings for all methods beside those for some.
    let of_all = ["LoggingLevel", "DataTraceEnabled", "MetricsEnabled", "CachingEnabled"];
    if of_all.iter().any(|key| properties.get(key).is_some()) {
        stage.route_settings.push(settings(Routes::All, properties, at));
        caching(stage, properties);
    }
    let Some(list) = properties.get("MethodSettings") else { return };
    if list.open().is_some() {
        stage.route_settings.push(settings(Routes::Unknown, list, list.span));
    }
    for item in list.items() {
        let span = item.members().first().map_or(item.span, |m| m.key.span());
        stage.route_settings.push(settings(methods(item), item, span));
        caching(stage, item);
    }
}

/// What the properties of an HTTP API's stage say beside its name.
pub(super) fn fill_http(stage: &mut Stage, properties: &Value) {
    let at = stage.span;
    variables(stage, properties, "StageVariables");
    stage.access_log = properties.setting("AccessLogSettings", at, access_log);
    if let Some(member) = properties.member("DefaultRouteSettings") {
        stage.route_settings.push(settings(Routes::All, &member.value, member.key.span()));
    }
    let Some(by_route) = properties.get("RouteSettings") else { return };
    if by_route.open().is_some() {
        stage.route_settings.push(settings(Routes::Unknown, by_route, by_route.span));
    }
    for member in by_route.members() {
        let key = route_key(member.key.as_str());
        let routes = Routes::Matching { method: Some(key.method), path: Some(key.path) };
        stage.route_settings.push(settings(routes, &member.value, member.key.span()));
    }
}

fn variables(stage: &mut Stage, properties: &Value, key: &str) {
    if let Some(variables) = properties.get(key) {
        stage.variables_open |= variables.open().is_some();
        stage.variables =
            variables.members().iter().map(|m| (m.key.as_str().to_string(), m.value.string())).collect();
    }
}

fn caching(stage: &mut Stage, settings: &Value) {
    if settings.get("CachingEnabled").is_some() {
        stage.caching = settings.setting("CachingEnabled", stage.span, boolean);
    }
}

fn access_log(value: &Value) -> Setting<AccessLog> {
    match &value.kind {
        Kind::Map(_) => Setting::written(
            AccessLog {
                destination: value.setting("DestinationArn", value.span, Value::named),
                format: value.setting("Format", value.span, Value::text),
            },
            value.span,
        ),
        Kind::Null | Kind::Scalar(_) | Kind::List(_) | Kind::Unknown(_) => {
            let needs =
                value.open().unwrap_or_else(|| Needs::Support("an access log of this form".to_string()));
            Setting::unknown(value.span, needs)
        }
    }
}

fn settings(routes: Routes, value: &Value, span: Span) -> RouteSettings {
    let metrics = if value.get("DetailedMetricsEnabled").is_some() {
        "DetailedMetricsEnabled"
    } else {
        "MetricsEnabled"
    };
    RouteSettings {
        routes,
        logging_level: value.setting("LoggingLevel", span, |v| v.parsed("logging level", LoggingLevel::read)),
        data_trace_enabled: value.setting("DataTraceEnabled", span, boolean),
        metrics_enabled: value.setting(metrics, span, boolean),
        span,
    }
}

/// Which methods an entry of `MethodSettings` is for: `*` or `/*` and `*` for all; within a path `/` is written `~1`.
fn methods(item: &Value) -> Routes {
    let (path, method) = (item.get("ResourcePath"), item.get("HttpMethod"));
    if [path, method].into_iter().flatten().any(|v| v.open().is_some()) {
        return Routes::Unknown;
    }
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("*").to_string();
    let path = text(path).replace("~1", "/");
    let path = if path.starts_with("//") { path[1..].to_string() } else { path };
    let path = (path != "*" && path != "/*").then_some(path);
    let method = Some(text(method).to_ascii_uppercase()).filter(|m| m != "*");
    if path.is_none() && method.is_none() { Routes::All } else { Routes::Matching { method, path } }
}
