//! What an integration's URI means: a function, another service, a URL.

use candor_gateway::api::{FunctionRef, Target};
use candor_gateway::setting::{Needs, Setting};

use crate::formats::functions::Functions;
use crate::value::{Name, Scalar, Value};

/// Reads a URI. `proxy` says that the integration is `AWS_PROXY`: then only a function can stand behind it.
pub(super) fn read(value: &Value, proxy: bool, functions: &Functions) -> Setting<Target> {
    let Some(scalar) = value.as_scalar() else {
        let needs = value.open().unwrap_or_else(|| Needs::Support("a URI that is no text".to_string()));
        return Setting::unknown(value.span, needs);
    };
    let text = scalar.text.as_str();
    let written = |target| Setting::written(target, value.span);
    // The path form, in REST and HTTP APIs: …:lambda:path/2015-03-31/functions/<ARN>/invocations
    if let Some(at) = text.find("/functions/").filter(|_| text.contains("lambda:path/")) {
        let start = at + "/functions/".len();
        let suffixes = ["/response-streaming-invocations", "/invocations"];
        let end = suffixes.iter().find_map(|s| text[start..].rfind(s)).map_or(text.len(), |e| start + e);
        return written(Target::Function(function(scalar, start, end, functions)));
    }
    if let Some((service, action)) = service(text) {
        return written(Target::Service { service, action });
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return written(Target::Url(text.to_string()));
    }
    let names_function = text.contains(":function:")
        || scalar
            .symbols
            .iter()
            .any(|s| matches!(&s.name, Name::Resource { logical_id, .. } if functions.knows(logical_id)));
    match value.open() {
        _ if proxy || names_function => written(Target::Function(function(scalar, 0, text.len(), functions))),
        Some(needs) if text.starts_with("${") => Setting::unknown(value.span, needs),
        _ => written(Target::Url(text.to_string())),
    }
}

/// The service and what is asked of it: `arn:aws:apigateway:us-east-1:sqs:path/123456789012/orders`.
fn service(text: &str) -> Option<(String, String)> {
    let rest = text.strip_prefix("arn:").filter(|rest| rest.contains(":apigateway:"))?;
    let at = [":action/", ":path/"].iter().filter_map(|mark| rest.find(mark)).min()?;
    let service = rest[..at].rsplit(':').next()?;
    // Subdomains stand before the service: `a1b2.s3`.
    let service = service.rsplit('.').next()?;
    let action = &rest[at + 1..];
    Some((service.to_string(), action.strip_prefix("action/").unwrap_or(action).to_string()))
}

/// The service behind an `IntegrationSubtype`: `SQS-SendMessage`.
pub(super) fn of_subtype(subtype: &str) -> Target {
    let (service, action) = subtype.split_once('-').unwrap_or((subtype, ""));
    Target::Service { service: service.to_ascii_lowercase(), action: action.to_string() }
}

/// The function that the bytes `start..end` of a text name: by a resource of the template, or by an ARN or name.
pub(super) fn function(scalar: &Scalar, start: usize, end: usize, functions: &Functions) -> FunctionRef {
    let text = scalar.text.as_str();
    let within = |at: u32| (start..end).contains(&(at as usize));
    for symbol in scalar.symbols.iter().filter(|s| within(s.range.start)) {
        if let Name::Resource { logical_id, .. } = &symbol.name
            && let Some((logical_id, alias)) = functions.behind(logical_id)
        {
            let rest = &text[symbol.range.end as usize..end];
            let suffix = rest.strip_prefix(':').filter(|q| !q.is_empty()).map(str::to_string);
            return FunctionRef {
                name: logical_id.clone(),
                logical_id: Some(logical_id),
                qualifier: suffix.or(alias),
            };
        }
    }
    let arn = &text[start..end];
    let name = arn.split_once(":function:").map_or(arn, |(_, name)| name);
    // `${stageVariables.name}` holds no colon, an alias stands behind one.
    let (name, qualifier) = match name.split_once(':') {
        Some((name, qualifier)) if !name.is_empty() => (name, Some(qualifier.to_string())),
        _ => (name, None),
    };
    FunctionRef { logical_id: functions.named(name), name: name.to_string(), qualifier }
}
