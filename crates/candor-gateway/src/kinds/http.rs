//! HTTP APIs, payload formats 1.0 and 2.0. Nothing of them is recorded; what is not documented is said to be inferred.

use std::borrow::Cow;

use base64::Engine as _;
use candor_contract::json::{Json, Members, write_object};
use candor_contract::limits;
use candor_contract::outcome::{Outcome, Payload};
use candor_contract::payload::{self, Body, ProxyFormat, Reading, StatusFrom};

use crate::api::{Integration, IntegrationType, Route, Target};
use crate::authorizer;
use crate::endpoint::{EndpointOutcome, EndpointRequest};
use crate::exchange::{By, Header, Response};
use crate::http_mapping;
use crate::in_flight::{Invocation, Received, State};
use crate::kinds::rest;
use crate::mapping::{self, Pairs, joined_values, last_values, media_type};
use crate::request::{self, Request};
use crate::setting::{Cause, Fact, Needs, Undecided};
use crate::trace::{StepId, Trace, What};
use crate::validation;

static NO_ROUTE: Fact = Fact {
    says: "a request that no route takes is answered 404",
    source: "API Gateway developer guide: Create routes for HTTP APIs",
};
static INTERNAL: Fact = Fact {
    says: "an HTTP API answers a function error with 500 and a stock body",
    source: "reports from the field: {\"message\":\"Internal Server Error\"}, capitals unlike a REST API's",
};
static UNAVAILABLE: Fact = Fact {
    says: "an HTTP API answers 503 when the integration timeout has passed",
    source: "reports from the field; an article of AWS's knowledge center says 504 in passing",
};

/// The payload format of the route: 2.0 where SAM or the console would write it, 1.0 where an import leaves it out.
///
/// That a missing `payloadFormatVersion` means 1.0 is documented for CreateIntegration; readers set what their format
/// defaults to.
fn format(received: &Received<'_>) -> Result<ProxyFormat, Undecided> {
    let Some(route) = received.route else { return Ok(ProxyFormat::Http2) };
    let (version, _) = route.integration.payload_format_version.optional()?;
    Ok(if version.is_some_and(|v| v.starts_with('2')) { ProxyFormat::Http2 } else { ProxyFormat::Http1 })
}

/// Takes a request up to the function's door, or answers it.
pub(crate) fn begin<'a>(
    mut received: Received<'a>,
    trace: &mut Trace,
) -> Result<(Received<'a>, State<'a>), Undecided> {
    let Some(route) = received.route else {
        let step = trace.push(What::NoRoute, Cause::Aws(&NO_ROUTE));
        let response = stock(trace, step, 404, "Not Found", Cause::Aws(&NO_ROUTE), &received);
        return Ok((received, State::Done(response)));
    };
    let integration = &route.integration;
    let (integration_type, _) = integration.integration_type.or(&IntegrationType::AwsProxy)?;
    let (target, _) = integration.target.or(&Target::Nothing)?;
    let mapped = http_mapping::request(&received, trace, integration)?;
    let mapped_path = mapped.and_then(|(request, path)| {
        received.request = request;
        path
    });
    if let (Target::Url(url), IntegrationType::HttpProxy) = (target, integration_type) {
        let request = forwarded(&received, integration, url, mapped_path.as_deref())?;
        trace.push(What::EndpointCalled, Cause::Request);
        return Ok((received, State::Calling(request)));
    }
    if let (Target::Service { service, action }, IntegrationType::AwsProxy) = (target, integration_type) {
        trace.push(What::EndpointCalled, Cause::Request);
        let request = service_request(&received, service, action);
        return Ok((received, State::Calling(request)));
    }
    let (Target::Function(function), IntegrationType::AwsProxy) = (target, integration_type) else {
        let what = "an integration of this type with this target".to_string();
        return Err(Undecided { span: integration.span, needs: Needs::Support(what) });
    };
    format(&received)?;
    let (deadline, _) = integration.timeout.or(&limits::HTTP_INTEGRATION_TIMEOUT.time)?;
    trace.push(What::Invoked, Cause::Request);
    Ok((received, State::Waiting(Invocation { function, deadline: *deadline })))
}

