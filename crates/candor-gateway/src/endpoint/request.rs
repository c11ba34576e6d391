//! The integration request to an endpoint (REST): address, query string, headers, body.

use crate::api::{Integration, IntegrationType, Target};
use crate::endpoint::EndpointRequest;
use crate::exchange::Response;
use crate::gateway_response::{self, Refusal};
use crate::headers;
use crate::in_flight::Received;
use crate::integration_request;
use crate::mapping::{self, Source};
use crate::setting::{Cause, Needs, Undecided};
use crate::trace::{Broken, Trace, What};

/// Makes the request, or the response that takes its place.
pub(crate) fn prepare(
    received: &mut Received<'_>,
    trace: &mut Trace,
    integration: &Integration,
    integration_type: IntegrationType,
    target: &Target,
) -> Result<Result<EndpointRequest, Response>, Undecided> {
    let forbidden = integration.request_parameters.iter().find(|p| {
        p.destination.strip_prefix("integration.request.header.").is_some_and(|name| match integration_type {
            IntegrationType::Http | IntegrationType::HttpProxy => headers::breaks_http_call(name),
            IntegrationType::Aws | IntegrationType::AwsProxy | IntegrationType::Mock => {
                headers::breaks_aws_call(name)
            }
        })
    });
    if let Some(parameter) = forbidden {
        let why = Broken::ReservedHeader;
        return broken(received, trace, why, Cause::Written(parameter.span)).map(Err);
    }
    let body = match integration_type {
        IntegrationType::HttpProxy => match integration_request::converted_body(received, integration)? {
            Some(converted) => converted.into_bytes(),
            None => {
                let why = Broken::BodyNotBase64;
                return broken(received, trace, why, Cause::Written(integration.span)).map(Err);
            }
        },
        IntegrationType::Http | IntegrationType::Aws | IntegrationType::AwsProxy | IntegrationType::Mock => {
            if let Some(refused) = integration_request::prepare(received, trace, integration)? {
                return Ok(Err(refused));
            }
            received.mapped_event.take().unwrap_or_default()
        }
    };
    let mapped = Mapped::of(received, integration)?;
    let Some(address) = address(received, integration, target, &mapped)? else {
        let cause =
            integration.target.optional().map_or(Cause::Written(integration.span), |(_, cause)| cause);
        return broken(received, trace, Broken::InvalidAddress, cause).map(Err);
    };
    let method = match integration.http_method.optional()?.0 {
        Some(method) if !method.eq_ignore_ascii_case("ANY") => method.to_ascii_uppercase(),
        _ => received.request.method.clone(),
    };
    let is_proxy = integration_type == IntegrationType::HttpProxy;
    let mut query = if is_proxy { received.request.decoded_query() } else { Vec::new() };
    query.extend(address.query);
    query.extend(mapped.querystring.iter().cloned());
    let without_body = matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS");
    let headers = request_headers(received, &mapped, is_proxy, &address.uri, without_body);
    let body = if without_body { Vec::new() } else { body };
    Ok(Ok(EndpointRequest { method, uri: address.uri, query, headers, body }))
}

fn broken(
    received: &Received<'_>,
    trace: &mut Trace,
    why: Broken,
    cause: Cause,
) -> Result<Response, Undecided> {
    trace.push(What::IntegrationBroken { why }, cause);
    let refusal = Refusal { response_type: None, status: 500, message: "Internal server error", cause };
    gateway_response::answer(received, trace, refusal)
}

/// What parameter mappings and the request template's overrides set.
#[derive(Default)]
struct Mapped {
    path: Vec<(String, String)>,
    querystring: Vec<(String, String)>,
    header: Vec<(String, String)>,
}

impl Mapped {
    fn of(received: &Received<'_>, integration: &Integration) -> Result<Mapped, Undecided> {
        let mut mapped = Mapped::default();
        for parameter in &integration.request_parameters {
            let Some((place, name)) = parameter
                .destination
                .strip_prefix("integration.request.")
                .and_then(|rest| rest.split_once('.'))
            else {
                continue;
            };
            let (Some(source), _) = parameter.source.optional()? else { continue };
            let values = mapping::values(received, source, &Source::Nothing);
            let named = |value: String| (name.to_string(), value);
            match place {
                "path" => mapped.path.extend(values.into_iter().next_back().map(named)),
                "querystring" => mapped.querystring.extend(values.into_iter().map(named)),
                "header" if !values.is_empty() => mapped.header.push(named(values.join(","))),
                _ => {}
            }
        }
        // Overrides of a template win over mappings (guide "Use a mapping template to override an API's request parameters").
        for (place, list) in [
            ("path", &mut mapped.path),
            ("querystring", &mut mapped.querystring),
            ("header", &mut mapped.header),
        ] {
            let overrides = received.overrides.request_parameters(place);
            list.retain(|(name, _)| !overrides.iter().any(|(n, _)| n.eq_ignore_ascii_case(name)));
            list.extend(overrides);
        }
        Ok(mapped)
    }
}

