//! The events of an exchange, in AWS's order: made from its trace, which knows every decision already.

use std::borrow::Cow;

use candor_contract::ApiKind;
use candor_contract::json::Json;
use candor_contract::limits;
use candor_contract::outcome::{Outcome, Payload};
use candor_contract::payload::Body;

use super::{Event, Fields, Level, Line, Prefix};
use crate::api::{IntegrationType, Stage, Target};
use crate::endpoint::{EndpointOutcome, EndpointRequest, EndpointResponse};
use crate::exchange::Exchange;
use crate::in_flight::Received;
use crate::kinds::rest;
use crate::log::{Call, integration_latency, secrets, time};
use crate::mapping::Pairs;
use crate::signals::UNKNOWN;
use crate::trace::{Broken, What};

/// The log that `test-invoke-method` returns for this exchange; empty where there is none: for HTTP APIs, function URLs, and
/// requests that no method takes. Secrets are masked.
///
/// Text and order are recorded (`TestApigatewayTestInvoke`, `test_apigw_test_invoke_method_api`).
pub fn test_invocation(exchange: &Exchange<'_>) -> String {
    if !is_logged(exchange) {
        return String::new();
    }
    let ambient = exchange.received.ambient;
    let mut out = Line::new(Prefix::None, Event::Title(ambient.request_id.clone())).write();
    out.push('\n');
    for (at, event) in walk(exchange, exchange.received.request.headers.clone()) {
        out.push_str(&Line::new(Prefix::Time(at.div_euclid(1000)), event).write());
        out.push('\n');
    }
    out
}

/// The events that CloudWatch gets from a stage of this level; none where [`test_invocation`] is empty. Secrets are masked.
///
/// What stands before and behind the walk is recorded (subscription envelopes of 2019).
pub fn cloudwatch(exchange: &Exchange<'_>, level: Level) -> Vec<Line> {
    if !is_logged(exchange) {
        return Vec::new();
    }
    let received = &exchange.received;
    let ambient = received.ambient;
    let id = &ambient.request_id;
    let key = received.route.map_or_else(String::new, |route| route.key.to_string());
    let (api_key, api_stage) = (String::new(), format!("{}/{}", ambient.api_id, received.stage_name()));
    let mut events = vec![
        Event::ExtendedRequestId(ambient.extended_request_id.clone()),
        Event::VerifyingUsagePlan {
            request_id: id.clone(),
            api_key: api_key.clone(),
            api_stage: api_stage.clone(),
        },
        Event::NoApiKeyNeeded(key),
        Event::UsagePlanChecked { api_key, api_stage },
    ];
    let headers = received.request.headers.iter();
    let mut headers: Pairs<'_> = headers.map(|(n, v)| (n.as_str().into(), v.as_str().into())).collect();
    rest::add_forwarded(&mut headers, received);
    let headers: Vec<_> = headers.into_iter().map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
    events.extend(walk(exchange, headers).into_iter().map(|(_, event)| event));
    if Call::of(exchange) == Call::Answered {
        events.push(Event::EndpointRequestId(ambient.lambda_request_id.clone()));
    }
    if matches!(received.api.stage.tracing_enabled.optional(), Ok((Some(true), _))) {
        events.push(Event::TraceId(ambient.trace_root.clone()));
    }
    let written = events.into_iter().filter(|event| event.level() <= level);
    written.map(|event| Line::new(Prefix::Request(id.clone()), event)).collect()
}

/// Whether the exchange is logged at all: a request that no method takes belongs to no method's log (guide, "Set up CloudWatch
/// logging for REST APIs": API Gateway does not generate logs for 403 Missing Authentication Token).
fn is_logged(exchange: &Exchange<'_>) -> bool {
    Stage::has_execution_log(exchange.received.api.kind) && exchange.received.route.is_some()
}

