//! Metric filters: which lines of an exchange they take, and what that adds to their metric.

mod pattern;

use candor_gateway::log::lambda::{Event, Format, Line, Raised, Runtime};
use candor_gateway::signals::{LogLine, Says, Signals, UNKNOWN};
use candor_iac::project::{MetricFilter, MetricStat, MetricTransformation, Project};

use super::data::Counted;
use super::{Perhaps, Side, View, both, either};

impl View<'_> {
    /// What a metric of the user's own gets from one such request, if a filter of the template makes it. `None` where nobody
    /// knows: the function may publish it by itself.
    pub(super) fn counted(
        &self,
        namespace: &str,
        name: &str,
        metric: &MetricStat,
        side: Side,
    ) -> Option<Counted> {
        let makes = |t: &MetricTransformation| is(&t.namespace, namespace) && is(&t.name, name);
        let mut made =
            self.project.metric_filters.iter().flat_map(|filter| {
                filter.transformations.iter().filter(|t| makes(t)).map(move |t| (filter, t))
            });
        let (filter, transformation) = made.next()?;
        let plain = match metric.dimensions.optional() {
            Ok((dimensions, _)) => dimensions.is_none_or(Vec::is_empty),
            Err(_) => false,
        };
        // Two filters into one metric, and dimensions taken from lines: that sum is not worked out.
        if made.next().is_some() || !plain || transformation.has_dimensions {
            return None;
        }
        let default = transformation.default_value.optional().ok()?.0.copied();
        let value = transformation.value.optional().ok()?.0.and_then(|v| v.trim().parse::<f64>().ok());
        let takes = takes(self.project, filter, self.signals(side));
        let takes = match side {
            Side::Failed => takes?,
            // A success is taken not to write such lines, unless it is known to.
            Side::Healthy => takes == Some(true),
        };
        Some(Counted { per_request: if takes { Some(value?) } else { None }, default })
    }
}

fn is(setting: &candor_gateway::setting::Setting<String>, wanted: &str) -> bool {
    matches!(setting.optional(), Ok((Some(written), _)) if written == wanted)
}

/// Whether the filter takes a line of the exchange.
fn takes(project: &Project, filter: &MetricFilter, signals: &Signals) -> Perhaps {
    let Ok((Some(pattern), _)) = filter.pattern.optional() else { return None };
    let group = match filter.log_group.optional() {
        Ok((Some(group), _)) => group_name(project, group),
        Ok((None, _)) | Err(_) => None,
    };
    let of_line = |line: &LogLine| {
        let here = group_of(project, line).zip(group.as_ref()).map(|(own, group)| own == *group);
        let says = reads(project, signals, &line.says, pattern);
        both(both(here, says), line.certain.then_some(true))
    };
    signals.logs.iter().map(of_line).fold(Some(false), either)
}

/// A log group in one spelling, however the template names it: by its name, by reference, by ARN, as a function's default.
/// `None` where only deployment knows it.
fn group_name(project: &Project, text: &str) -> Option<String> {
    let text = text.rsplit(":log-group:").next().unwrap_or(text).trim_end_matches(":*");
    let reference =
        text.strip_prefix("${").and_then(|t| t.strip_suffix('}')).map(|r| r.trim_end_matches(".Arn"));
    let group = reference.and_then(|id| project.log_groups.iter().find(|g| g.logical_id == id));
    let name = match group.map(|group| (group, group.name.optional())) {
        Some((_, Ok((Some(name), _)))) => name.as_str(),
        Some((group, Ok((None, _)))) => return Some(format!("${{{}}}", group.logical_id)),
        Some((_, Err(_))) => return None,
        None => text,
    };
    let of_function = name.strip_prefix("/aws/lambda/");
    let function = of_function.and_then(|own| project.functions.iter().find(|f| is(&f.name, own)));
    Some(function.map_or_else(|| name.to_string(), |f| format!("/aws/lambda/${{{}}}", f.logical_id)))
}

/// The log group of a line: a function's may be another than the default.
fn group_of(project: &Project, line: &LogLine) -> Option<String> {
    let own = line.group.as_deref()?;
    let id = own.strip_prefix("/aws/lambda/${").and_then(|id| id.strip_suffix('}'));
    match id.and_then(|id| project.function(id)).map(|f| f.log_group.optional()) {
        Some(Ok((Some(group), _))) => group_name(project, group),
        Some(Err(_)) => None,
        Some(Ok((None, _))) | None => group_name(project, own),
    }
}

/// Whether a pattern takes a line.
fn reads(project: &Project, signals: &Signals, says: &Says, pattern: &str) -> Perhaps {
    let function = signals.function.as_deref().and_then(|id| project.function(id));
    let json = match function.map(|f| f.log_format.optional()) {
        Some(Ok((Some(format), _))) => Some(format == "JSON"),
        Some(Ok((None, _))) => Some(false),
        Some(Err(_)) | None => None,
    };
    let runtime = match function.map(|f| f.runtime.optional()) {
        Some(Ok((Some(runtime), _))) => runtime.as_str(),
        _ => "",
    };
    let text = match says {
        Says::Text(text) => text.clone(),
        Says::Platform(text) if json == Some(false) => text.clone(),
        Says::Exception { error_type, message } => {
            let format = if json? { Format::Json } else { Format::Text };
            exception(runtime, error_type, message, format)?
        }
        // In JSON the same facts stand in other words.
        Says::Platform(_) | Says::Anything => UNKNOWN.to_string(),
    };
    pattern::takes(pattern, &text)
}

/// How a runtime writes an exception that nobody caught; `None` for runtimes that leave it to the code's logger, or write nothing.
fn exception(runtime: &str, error_type: &str, message: &str, format: Format) -> Option<String> {
    let unknown = || UNKNOWN.to_string();
    let raised = Raised {
        runtime: Runtime::of(runtime)?,
        request_id: Some(unknown()),
        error_type: error_type.to_string(),
        message: message.to_string(),
        stack: vec![unknown()],
    };
    Some(Line::new(Some(unknown()), Event::Raised(raised)).write(format))
}