struct Address {
    uri: String,
    query: Vec<(String, String)>,
}

/// The address with its path parameters and stage variables filled in. `None` where a stage variable is not set: an invalid address
/// (recorded: `test_apigateway_http_integrations_with_undefined_stage_variable`).
fn address(
    received: &Received<'_>,
    integration: &Integration,
    target: &Target,
    mapped: &Mapped,
) -> Result<Option<Address>, Undecided> {
    let region = &received.ambient.region;
    let mut query = Vec::new();
    let text = match target {
        Target::Url(url) => url.clone(),
        Target::Service { service, action } => match action.strip_prefix("path/") {
            Some(path) => {
                format!("https://{service}.{region}.amazonaws.com/{}", path.trim_start_matches('/'))
            }
            None => {
                query.push(("Action".to_string(), action.clone()));
                format!("https://{service}.{region}.amazonaws.com/")
            }
        },
        Target::Function(_) | Target::Nothing => return Ok(None),
    };
    let Some(filled) = filled(received, integration, &text, &mapped.path)? else { return Ok(None) };
    let (uri, own_query) = filled.split_once('?').unwrap_or((&filled, ""));
    let pairs = own_query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (crate::request::decode_query(name).into_owned(), crate::request::decode_query(value).into_owned())
    });
    query.extend(pairs);
    let valid = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"));
    let valid = valid.is_some_and(|rest| !rest.starts_with('/') && !rest.is_empty());
    Ok(valid.then(|| Address { uri: uri.to_string(), query }))
}

/// The text with `${stageVariables.x}` and `{parameter}` filled in; any other `${name}` stands for what deployment fills in.
fn filled(
    received: &Received<'_>,
    integration: &Integration,
    text: &str,
    path: &[(String, String)],
) -> Result<Option<String>, Undecided> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let Some(end) = rest[start..].find('}').map(|at| start + at) else { break };
        let (before, name) = (&rest[..start], &rest[start + 1..end]);
        match (before.strip_suffix('$'), name.strip_prefix("stageVariables.")) {
            (Some(before), Some(variable)) => {
                out.push_str(before);
                match stage_variable(received, integration, variable)? {
                    Some(value) => out.push_str(&value),
                    None => return Ok(None),
                }
            }
            (Some(_), None) => out.push_str(&rest[..=end]),
            (None, _) => {
                out.push_str(before);
                let name = name.trim_end_matches('+');
                match path.iter().find(|(n, _)| n == name) {
                    Some((_, value)) => out.push_str(value),
                    None => {
                        let what = format!("an address with `{{{name}}}`, which no mapping fills in");
                        return Err(Undecided { span: integration.span, needs: Needs::Support(what) });
                    }
                }
            }
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(Some(out))
}

/// The value of a stage variable; `None` where the stage has none of this name.
fn stage_variable(
    received: &Received<'_>,
    integration: &Integration,
    name: &str,
) -> Result<Option<String>, Undecided> {
    let stage = &received.api.stage;
    match stage.variables.iter().find(|(n, _)| n == name) {
        Some((_, value)) => Ok(value.optional()?.0.cloned()),
        // Of a document without its stage nobody knows the variables.
        None if stage.variables_open => {
            let needs = Needs::Support(format!("the stage variable {name} of a stage that is not here"));
            Err(Undecided { span: integration.span, needs })
        }
        None => Ok(None),
    }
}

/// The headers: an `http_proxy` forwards the client's, the others none; mapped ones are set over them; the gateway adds its own
/// (recorded: `test_apigateway_header_remapping_*`, `test_http_integration_*`).
fn request_headers(
    received: &Received<'_>,
    mapped: &Mapped,
    is_proxy: bool,
    uri: &str,
    without_body: bool,
) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    if is_proxy {
        let forwarded = received.request.headers.iter();
        all.extend(forwarded.filter(|(name, _)| headers::passes_to_http_proxy(name)).cloned());
    }
    for (name, value) in mapped.header.iter().filter(|(name, _)| headers::passes_when_mapped(name)) {
        all.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        all.push((name.clone(), value.clone()));
    }
    let host = uri.split("//").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let ambient = received.ambient;
    let mut default = |name: &str, value: String| {
        if !all.iter().any(|(n, _)| n.eq_ignore_ascii_case(name)) {
            all.push((name.to_string(), value));
        }
    };
    default("Accept", "application/json".to_string());
    default("User-Agent", format!("AmazonAPIGateway_{}", ambient.api_id));
    default("Host", host.to_string());
    default("X-Amzn-Apigateway-Api-Id", ambient.api_id.clone());
    default("X-Amzn-Trace-Id", format!("Root={}", ambient.trace_root));
    if let Some(content_type) = received.request.header("Content-Type").filter(|_| !without_body) {
        default("Content-Type", content_type.to_string());
    }
    all
}