/// The walk that both logs share: each event with its time in milliseconds. `headers`: those that the log shows as the request's.
fn walk(exchange: &Exchange<'_>, headers: Vec<(String, String)>) -> Vec<(i64, Event)> {
    let received = &exchange.received;
    let (ambient, request) = (received.ambient, &received.request);
    let call = Call::of(exchange);
    let latency = integration_latency(exchange, call);
    let arrived = ambient.time_epoch_ms;
    let answered = arrived.saturating_add(latency.unwrap_or_default());
    let mut events = vec![
        Event::Starting(ambient.request_id.clone()),
        Event::Method { method: request.method.clone(), path: request.path.clone() },
        Event::RequestPath(fields(&received.parameters)),
        Event::RequestQuery(fields(&request.decoded_query())),
        Event::RequestHeaders(fields(&headers)),
        Event::RequestBody(body(&request.body)),
    ];
    let mut later = Vec::new();
    for step in exchange.trace.steps() {
        if step.what == What::Invoked {
            events.extend(calling(received));
            if call == Call::Answered {
                later.extend(answering(exchange, latency.unwrap_or_default()));
            }
        }
        if let (What::EndpointCalled, Some(called)) = (&step.what, &exchange.endpoint) {
            events.extend(calling_endpoint(&called.request));
            if let EndpointOutcome::Responded(response) = &called.outcome {
                later.extend(endpoint_answering(response, latency.unwrap_or_default()));
            }
        }
        later.extend(failure(exchange, &step.what));
    }
    let by_the_gateway =
        matches!(exchange.trace.step(exchange.response.status.step).what, What::GatewayStatus { .. });
    if !by_the_gateway {
        later.push(Event::ResponseBody(match &exchange.response.body.value {
            Body::Known(bytes) => body(bytes),
            Body::Unknown => UNKNOWN.to_string(),
        }));
        later.push(Event::ResponseHeaders(fields(&response_headers(exchange))));
        later.push(Event::Succeeded);
    }
    later.push(Event::Completed { status: exchange.response.status.value });
    let early = events.into_iter().map(|event| (arrived, event));
    early.chain(later.into_iter().map(|event| (answered, event))).collect()
}

/// What a step of the trace says where it is a failure; nothing for any other.
pub(crate) fn failure(exchange: &Exchange<'_>, what: &What) -> Vec<Event> {
    let configuration = |why: &str| vec![Event::ConfigurationError(why.to_string())];
    let id = || exchange.received.ambient.lambda_request_id.clone();
    match what {
        What::FunctionFailed => {
            let payload = error_payload(exchange);
            let message = payload.as_ref().filter(|p| !p.hides("/errorMessage")).map(|payload| {
                payload.json().and_then(|json| json.get("errorMessage")).and_then(Json::as_str)
            });
            let message = match message {
                Some(message) => secrets::hide(message.unwrap_or_default()).into_owned(),
                None => UNKNOWN.to_string(),
            };
            vec![Event::FunctionFailed { message, request_id: Some(id()) }]
        }
        What::AnswerMalformed(_) => configuration("Malformed Lambda proxy response"),
        // Seen in published logs, of a mapped integration.
        What::AnswerNotBase64 => configuration("Unable to base64 decode the body."),
        What::GatewayTimedOut => vec![Event::TimedOut],
        What::InvocationRefused if matches!(exchange.outcome, Some(Outcome::Throttled)) => {
            let refused = Event::InvocationFailed { status: 429, request_id: id() };
            vec![refused, Event::ConfigurationError("Rate Exceeded.".to_string())]
        }
        What::InvocationRefused => configuration("Invalid permissions on Lambda function"),
        // Seen in reports; the status is the one that Lambda's service answered.
        What::NoResponse => {
            let status = match exchange.endpoint.as_ref().map(|call| &call.outcome) {
                Some(EndpointOutcome::Responded(response)) => response.status,
                Some(EndpointOutcome::Unreachable | EndpointOutcome::TimedOut) | None => 200,
            };
            configuration(&format!(
                "No match for output mapping and no default output mapping configured. Endpoint Response Status Code: {status}"
            ))
        }
        What::MethodResponseMissing { status, .. } => {
            configuration(&format!("Output mapping refers to an invalid method response: {status}"))
        }
        // Both are seen in reports.
        What::RequestTemplateFailed { .. } => configuration("Unable to transform request"),
        What::ResponseTemplateFailed { .. } => configuration("Unable to transform response"),
        What::IntegrationBroken { why } => match why {
            // Seen in reports.
            Broken::MockStatus => {
                configuration("statusCode should be an integer which defined in request template")
            }
            // Nobody here has seen what AWS writes of these.
            Broken::NotPost | Broken::ReservedHeader | Broken::BodyNotJson => {
                configuration(&UNKNOWN.to_string())
            }
            // Recorded: an undefined stage variable as host.
            Broken::InvalidAddress => configuration("Invalid endpoint address"),
            // Seen in reports of stage variables that name no function.
            Broken::NoSuchFunction => configuration("Invalid permissions on Lambda function"),
            // Seen in published logs and reports.
            Broken::BodyNotBase64 => configuration("Unable to base64 decode the body."),
            Broken::TemplateReadsBytes => configuration("Unable to transform request"),
        },
        What::EndpointUnreachable => vec![Event::NetworkError],
        What::EndpointBodyUnusable => configuration("Unable to transform response"),
        // Reported from the field, as test invocations show it.
        What::BodyRefused { content_type, why } => vec![Event::Other(format!(
            "Request body does not match model schema for content type {content_type}: {why}"
        ))],
        // What AWS writes of a refused content type, a missing key or parameter, of too many bytes nobody here has seen.
        What::NoRoute
        | What::RequestTooLarge
        | What::HeadersTooLarge
        | What::IdentityMissing { .. }
        | What::Authorized(_)
        | What::EndpointAnswerTooLarge
        | What::KeyMissing
        | What::ParametersMissing { .. }
        | What::PreflightAnswered
        | What::MediaTypeRefused
        | What::RequestTemplateRendered
        | What::Invoked
        | What::EndpointCalled
        | What::EndpointPassed
        | What::AnswerRead
        | What::StreamBroken
        | What::StatusInferred
        | What::ParameterMapped
        | What::StatusMapped
        | What::PatternMatched { .. }
        | What::DefaultResponse { .. }
        | What::PassedThrough
        | What::ResponseTemplateRendered { .. }
        | What::StatusOverridden { .. }
        | What::OverrideIgnored { .. }
        | What::HeaderMapped
        | What::HeaderSet
        | What::GatewayStatus { .. }
        | What::GatewayBody { .. }
        | What::MockStatus
        // Load balancers write no such log.
        | What::AnswerTooLarge
        | What::HeadersLost { .. }
        | What::LoginMissing
        | What::FixedResponse
        | What::FixedBody
        | What::Redirected => Vec::new(),
    }
}

