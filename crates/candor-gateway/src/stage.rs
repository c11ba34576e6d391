//! A stage: its name, its variables, and what it writes down about the requests that pass.

use candor_contract::ApiKind;

use crate::api::RouteKey;
use crate::setting::Setting;
use crate::span::{Span, Text};

/// A stage.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The logical id, where the stage is a resource of its own.
    pub logical_id: Option<String>,
    /// Its name; HTTP APIs and function URLs have `$default`.
    pub name: Setting<String>,
    /// Its variables.
    pub variables: Vec<(String, Setting<String>)>,
    /// Whether it may have variables that nobody knows here.
    pub variables_open: bool,
    /// Its access log: a line per request.
    pub access_log: Setting<AccessLog>,
    /// What is set for all routes, for one, or for one resource: REST `MethodSettings`, HTTP `DefaultRouteSettings` and
    /// `RouteSettings`.
    pub route_settings: Vec<RouteSettings>,
    /// Whether responses are cached (REST): any method setting turns caching on.
    pub caching: Setting<bool>,
    /// Whether X-Ray traces requests (REST).
    pub tracing_enabled: Setting<bool>,
    /// Where the stage stands.
    pub span: Span,
}

/// An access log.
#[derive(Clone, Debug)]
pub struct AccessLog {
    /// The log group or the stream, as the template names it: `${AccessLog.Arn}` for a resource's attribute.
    pub destination: Setting<String>,
    /// What a line says.
    pub format: Setting<Text>,
}

/// The level of an execution log (REST).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoggingLevel {
    /// No log. The default.
    Off,
    /// Failures only.
    Error,
    /// Every step.
    Info,
}

impl LoggingLevel {
    /// Reads AWS's word for it.
    pub fn read(text: &str) -> Option<LoggingLevel> {
        match text {
            "OFF" => Some(LoggingLevel::Off),
            "ERROR" => Some(LoggingLevel::Error),
            "INFO" => Some(LoggingLevel::Info),
            _ => None,
        }
    }
}

/// Settings of all routes, or of some.
#[derive(Clone, Debug)]
pub struct RouteSettings {
    /// For which routes.
    pub routes: Routes,
    /// The level of the execution log (REST).
    pub logging_level: Setting<LoggingLevel>,
    /// Whether the execution log shows headers and bodies (REST).
    pub data_trace_enabled: Setting<bool>,
    /// Whether there are metrics per route: REST `MetricsEnabled`, HTTP `DetailedMetricsEnabled`.
    pub metrics_enabled: Setting<bool>,
    /// Where the entry stands.
    pub span: Span,
}

/// Which routes settings are for. `None` stands for the template's `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Routes {
    /// All that have none of their own.
    All,
    /// Those of one path, one method, or both.
    Matching {
        /// The method, in capitals.
        method: Option<String>,
        /// The path.
        path: Option<String>,
    },
    /// The template does not say which: another parameter decides.
    Unknown,
}

impl Routes {
    /// How closely the route is meant: the closest settings win. `None`: not at all.
    fn closeness(&self, route: &RouteKey) -> Option<u8> {
        match self {
            Routes::All => Some(0),
            Routes::Unknown => None,
            Routes::Matching { method, path } => {
                let meant = method.as_ref().is_none_or(|m| *m == route.method)
                    && path.as_ref().is_none_or(|p| *p == route.path);
                meant.then_some(1 + u8::from(method.is_some()) + u8::from(path.is_some()))
            }
        }
    }
}

impl Stage {
    /// The setting that counts for a route: the closest that is written. AWS documents that a method's settings stand over
    /// the stage's ("Override stage-level settings"); that each of them does so by itself is inferred.
    fn of_route<'s, T>(
        &'s self,
        route: &RouteKey,
        of: impl Fn(&'s RouteSettings) -> &'s Setting<T>,
    ) -> Option<&'s Setting<T>> {
        let meant = self.route_settings.iter().filter_map(|s| Some((s.routes.closeness(route)?, of(s))));
        meant
            .filter(|(_, s)| !matches!(s.optional(), Ok((None, _))))
            .max_by_key(|(close, _)| *close)
            .map(|(_, s)| s)
    }

    /// The level of a route's execution log; `None` where nothing is written: then there is no log.
    pub fn logging_level(&self, route: &RouteKey) -> Option<&Setting<LoggingLevel>> {
        self.of_route(route, |s| &s.logging_level)
    }

    /// Whether a route's execution log shows headers and bodies; `None` where nothing is written: then it does not.
    pub fn data_trace(&self, route: &RouteKey) -> Option<&Setting<bool>> {
        self.of_route(route, |s| &s.data_trace_enabled)
    }

    /// Whether a route has metrics of its own; `None` where nothing is written: then it has not.
    pub fn detailed_metrics(&self, route: &RouteKey) -> Option<&Setting<bool>> {
        self.of_route(route, |s| &s.metrics_enabled)
    }

    /// Whether some settings are for routes that nobody knows: then no setting of a route is certain to be absent.
    pub fn has_unknown_settings(&self) -> bool {
        self.route_settings.iter().any(|s| s.routes == Routes::Unknown)
    }

    /// Whether the stage certainly has no variable of this name.
    pub fn lacks_variable(&self, name: &str) -> bool {
        !self.variables_open && !self.variables.iter().any(|(variable, _)| variable == name)
    }

    /// Whether a stage of this kind can write an execution log: HTTP APIs, function URLs and load balancers have none (AWS's guides).
    pub fn has_execution_log(kind: ApiKind) -> bool {
        match kind {
            ApiKind::Rest => true,
            ApiKind::Http | ApiKind::FunctionUrl | ApiKind::Alb => false,
        }
    }
}