/// Makes the client's response of what the function did.
pub(crate) fn resume(
    received: &Received<'_>,
    trace: &mut Trace,
    invocation: Invocation<'_>,
    outcome: &Outcome,
) -> Result<Response, Undecided> {
    let route = received.route.expect("a function is only called for a route");
    let gave_up = match outcome {
        Outcome::ReturnedLate(_) => true,
        Outcome::TimedOut { after, .. } => *after > invocation.deadline,
        _ => false,
    };
    if gave_up {
        let (_, cause) = route.integration.timeout.or(&limits::HTTP_INTEGRATION_TIMEOUT.time)?;
        let step = trace.push(What::GatewayTimedOut, cause);
        return Ok(stock(trace, step, 503, "Service Unavailable", Cause::Aws(&UNAVAILABLE), received));
    }
    match outcome {
        Outcome::Returned(payload) => {
            let (mut response, read) = answer(received, trace, format(received)?, payload)?;
            if read {
                http_mapping::response(received, trace, &route.integration, &mut response)?;
            }
            Ok(response)
        }
        _ => {
            let step = trace.push(What::FunctionFailed, Cause::Aws(&INTERNAL));
            Ok(stock(trace, step, 500, "Internal Server Error", Cause::Aws(&INTERNAL), received))
        }
    }
}

/// What an HTTP proxy integration sends: the client's request, with the route's path parameters in the address
/// (guide "Create HTTP integrations for HTTP APIs").
fn forwarded(
    received: &Received<'_>,
    integration: &Integration,
    url: &str,
    path: Option<&str>,
) -> Result<EndpointRequest, Undecided> {
    let mut uri =
        match (path, url.find("://").and_then(|at| url[at + 3..].find('/').map(|slash| at + 3 + slash))) {
            (None, _) => url.to_string(),
            (Some(path), slash) => format!("{}{path}", &url[..slash.unwrap_or(url.len())]),
        };
    for (name, value) in &received.parameters {
        uri = uri.replace(&format!("{{{name}}}"), value).replace(&format!("{{{name}+}}"), value);
    }
    let request = &received.request;
    let method = match integration.http_method.optional()?.0 {
        Some(method) if !method.eq_ignore_ascii_case("ANY") => method.to_ascii_uppercase(),
        _ => request.method.clone(),
    };
    let headers =
        request.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Host")).cloned().collect();
    let (query, body) = (request.decoded_query(), request.body.clone());
    Ok(EndpointRequest { method, uri, query, headers, body })
}

/// What a first-class service integration sends, as far as it matters here: which operation is asked for. What its request parameters
/// make of the body is not modelled (guide "Create AWS service integrations for HTTP APIs"); the answer is passed on as it comes.
fn service_request(received: &Received<'_>, service: &str, action: &str) -> EndpointRequest {
    EndpointRequest {
        method: "POST".to_string(),
        uri: format!("https://{service}.{}.amazonaws.com/", received.ambient.region),
        query: vec![("Action".to_string(), action.to_string())],
        ..EndpointRequest::default()
    }
}

/// Makes the client's response of what an endpoint did.
pub(crate) fn passed(
    received: &Received<'_>,
    trace: &mut Trace,
    route: &Route,
    outcome: &EndpointOutcome,
) -> Result<Response, Undecided> {
    let response = match outcome {
        EndpointOutcome::Responded(response) => response,
        EndpointOutcome::TimedOut => {
            let (_, cause) = route.integration.timeout.or(&limits::HTTP_INTEGRATION_TIMEOUT.time)?;
            let step = trace.push(What::GatewayTimedOut, cause);
            return Ok(stock(trace, step, 503, "Service Unavailable", Cause::Aws(&UNAVAILABLE), received));
        }
        EndpointOutcome::Unreachable => {
            // Inferred: the same as for a timeout.
            let (_, cause) = route.integration.target.optional()?;
            let step = trace.push(What::EndpointUnreachable, cause);
            return Ok(stock(trace, step, 503, "Service Unavailable", Cause::Aws(&UNAVAILABLE), received));
        }
    };
    let step = trace.push(What::EndpointPassed, Cause::Written(route.integration.span));
    let header = |name: Cow<'static, str>, value: String| By { value: Header { name, value }, step };
    let kept = response.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Transfer-Encoding"));
    let mut headers: Vec<By<Header>> =
        kept.map(|(name, value)| header(Cow::Owned(name.clone()), value.clone())).collect();
    headers.push(header(Cow::Borrowed("apigw-requestid"), received.ambient.extended_request_id.clone()));
    let value = match response.body.is_partial() {
        true => Body::Unknown,
        false => Body::Known(response.body.bytes().to_vec()),
    };
    let body = By { value, step };
    let mut response = Response { status: By { value: response.status, step }, headers, body };
    http_mapping::response(received, trace, &route.integration, &mut response)?;
    Ok(response)
}

