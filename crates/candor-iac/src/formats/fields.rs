//! Small readings that all formats share: statuses, times, templates, parameters.

use std::ops::Range;
use std::time::Duration;

use candor_gateway::api::{MappingTemplate, Parameter, TemplateText, TransferMode};
use candor_gateway::setting::Setting;

use crate::syntax::node::bool_of;
use crate::value::Value;

/// A status: `200` and `"200"` alike.
pub(super) fn status(value: &Value) -> Setting<u16> {
    value.parsed("status", |text| text.parse().ok().filter(|status| (100..=999).contains(status)))
}

pub(super) fn millis(value: &Value) -> Setting<Duration> {
    value.parsed("number of milliseconds", |text| text.parse().ok().map(Duration::from_millis))
}

pub(super) fn seconds(value: &Value) -> Setting<Duration> {
    value.parsed("number of seconds", |text| text.parse().ok().map(Duration::from_secs))
}

/// Buffered or streamed.
pub(super) fn transfer_mode(value: &Value) -> Setting<TransferMode> {
    value.parsed("response transfer mode", TransferMode::read)
}

/// A number of any kind.
pub(super) fn number(value: &Value) -> Setting<f64> {
    value.parsed("number", |text| text.parse().ok().filter(|n: &f64| n.is_finite()))
}

/// A whole number, `60` and `60.0` alike.
pub(super) fn whole(value: &Value) -> Setting<u64> {
    value.parsed("whole number", |text| text.trim_end_matches(".0").parse().ok())
}

pub(super) fn boolean(value: &Value) -> Setting<bool> {
    value.parsed("boolean", bool_of)
}

/// A list of texts; a single text is a list of one. Items that nothing decides are left out.
pub(super) fn strings(value: &Value) -> Setting<Vec<String>> {
    if let Some(needs) = value.open() {
        return Setting::unknown(value.span, needs);
    }
    let own = value.as_str().map(str::to_string);
    let items = value.items().iter().filter_map(Value::as_str).map(str::to_string);
    Setting::written(own.into_iter().chain(items).collect(), value.span)
}

/// Mapping templates by content type.
pub(super) fn templates(value: Option<&Value>) -> Vec<MappingTemplate> {
    let members = value.map_or(&[][..], Value::members);
    let of = |member: &crate::value::Member| MappingTemplate {
        content_type: member.key.as_str().to_string(),
        template: member.value.named_text().and_then(|text, span| {
            Setting::written(TemplateText { open: filled_in(&member.value), ..TemplateText::new(text) }, span)
        }),
        key: member.key.span(),
    };
    members.iter().map(of).collect()
}

/// The parts of a text that deployment fills in.
fn filled_in(value: &Value) -> Vec<Range<u32>> {
    let symbols = value.as_scalar().map_or(&[][..], |scalar| scalar.symbols.as_slice());
    symbols.iter().map(|symbol| symbol.range.clone()).collect()
}

/// Parameter mappings: destination to source.
pub(super) fn parameters(value: Option<&Value>) -> Vec<Parameter> {
    let members = value.map_or(&[][..], Value::members);
    let of = |member: &crate::value::Member| Parameter {
        destination: member.key.as_str().to_string(),
        source: member.value.string(),
        span: member.key.span(),
    };
    members.iter().map(of).collect()
}
