//! What request, response and gateway responses share: choosing and rendering templates, parameter sources, `$context`.

use std::borrow::Cow;

use candor_contract::json::{Json, Members, Name};
use candor_vtl::{Budget, Rendered, Scope, Template, Value, json_path};

use crate::api::MappingTemplate;
use crate::authorizer::{Granted, Signer};
use crate::endpoint::EndpointResponse;
use crate::in_flight::Received;
use crate::request::{Request, decode_query};

/// What a parameter mapping of a response may look at.
pub(crate) enum Source<'p> {
    /// Nothing but the request, `$context` and stage variables.
    Nothing,
    /// A function's payload.
    Payload(&'p str),
    /// An endpoint's answer.
    Endpoint(&'p EndpointResponse),
}

/// The template for an `Accept` header: one of its types in order, else `application/json`, else the first (inferred;
/// recorded is only that a lone `text/html` template serves `*/*`).
pub(crate) fn choose<'t>(
    templates: &'t [MappingTemplate],
    accept: Option<&str>,
) -> Option<&'t MappingTemplate> {
    let find =
        |wanted: &str| templates.iter().find(|t| media_type(&t.content_type).eq_ignore_ascii_case(wanted));
    accept
        .into_iter()
        .flat_map(|a| a.split(','))
        .find_map(|wanted| find(media_type(wanted)))
        .or_else(|| find("application/json"))
        .or_else(|| templates.first())
}

/// A content type without its parameters.
pub(crate) fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// Renders a template over a payload. `error`: what `$context.error` is in a gateway response.
pub(crate) fn render(
    received: &Received<'_>,
    template: &Template,
    body: &str,
    error: Option<Value>,
) -> Result<Rendered, candor_vtl::Error> {
    // Most templates never look at it.
    let context = &if template.reads_context() { context(received, error) } else { Value::Null };
    // The gateway's own answers come before anybody has looked closely.
    let looked_up;
    let stage_variables = if received.stage_variables.is_empty() {
        looked_up = stage_variables(received);
        &looked_up
    } else {
        &received.stage_variables
    };
    let scope =
        Scope { body, params: &received.params, context, stage_variables, overrides: &received.overrides };
    template.render(&scope, Budget::default())
}

/// The stage's variables, as templates look at them.
pub(crate) fn stage_variables(received: &Received<'_>) -> Vec<(String, String)> {
    let known = crate::kinds::rest::stage_variables(received).into_iter();
    known.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The value of a parameter source, several joined with commas; `None` where there is nothing to map.
pub(crate) fn value(received: &Received<'_>, source: &str, from: &Source<'_>) -> Option<String> {
    let values = values(received, source, from);
    (!values.is_empty()).then(|| values.join(","))
}

/// The values of a parameter source: none where there is nothing to map, several where the source is a multi value one.
///
/// Sources and their behaviour: guide "API Gateway request and response data mapping reference"; that an absent source maps
/// nothing is recorded.
pub(crate) fn values(received: &Received<'_>, source: &str, from: &Source<'_>) -> Vec<String> {
    let source = source.trim();
    let request = &received.request;
    let named = |pairs: &[(String, String)], name: &str| -> Vec<String> {
        pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect()
    };
    if let Some(name) = source.strip_prefix("method.request.multivaluequerystring.") {
        return named(&request.decoded_query(), name);
    }
    if let Some(name) = source.strip_prefix("method.request.multivalueheader.") {
        return named(&request.headers, name);
    }
    if let (Some(name), Source::Endpoint(response)) =
        (source.strip_prefix("integration.response.multivalueheader."), from)
    {
        return headers_named(&response.headers, name);
    }
    single_value(received, source, from).into_iter().collect()
}

/// The headers of an answer with this name, casing ignored: servers spell them as they like.
fn headers_named(headers: &[(String, String)], name: &str) -> Vec<String> {
    headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.clone()).collect()
}

fn single_value(received: &Received<'_>, source: &str, from: &Source<'_>) -> Option<String> {
    if let Some(fixed) = source.strip_prefix('\'').and_then(|s| s.strip_suffix('\'')) {
        return Some(fixed.to_string());
    }
    let request: &Request = &received.request;
    let all = |pairs: &[(String, String)], name: &str| -> Vec<String> {
        pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect()
    };
    if let Some(name) = source.strip_prefix("method.request.path.") {
        return all(&received.parameters, name).pop();
    }
    if let Some(name) = source.strip_prefix("method.request.querystring.") {
        return all(&request.decoded_query(), name).pop();
    }
    if let Some(name) = source.strip_prefix("method.request.header.") {
        return all(&request.headers, name).pop();
    }
    if let Some(path) = source.strip_prefix("method.request.body") {
        return body_value(std::str::from_utf8(&request.body).ok()?, path);
    }
    if let Some(name) = source.strip_prefix("stageVariables.") {
        return all(&stage_variables(received), name).pop();
    }
    if let Some(path) = source.strip_prefix("context.") {
        let context = context(received, None);
        return path.split('.').try_fold(&context, |at, name| at.get(name)).map(Value::to_text);
    }
    match from {
        Source::Payload(payload) => body_value(payload, source.strip_prefix("integration.response.body")?),
        Source::Endpoint(response) => match source.strip_prefix("integration.response.header.") {
            Some(name) => headers_named(&response.headers, name).pop(),
            None => {
                let path = source.strip_prefix("integration.response.body")?;
                if response.body.is_partial() {
                    return None;
                }
                body_value(response.body.text()?, path)
            }
        },
        Source::Nothing => None,
    }
}