/// The refusal of a request whose body is larger than the gateway takes. The limit is documented, the words are inferred from REST APIs.
pub(crate) fn too_large(received: &Received<'_>, trace: &mut Trace) -> Response {
    let cause = Cause::Aws(&validation::TOO_LARGE);
    let step = trace.push(What::RequestTooLarge, cause);
    stock(trace, step, 413, "Request Too Long", cause, received)
}

/// The refusal of a request that the authorizer does not let pass.
pub(crate) fn refused(
    received: &Received<'_>,
    trace: &mut Trace,
    status: u16,
    message: &'static str,
    cause: Cause,
) -> Response {
    let step = trace.push(What::GatewayStatus { response_type: None, message: message.to_string() }, cause);
    stock(trace, step, status, message, cause, received)
}

/// One of the gateway's own answers: no setting shapes them.
fn stock(
    trace: &mut Trace,
    because: StepId,
    status: u16,
    message: &'static str,
    body_cause: Cause,
    received: &Received<'_>,
) -> Response {
    let cause = trace.step(because).cause;
    let step = trace.push(What::GatewayStatus { response_type: None, message: message.to_string() }, cause);
    let body_step = trace.push(What::GatewayBody { stock: true }, body_cause);
    let body = Json::object([("message", Json::string(message))]).write().into_bytes();
    let header =
        |name: &'static str, value: String| By { value: Header { name: Cow::Borrowed(name), value }, step };
    Response {
        status: By { value: status, step },
        headers: vec![
            header("Content-Type", "application/json".to_string()),
            header("apigw-requestid", received.ambient.extended_request_id.clone()),
        ],
        body: By { value: Body::Known(body), step: body_step },
    }
}

/// The client's response, and whether it is the function's: the gateway's own otherwise.
fn answer(
    received: &Received<'_>,
    trace: &mut Trace,
    format: ProxyFormat,
    payload: &Payload,
) -> Result<(Response, bool), Undecided> {
    let answer = match payload::read(format, payload) {
        Reading::Answer(answer) => answer,
        Reading::Malformed(malformed) => {
            let step = trace.push(What::AnswerMalformed(malformed), Cause::Payload);
            let response = stock(trace, step, 500, "Internal Server Error", Cause::Aws(&INTERNAL), received);
            return Ok((response, false));
        }
        Reading::Undecided(pointer) => {
            let span = received.route.map_or(received.api.span, |r| r.span);
            return Err(Undecided { span, needs: Needs::Answer(pointer) });
        }
    };
    let what = match answer.status_from {
        StatusFrom::Said => What::AnswerRead,
        StatusFrom::Absent | StatusFrom::Inferred => What::StatusInferred,
    };
    let step = trace.push(what, Cause::Payload);
    let mut headers: Vec<By<Header>> = answer
        .headers
        .into_iter()
        .map(|(name, value)| By { value: Header { name: Cow::Owned(name), value }, step })
        .collect();
    if !headers.iter().any(|h| h.value.name.eq_ignore_ascii_case("Content-Type")) {
        // Reported from the field.
        let value = "text/plain;charset=UTF-8".to_string();
        headers.push(By { value: Header { name: Cow::Borrowed("Content-Type"), value }, step });
    }
    let id = received.ambient.extended_request_id.clone();
    headers.push(By { value: Header { name: Cow::Borrowed("apigw-requestid"), value: id }, step });
    let body = By { value: answer.body, step };
    Ok((Response { status: By { value: answer.status, step }, headers, body }, true))
}

/// The event, in the route's payload format.
pub(crate) fn event(received: &Received<'_>) -> Vec<u8> {
    match format(received) {
        Ok(ProxyFormat::Http1) => rest::event(received, rest::Format::Http1),
        _ => {
            let key = received.route.map_or("$default".to_string(), |r| r.key.to_string());
            event_2(received, &key, received.stage_name(), &received.ambient.domain_name())
        }
    }
}

