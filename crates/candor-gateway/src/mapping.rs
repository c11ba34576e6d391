//! What request, response and gateway responses share: choosing and rendering templates, parameter sources, `$context`.

use candor_contract::json::Json;
use candor_vtl::{Budget, Rendered, Scope, Template, Value, json_path};

use crate::api::MappingTemplate;
use crate::endpoint::EndpointResponse;
use crate::in_flight::Received;
use crate::request::Request;

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

/// Renders a template over a payload.
pub(crate) fn render(
    received: &Received<'_>,
    template: &Template,
    body: &str,
    context: &Value,
) -> Result<Rendered, candor_vtl::Error> {
    // The gateway's own answers come before anybody has looked closely.
    let looked_up;
    let stage_variables = if received.stage_variables.is_empty() {
        looked_up = crate::kinds::rest::stage_variables(received);
        &looked_up
    } else {
        &received.stage_variables
    };
    let scope =
        Scope { body, params: &received.params, context, stage_variables, overrides: &received.overrides };
    template.render(&scope, Budget::default())
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
        return all(&crate::kinds::rest::stage_variables(received), name).pop();
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
    let mut identity = vec![
        ("cognitoIdentityPoolId", Value::Null),
        ("accountId", Value::Null),
        ("cognitoIdentityId", Value::Null),
        ("caller", Value::Null),
        ("sourceIp", text(&ambient.source_ip)),
        ("principalOrgId", Value::Null),
        ("accessKey", Value::Null),
        ("cognitoAuthenticationType", Value::Null),
        ("cognitoAuthenticationProvider", Value::Null),
        ("userArn", Value::Null),
        ("userAgent", request.header("User-Agent").map_or(Value::Null, text)),
        ("user", Value::Null),
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
    members.extend(error.map(|e| ("error", e)));
    Value::map(members)
}

/// Values by name: what events hold as JSON objects, the last of equal names.
pub(crate) fn last_values(pairs: &[(String, String)]) -> Json {
    let mut members: Vec<(String, Json)> = Vec::new();
    for (name, value) in pairs {
        match members.iter_mut().find(|(n, _)| n == name) {
            Some(member) => member.1 = Json::string(value.as_str()),
            None => members.push((name.clone(), Json::string(value.as_str()))),
        }
    }
    Json::Object(members)
}

/// Values by name: all of them, in lists.
pub(crate) fn all_values(pairs: &[(String, String)]) -> Json {
    let mut members: Vec<(String, Json)> = Vec::new();
    for (name, value) in pairs {
        match members.iter_mut().find(|(n, _)| n == name) {
            Some((_, Json::Array(values))) => values.push(Json::string(value.as_str())),
            _ => members.push((name.clone(), Json::Array(vec![Json::string(value.as_str())]))),
        }
    }
    Json::Object(members)
}

/// Values by name: all of them, joined with commas; names in lower case where asked.
pub(crate) fn joined_values(pairs: &[(String, String)]) -> Vec<(String, Json)> {
    let mut members: Vec<(String, String)> = Vec::new();
    for (name, value) in pairs {
        match members.iter_mut().find(|(n, _)| n == name) {
            Some((_, values)) => {
                values.push(',');
                values.push_str(value);
            }
            None => members.push((name.clone(), value.clone())),
        }
    }
    members.into_iter().map(|(name, value)| (name, Json::String(value))).collect()
}