/// Whether a body begins as a JSON object and is none.
pub(crate) fn is_broken_object(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"{")
        && std::str::from_utf8(body).ok().and_then(|text| Json::read(text).ok()).is_none()
}

/// The whole body, or what a JSON path finds in it.
fn body_value(body: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(body.to_string());
    }
    let root = candor_vtl::json::parse_lenient(body).ok()?;
    let found = json_path::select(&format!("${path}"), &root).ok()??;
    (!found.is_null()).then(|| found.to_text())
}

/// `$context` of a REST API, as recorded in templates.
pub(crate) fn context(received: &Received<'_>, error: Option<Value>) -> Value {
    let ambient = received.ambient;
    let request = &received.request;
    let text = |t: &str| Value::from(t);
    let resource_path = received.route.map_or("/", |r| r.key.path.as_str());
    let stage = received.stage_name();
    let signer = received.granted.as_ref().and_then(Granted::signer);
    let said = |of: fn(&Signer) -> &String| signer.map_or(Value::Null, |signer| text(of(signer)));
    let mut identity = vec![
        ("cognitoIdentityPoolId", Value::Null),
        ("accountId", said(|s| &s.account_id)),
        ("cognitoIdentityId", Value::Null),
        ("caller", said(|s| &s.caller_id)),
        ("sourceIp", text(&ambient.source_ip)),
        ("principalOrgId", Value::Null),
        ("accessKey", said(|s| &s.access_key)),
        ("cognitoAuthenticationType", Value::Null),
        ("cognitoAuthenticationProvider", Value::Null),
        ("userArn", said(|s| &s.user_arn)),
        ("userAgent", request.header("User-Agent").map_or(Value::Null, text)),
        ("user", said(|s| &s.caller_id)),
    ];
    if let Some(key) = crate::validation::api_key(received) {
        identity.push(("apiKey", text(key)));
        identity.push(("apiKeyId", text(&ambient.api_key_id)));
    }
    let mut members = vec![
        ("accountId", text(&ambient.account_id)),
        ("apiId", text(&ambient.api_id)),
        ("deploymentId", text(&ambient.deployment_id)),
        ("domainName", text(&ambient.domain_name())),
        ("domainPrefix", text(&ambient.api_id)),
        ("extendedRequestId", text(&ambient.extended_request_id)),
        ("httpMethod", text(&request.method)),
        ("identity", Value::map(identity)),
        ("path", text(&format!("/{stage}{}", request.path))),
        ("protocol", text("HTTP/1.1")),
        ("requestId", text(&ambient.request_id)),
        ("requestTime", text(&ambient.request_time())),
        ("requestTimeEpoch", text(&ambient.time_epoch_ms.to_string())),
        ("resourceId", text(&ambient.resource_id)),
        ("resourcePath", text(resource_path)),
        ("stage", text(stage)),
    ];
    let granted = received.granted.as_ref().and_then(Granted::in_template);
    members.extend(granted.map(|granted| ("authorizer", granted)));
    members.extend(error.map(|e| ("error", e)));
    Value::map(members)
}

/// Names and values of which names may repeat.
pub(crate) type Pairs<'p> = Vec<(Cow<'p, str>, Cow<'p, str>)>;

/// The query's names and values, decoded.
pub(crate) fn query(request: &Request) -> Pairs<'_> {
    request.query.iter().map(|pair| (decode_query(&pair.0), decode_query(&pair.1))).collect()
}

/// Those of the pairs at which a name comes for the first time, each with its number.
fn names<'n>(pairs: &'n Pairs<'_>) -> impl Iterator<Item = (usize, &'n str)> {
    let known = |at: usize, name: &str| pairs[..at].iter().any(|(n, _)| n == name);
    pairs
        .iter()
        .enumerate()
        .filter(move |(at, (name, _))| !known(*at, name))
        .map(|(at, (name, _))| (at, &**name))
}

/// The values of a name, from its first pair on.
fn of_name<'n>(pairs: &'n Pairs<'_>, from: usize, name: &'n str) -> impl Iterator<Item = &'n str> {
    pairs[from..].iter().filter(move |(n, _)| n == name).map(|(_, value)| &**value)
}

/// Values by name: the last of each. Null where there are none.
pub(crate) fn last_values(event: &mut Members<'_>, key: &'static str, pairs: &Pairs<'_>) {
    if pairs.is_empty() {
        return event.text_or_null(key, None);
    }
    event.object(key, |members| {
        for (at, name) in names(pairs) {
            members.text_or_null(Name(name), of_name(pairs, at, name).last());
        }
    });
}

/// Values by name: all of them, in lists. Null where there are none.
pub(crate) fn all_values(event: &mut Members<'_>, key: &'static str, pairs: &Pairs<'_>) {
    if pairs.is_empty() {
        return event.text_or_null(key, None);
    }
    event.object(key, |members| {
        for (at, name) in names(pairs) {
            members.texts(Name(name), of_name(pairs, at, name));
        }
    });
}

/// Values by name: all of them, joined with commas.
pub(crate) fn joined_values(event: &mut Members<'_>, key: &'static str, pairs: &Pairs<'_>) {
    event.object(key, |members| {
        for (at, name) in names(pairs) {
            let values = of_name(pairs, at, name).enumerate();
            members.joined(Name(name), values.flat_map(|(i, value)| [if i > 0 { "," } else { "" }, value]));
        }
    });
}