/// The call: where to, with what.
fn calling(received: &Received<'_>) -> Vec<Event> {
    let uri = uri(received);
    vec![
        Event::EndpointUri(uri.clone()),
        Event::EndpointRequestHeaders(fields(&call_headers(received))),
        Event::EndpointRequestBody(body(&received.event())),
        Event::Sending(uri),
    ]
}

/// The call to an endpoint. The order is that of a call to a function; of others nobody here has seen a whole log.
fn calling_endpoint(request: &EndpointRequest) -> Vec<Event> {
    let query: Vec<String> =
        request.query.iter().map(|(name, value)| format!("{name}={}", secrets::shown(name, value))).collect();
    let uri = match query.is_empty() {
        true => request.uri.clone(),
        false => format!("{}?{}", request.uri, query.join("&")),
    };
    vec![
        Event::EndpointUri(uri.clone()),
        Event::EndpointRequestHeaders(fields(&request.headers)),
        Event::EndpointRequestBody(body(&request.body)),
        Event::Sending(uri),
    ]
}

/// What an endpoint answered.
fn endpoint_answering(response: &EndpointResponse, latency: i64) -> Vec<Event> {
    let text = match response.body.is_partial() {
        true => UNKNOWN.to_string(),
        false => body(response.body.bytes()),
    };
    vec![
        Event::Received {
            status: Some(response.status),
            latency: u64::try_from(latency).unwrap_or_default(),
        },
        Event::EndpointResponseHeaders(fields(&response.headers)),
        Event::EndpointResponseBody(text),
    ]
}

/// The URI of a call to a function.
fn uri(received: &Received<'_>) -> String {
    let ambient = received.ambient;
    let function = match received.route.map(|route| route.integration.target.optional()) {
        Some(Ok((Some(Target::Function(function)), _))) => function,
        _ => return UNKNOWN.to_string(),
    };
    let qualifier = function.qualifier.as_ref().map_or_else(String::new, |q| format!(":{q}"));
    format!(
        "https://lambda.{region}.amazonaws.com/2015-03-31/functions/arn:aws:lambda:{region}:{account}:function:{name}{qualifier}/invocations",
        region = ambient.region,
        account = ambient.account_id,
        name = function.name,
    )
}

/// The headers of a call to a function (recorded, in this order). Signature and token are the gateway's own: stars stand for
/// what the model has not.
fn call_headers(received: &Received<'_>) -> Vec<(String, String)> {
    let ambient = received.ambient;
    let api = &ambient.api_id;
    let pair = |name: &str, value: String| (name.to_string(), value);
    vec![
        pair("x-amzn-lambda-integration-tag", ambient.request_id.clone()),
        pair("Authorization", "*".repeat(32)),
        pair("X-Amz-Date", time::amz_date(ambient.time_epoch_ms)),
        pair("x-amzn-apigateway-api-id", api.clone()),
        pair("X-Amz-Source-Arn", received.source_arn()),
        pair("Accept", "application/json".to_string()),
        pair("User-Agent", format!("AmazonAPIGateway_{api}")),
        pair("X-Amz-Security-Token", "*".repeat(32)),
    ]
}