/// Payload 2.0, also what function URLs send. Empty members are absent rather than null (reported from the field).
pub(crate) fn event_2(received: &Received<'_>, route_key: &str, stage: &str, domain_name: &str) -> Vec<u8> {
    let Received { request, ambient, .. } = received;
    // A request's path begins with the stage's name, unless that is `$default`.
    let path: &[&str] = if stage == "$default" { &[&request.path] } else { &["/", stage, &request.path] };
    let mut cookies: Vec<&str> = Vec::new();
    let mut headers = Pairs::with_capacity(request.headers.len() + 6);
    for (name, value) in &request.headers {
        if name.eq_ignore_ascii_case("Cookie") {
            cookies.extend(value.split(';').map(str::trim));
        } else {
            headers.push((name.as_str().into(), value.as_str().into()));
        }
    }
    rest::add_forwarded(&mut headers, received);
    if !request.body.is_empty() && !headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-length")) {
        headers.push(("content-length".into(), request.body.len().to_string().into()));
    }
    for (name, _) in &mut headers {
        *name = lower_case(std::mem::take(name));
    }
    let query = mapping::query(request);
    let parameters = received.parameters.iter();
    let parameters: Pairs<'_> =
        parameters.map(|(n, v)| (n.as_str().into(), request::decode_path(v))).collect();
    let variables = rest::stage_variables(received);
    let mut out = Vec::with_capacity(1_536 + request.body.len() * 2);
    write_object(&mut out, |event| {
        event.text("version", "2.0");
        event.text("routeKey", route_key);
        event.joined("rawPath", path.iter().copied());
        event.joined("rawQueryString", raw_query(request));
        if !cookies.is_empty() {
            event.texts("cookies", cookies);
        }
        joined_values(event, "headers", &headers);
        if !query.is_empty() {
            joined_values(event, "queryStringParameters", &query);
        }
        event.object("requestContext", |context| {
            context.text("accountId", &ambient.account_id);
            context.text("apiId", &ambient.api_id);
            let granted = received.granted.as_ref();
            if let Some(granted) = granted.and_then(|g| g.in_event(authorizer::Format::Http2, ambient)) {
                context.json("authorizer", &granted);
            }
            context.text("domainName", domain_name);
            context.text("domainPrefix", domain_name.split('.').next().unwrap_or_default());
            context.object("http", |http| {
                http.text("method", &request.method);
                http.joined("path", path.iter().copied());
                http.text("protocol", "HTTP/1.1");
                http.text("sourceIp", &ambient.source_ip);
                http.text("userAgent", request.header("User-Agent").unwrap_or_default());
            });
            context.text("requestId", &ambient.extended_request_id);
            context.text("routeKey", route_key);
            context.text("stage", stage);
            context.text("time", &ambient.request_time());
            context.number("timeEpoch", ambient.time_epoch_ms);
        });
        if !parameters.is_empty() {
            last_values(event, "pathParameters", &parameters);
        }
        if !variables.is_empty() {
            last_values(event, "stageVariables", &variables);
        }
        body(event, request);
    });
    out
}

/// The parts of the query string as it came.
fn raw_query(request: &Request) -> impl Iterator<Item = &str> {
    let parts = request.query.iter().enumerate();
    parts.flat_map(|(i, (name, value))| [if i > 0 { "&" } else { "" }, name, "=", value])
}

/// A name in lower case; most are already.
fn lower_case(name: Cow<'_, str>) -> Cow<'_, str> {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => name,
    }
}

/// The body and whether it is base64. Text types, JSON, XML, JavaScript and forms go as text; multipart goes as base64
/// (recorded for function URLs); that every other type does is inferred.
fn body(event: &mut Members<'_>, request: &Request) {
    let bytes = &request.body;
    if bytes.is_empty() {
        return event.bool("isBase64Encoded", false);
    }
    let content_type = request.header("Content-Type").map_or("text/plain", media_type).to_ascii_lowercase();
    let textual = content_type.starts_with("text/")
        || ["json", "xml", "javascript", "x-www-form-urlencoded"].iter().any(|t| content_type.contains(t));
    let text = std::str::from_utf8(bytes).ok().filter(|_| textual);
    match text {
        Some(text) => event.text("body", text),
        None => event.text("body", &base64::engine::general_purpose::STANDARD.encode(bytes)),
    }
    event.bool("isBase64Encoded", text.is_none());
}