/// What Lambda answered. Headers before the body, as recorded since 2021; in 2019 it was the other way round.
fn answering(exchange: &Exchange<'_>, latency: i64) -> Vec<Event> {
    let received = &exchange.received;
    let ambient = received.ambient;
    let (payload, failed) = match &exchange.outcome {
        Some(Outcome::Returned(payload) | Outcome::ReturnedLate(payload)) => (Some(payload.clone()), false),
        Some(_) | None => (error_payload(exchange), true),
    };
    let (text, length) = match &payload {
        Some(payload) if !payload.is_partial() => (body(payload.bytes()), payload.bytes().len().to_string()),
        Some(_) | None => (UNKNOWN.to_string(), UNKNOWN.to_string()),
    };
    let sampled = match received.api.stage.tracing_enabled.optional() {
        Ok((Some(true), _)) => 1,
        Ok(_) | Err(_) => 0,
    };
    let date = time::http_date(ambient.time_epoch_ms.saturating_add(latency));
    let mut headers = vec![
        ("Date", date),
        ("Content-Type", "application/json".to_string()),
        ("Content-Length", length),
        ("Connection", "keep-alive".to_string()),
        ("x-amzn-RequestId", ambient.lambda_request_id.clone()),
    ];
    if failed {
        headers.push(("X-Amz-Function-Error", "Unhandled".to_string()));
    }
    headers.extend([
        ("x-amzn-Remapped-Content-Length", "0".to_string()),
        ("X-Amz-Executed-Version", "$LATEST".to_string()),
        ("X-Amzn-Trace-Id", format!("Root={};Sampled={sampled}", ambient.trace_root)),
    ]);
    vec![
        Event::Received { status: Some(200), latency: u64::try_from(latency).unwrap_or_default() },
        Event::EndpointResponseHeaders(Fields::of(headers)),
        Event::EndpointResponseBody(text),
    ]
}

/// The error that Lambda handed to the gateway.
fn error_payload(exchange: &Exchange<'_>) -> Option<Payload> {
    exchange.outcome.as_ref()?.error_payload(&exchange.received.ambient.lambda_request_id)
}

/// The headers that the log shows of a response: the trace id first, then what was set; ids of the request are added later and
/// not shown (recorded). So is the content type of a proxy answer that names none (seen in published logs).
fn response_headers(exchange: &Exchange<'_>) -> Vec<(String, String)> {
    let is = |name: &str, wanted: &str| name.eq_ignore_ascii_case(wanted);
    let shows_type = !is_proxy(exchange) || said_type(exchange);
    let mut headers: Vec<(String, String)> = exchange
        .response
        .headers
        .iter()
        .map(|header| (header.value.name.to_string(), header.value.value.clone()))
        .filter(|(name, _)| !is(name, "x-amzn-RequestId") && !is(name, "x-amz-apigw-id"))
        .filter(|(name, _)| shows_type || !is(name, "Content-Type"))
        .collect();
    // The model has the content type before what mappings add; AWS lists it last.
    let rank = |name: &str| match name {
        name if is(name, "X-Amzn-Trace-Id") => 0,
        name if is(name, "Content-Type") => 2,
        _ => 1,
    };
    headers.sort_by_key(|(name, _)| rank(name));
    headers
}

fn is_proxy(exchange: &Exchange<'_>) -> bool {
    let integration = exchange.received.route.map(|route| route.integration.integration_type.optional());
    let of_type = match integration {
        Some(Ok((of_type, _))) => of_type.copied(),
        Some(Err(_)) | None => None,
    };
    exchange.received.api.kind == ApiKind::Rest
        && of_type.unwrap_or(IntegrationType::AwsProxy) == IntegrationType::AwsProxy
}

/// Whether the function's answer names a content type.
fn said_type(exchange: &Exchange<'_>) -> bool {
    let Some(Outcome::Returned(payload)) = &exchange.outcome else { return false };
    ["headers", "multiValueHeaders"].iter().any(|key| match payload.json().and_then(|json| json.get(key)) {
        Some(Json::Object(members)) => {
            members.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Type"))
        }
        Some(_) | None => false,
    })
}

fn fields(pairs: &[(String, String)]) -> Fields {
    Fields::of(pairs.iter().map(|(name, value)| (name.as_str(), secrets::shown(name, value))))
}

/// A body as the log shows it: as far as a log can show it, and without secrets. That bytes which are no text are told and not
/// shown is seen in reports.
fn body(bytes: &[u8]) -> String {
    // What is cut away in any case need not be looked at; a star takes as much room as what it hides.
    let most = 2 * limits::EXECUTION_LOG_EVENT.bytes as usize;
    let shown = &bytes[..bytes.len().min(4 * most)];
    let text = match std::str::from_utf8(shown) {
        Ok(text) => Cow::Borrowed(text),
        // The end was cut within a character.
        Err(e) if e.error_len().is_none() && shown.len() < bytes.len() => {
            String::from_utf8_lossy(&shown[..e.valid_up_to()])
        }
        Err(_) => return "[Binary Data]".to_string(),
    };
    secrets::hide(&text).into_owned()
}
