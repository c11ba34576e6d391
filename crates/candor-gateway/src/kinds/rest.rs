//! REST APIs: Lambda proxy, Lambda with mappings, mock.

use std::borrow::Cow;

use base64::Engine as _;
use candor_contract::json::{Members, write_object};
use candor_contract::limits;
use candor_contract::outcome::{Outcome, Payload};
use candor_contract::payload::{self, Body, ProxyFormat, Reading, StatusFrom};

use crate::api::{GatewayResponseType, IntegrationType, Route, Target};
use crate::authorizer::{self, Granted, Signer};
use crate::content_handling;
use crate::endpoint;
use crate::exchange::{By, Header, Response};
use crate::gateway_response::{self, Refusal};
use crate::headers;
use crate::in_flight::{Invocation, Received, State};
use crate::integration_request;
use crate::integration_response::{self, Answered, Selection};
use crate::mapping::{self, Pairs, all_values, last_values};
use crate::mock_status;
use crate::setting::{Cause, Fact, Needs, Undecided};
use crate::trace::{Broken, Trace, What};

static NO_ROUTE: Fact = Fact {
    says: "a request that no method takes is answered 403 Missing Authentication Token",
    source: "recorded: test_rest_api_gateway_path_routing",
};
static FUNCTION_ERROR: Fact = Fact {
    says: "a function error behind a Lambda proxy integration is answered 502",
    source: "Lambda developer guide: Handling Lambda errors with an API Gateway API",
};
static REFUSED: Fact = Fact {
    says: "an invocation that Lambda refuses is answered 500",
    source: "AWS knowledge center: API Gateway internal server error",
};

/// Takes a request up to the function's door, or answers it.
pub(crate) fn begin<'a>(
    mut received: Received<'a>,
    trace: &mut Trace,
) -> Result<(Received<'a>, State<'a>), Undecided> {
    let Some(route) = received.route else {
        trace.push(What::NoRoute, Cause::Aws(&NO_ROUTE));
        let response =
            gateway_response::refusal(&received, trace, GatewayResponseType::MissingAuthenticationToken)?;
        return Ok((received, State::Done(response)));
    };
    let integration = &route.integration;
    let (integration_type, _) = integration.integration_type.or(&IntegrationType::AwsProxy)?;
    match integration_type {
        IntegrationType::AwsProxy => {}
        IntegrationType::Aws | IntegrationType::Mock | IntegrationType::Http | IntegrationType::HttpProxy => {
            look_closely(&mut received)
        }
    }
    if *integration_type != IntegrationType::AwsProxy
        && let Some(cause) = integration_request::unreadable_body(&received, integration)?
    {
        trace.push(What::IntegrationBroken { why: Broken::BodyNotJson }, cause);
        let refusal =
            Refusal { response_type: None, status: 400, message: "Invalid JSON in request body", cause };
        let response = gateway_response::answer(&received, trace, refusal)?;
        return Ok((received, State::Done(response)));
    }
    if *integration_type == IntegrationType::Mock {
        let response = mock(&mut received, trace, route)?;
        return Ok((received, State::Done(response)));
    }
    let (target, _) = integration.target.or(&Target::Nothing)?;
    let function = match (target, integration_type) {
        (Target::Function(function), _) => function,
        (Target::Url(_), IntegrationType::Http | IntegrationType::HttpProxy)
        | (Target::Service { .. }, IntegrationType::Aws) => {
            return Ok(
                match endpoint::request::prepare(
                    &mut received,
                    trace,
                    integration,
                    *integration_type,
                    target,
                )? {
                    Ok(request) => {
                        trace.push(What::EndpointCalled, Cause::Request);
                        (received, State::Calling(request))
                    }
                    Err(response) => (received, State::Done(response)),
                },
            );
        }
        (Target::Service { .. } | Target::Url(_) | Target::Nothing, _) => {
            return Err(unsupported(integration.span, "an integration of this type with this target"));
        }
    };
    if let Some((why, cause)) = integration_request::broken_call(integration)? {
        trace.push(What::IntegrationBroken { why }, cause);
        let refusal = Refusal { response_type: None, status: 500, message: "Internal server error", cause };
        let response = gateway_response::answer(&received, trace, refusal)?;
        return Ok((received, State::Done(response)));
    }
    if *integration_type == IntegrationType::Aws
        && let Some(response) = integration_request::prepare(&mut received, trace, integration)?
    {
        return Ok((received, State::Done(response)));
    }
    let (deadline, _) = integration.timeout.or(&limits::REST_INTEGRATION_TIMEOUT.time)?;
    trace.push(What::Invoked, Cause::Request);
    Ok((received, State::Waiting(Invocation { function, deadline: *deadline })))
}

fn unsupported(span: crate::span::Span, what: &str) -> Undecided {
    Undecided { span, needs: Needs::Support(what.to_string()) }
}

/// Makes what templates and mappings look at.
fn look_closely(received: &mut Received<'_>) {
    received.params = candor_vtl::Params {
        path: received.parameters.clone(),
        querystring: received.request.decoded_query(),
        header: received.request.headers.clone(),
    };
    received.stage_variables = mapping::stage_variables(received);
}

/// The stage's variables, as far as they are known.
pub(crate) fn stage_variables<'r>(received: &'r Received<'_>) -> Pairs<'r> {
    let variables = received.api.stage.variables.iter();
    let known = variables.filter_map(|(name, value)| Some((name, value.optional().ok()?.0?)));
    known.map(|(name, value)| (name.as_str().into(), value.as_str().into())).collect()
}

/// Makes the client's response of what the function did.
pub(crate) fn resume(
    received: &Received<'_>,
    trace: &mut Trace,
    invocation: Invocation<'_>,
    outcome: &Outcome,
) -> Result<Response, Undecided> {
    let route = received.route.expect("a function is only called for a route");
    // Whatever the function will do, Lambda has taken the event: 202, and no body.
    let taken = Payload::known(Vec::new());
    if mapped_asynchronously(route) && !matches!(outcome, Outcome::Throttled | Outcome::NotInvocable) {
        return integration_response::respond(received, trace, route, &Answered::by_function(&taken), "");
    }
    let gave_up = match outcome {
        Outcome::ReturnedLate(_) => true,
        Outcome::TimedOut { after, .. } => *after > invocation.deadline,
        Outcome::Returned(_)
        | Outcome::Raised(_)
        | Outcome::Exited
        | Outcome::OutOfMemory
        | Outcome::InitFailed(_)
        | Outcome::Throttled
        | Outcome::NotInvocable
        | Outcome::TooLarge(_)
        | Outcome::StreamBroken(_) => false,
    };
    if gave_up {
        let (_, cause) = route.integration.timeout.or(&limits::REST_INTEGRATION_TIMEOUT.time)?;
        return gateway_response::timed_out(received, trace, cause);
    }
    if matches!(outcome, Outcome::Throttled | Outcome::NotInvocable) {
        // For a throttled invocation sources differ between 500 and 502; the knowledge center says 500. That both are of
        // this type is inferred.
        let cause = Cause::Aws(&REFUSED);
        trace.push(What::InvocationRefused, cause);
        let response_type = GatewayResponseType::ApiConfigurationError;
        let message = "Internal server error";
        let refusal = Refusal { response_type: Some(response_type), status: 500, message, cause };
        return gateway_response::answer(received, trace, refusal);
    }
    let (integration_type, _) = route.integration.integration_type.or(&IntegrationType::AwsProxy)?;
    match (integration_type, outcome) {
        (IntegrationType::Aws, Outcome::Returned(payload)) => {
            let text = integration_response::selection_text(payload, route.integration.span)?;
            integration_response::respond(received, trace, route, &Answered::by_function(payload), text)
        }
        (IntegrationType::Aws, failed) => {
            let payload = failed
                .error_payload(&received.ambient.lambda_request_id)
                .unwrap_or_else(|| Payload::known(*b"{}"));
            let text = integration_response::selection_text(&payload, route.integration.span)?;
            integration_response::respond(received, trace, route, &Answered::by_function(&payload), text)
        }
        (_, Outcome::Returned(payload)) => answer(received, trace, payload, route),
        (_, _failed) => {
            let cause = Cause::Aws(&FUNCTION_ERROR);
            trace.push(What::FunctionFailed, cause);
            let refusal =
                Refusal { response_type: None, status: 502, message: "Internal server error", cause };
            gateway_response::answer(received, trace, refusal)
        }
    }
}

/// Whether the function is only told, and not asked. A proxy integration ignores its parameter mappings.
fn mapped_asynchronously(route: &Route) -> bool {
    let integration = &route.integration;
    matches!(integration.integration_type.optional(), Ok((Some(IntegrationType::Aws), _)))
        && integration.asynchronous().is_some()
}

/// A proxy function's answer.
fn answer(
    received: &Received<'_>,
    trace: &mut Trace,
    payload: &Payload,
    route: &Route,
) -> Result<Response, Undecided> {
    let answer = match payload::read(ProxyFormat::RestProxy, payload) {
        Reading::Answer(answer) => answer,
        Reading::Malformed(malformed) => {
            trace.push(What::AnswerMalformed(malformed), Cause::Payload);
            let cause = Cause::Payload;
            let refusal =
                Refusal { response_type: None, status: 502, message: "Internal server error", cause };
            return gateway_response::answer(received, trace, refusal);
        }
        Reading::Undecided(pointer) => {
            return Err(Undecided { span: route.span, needs: Needs::Answer(pointer) });
        }
    };
    let what = match answer.status_from {
        StatusFrom::Said => What::AnswerRead,
        StatusFrom::Absent | StatusFrom::Inferred => What::StatusInferred,
    };
    let step = trace.push(what, Cause::Payload);
    let body_step = trace.push(What::AnswerRead, Cause::Payload);
    let mut body = answer.body;
    if answer.base64
        && let Body::Known(text) = &body
        && content_handling::names_binary(received.api, received.request.header("Accept"))?
    {
        match base64::engine::general_purpose::STANDARD.decode(text) {
            Ok(bytes) => body = Body::Known(bytes),
            Err(_) => {
                // Recorded: `isBase64Encoded` with a body that is no base64, for a binary Accept, is a 500.
                let cause = Cause::Payload;
                trace.push(What::AnswerNotBase64, cause);
                let refusal =
                    Refusal { response_type: None, status: 500, message: "Internal server error", cause };
                return gateway_response::answer(received, trace, refusal);
            }
        }
    }
    let header = |name: Cow<'static, str>, value: String| By { value: Header { name, value }, step };
    let mut headers = vec![
        header(Cow::Borrowed("x-amzn-RequestId"), received.ambient.request_id.clone()),
        header(Cow::Borrowed("x-amz-apigw-id"), received.ambient.extended_request_id.clone()),
    ];
    if !answer.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Type")) {
        headers.push(header(Cow::Borrowed("Content-Type"), "application/json".to_string()));
    }
    headers.push(header(Cow::Borrowed("X-Amzn-Trace-Id"), format!("Root={}", received.ambient.trace_root)));
    for (name, value) in answer.headers {
        headers.push(header(headers::proxy_response_name(name), value));
    }
    Ok(Response {
        status: By { value: answer.status, step },
        headers,
        body: By { value: body, step: body_step },
    })
}

/// A mock: its request template says the status, against which patterns are matched (recorded:
/// `test_apigateway_mock_integration_response`).
fn mock(received: &mut Received<'_>, trace: &mut Trace, route: &Route) -> Result<Response, Undecided> {
    if let Some(refused) = integration_request::prepare(received, trace, &route.integration)? {
        return Ok(refused);
    }
    let event = received.mapped_event.take().unwrap_or_default();
    let status = std::str::from_utf8(&event).ok().and_then(mock_status::read);
    let broken = |received: &Received<'_>, trace: &mut Trace, what: What, cause: Cause| {
        trace.push(what, cause);
        let refusal = Refusal { response_type: None, status: 500, message: "Internal server error", cause };
        gateway_response::answer(received, trace, refusal)
    };
    let Some(status) = status else {
        let cause = Cause::Written(route.integration.span);
        return broken(received, trace, What::IntegrationBroken { why: Broken::MockStatus }, cause);
    };
    let (responses, cause) = route.integration.responses.optional()?;
    let responses = responses.map_or(&[][..], Vec::as_slice);
    let (index, what) = match integration_response::select(responses, &status.to_string())? {
        Selection::Matched(i) => (i, What::MockStatus),
        Selection::Default(i) => (i, What::MockStatus),
        Selection::None => return broken(received, trace, What::NoResponse, cause),
    };
    let selected = &responses[index];
    let (client_status, _) = selected.status.or(&200)?;
    let step = trace.push(what, Cause::Written(selected.span));
    let nothing = Payload::known(Vec::new());
    let by = By { value: *client_status, step };
    let mut response =
        integration_response::shape(received, trace, selected, index, by, &Answered::by_function(&nothing))?;
    // Recorded: no trace id on a mock.
    response.headers.retain(|h| h.value.name != "X-Amzn-Trace-Id");
    Ok(response)
}

/// Which proxy event it is: HTTP APIs have one much like that of REST APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// That of a REST API.
    Rest,
    /// Payload 1.0 of an HTTP API: with its version, and nothing of resources and deployments, which it has not (documented).
    Http1,
}

/// The proxy event (recorded: `test_lambda_aws_proxy_integration`).
pub(crate) fn event(received: &Received<'_>, format: Format) -> Vec<u8> {
    let request = &received.request;
    let resource = received.route.map_or("/", |r| r.key.path.as_str());
    let mut headers = Pairs::with_capacity(request.headers.len() + 5);
    let passed = request.headers.iter().filter(|(name, _)| headers::passes_request(name));
    headers.extend(passed.map(|(name, value)| (spelled(name).into(), value.as_str().into())));
    add_forwarded(&mut headers, received);
    let query = mapping::query(request);
    let path = without_leading_double(&request.path);
    let parameters = received.parameters.iter();
    let parameters =
        parameters.map(|(n, v)| (n.as_str().into(), v.trim_end_matches('/').into())).collect::<Pairs<'_>>();
    let mut out = Vec::with_capacity(2_048 + request.body.len() * 2);
    write_object(&mut out, |event| {
        if format == Format::Http1 {
            event.text("version", "1.0");
        }
        event.text("resource", resource);
        event.text("path", path);
        event.text("httpMethod", &request.method);
        last_values(event, "headers", &headers);
        all_values(event, "multiValueHeaders", &headers);
        last_values(event, "queryStringParameters", &query);
        all_values(event, "multiValueQueryStringParameters", &query);
        last_values(event, "pathParameters", &parameters);
        last_values(event, "stageVariables", &stage_variables(received));
        event.object("requestContext", |context| request_context(context, received, resource, format));
        body(event, received);
    });
    out
}

fn request_context(context: &mut Members<'_>, received: &Received<'_>, resource: &str, format: Format) {
    let Received { request, ambient, .. } = received;
    let stage = received.stage_name();
    match format {
        Format::Rest => context.text("resourceId", &ambient.resource_id),
        Format::Http1 => context.text_or_null("resourceId", None),
    }
    context.text("resourcePath", resource);
    context.text("httpMethod", &request.method);
    context.text("extendedRequestId", &ambient.extended_request_id);
    context.text("requestTime", &ambient.request_time());
    match stage {
        "$default" => context.text("path", &request.path),
        stage => context.joined("path", ["/", stage, &request.path]),
    }
    context.text("accountId", &ambient.account_id);
    context.text("protocol", "HTTP/1.1");
    context.text("stage", stage);
    context.text("domainPrefix", &ambient.api_id);
    context.number("requestTimeEpoch", ambient.time_epoch_ms);
    context.text(
        "requestId",
        match format {
            Format::Rest => &ambient.request_id,
            // An HTTP API has one id for both (guide "Customize HTTP API access logs").
            Format::Http1 => &ambient.extended_request_id,
        },
    );
    context.object("identity", |identity| {
        let signer = received.granted.as_ref().and_then(Granted::signer);
        let said = |of: fn(&Signer) -> &String| signer.map(|signer| of(signer).as_str());
        identity.text_or_null("cognitoIdentityPoolId", None);
        identity.text_or_null("accountId", said(|s| &s.account_id));
        identity.text_or_null("cognitoIdentityId", None);
        identity.text_or_null("caller", said(|s| &s.caller_id));
        identity.text("sourceIp", &ambient.source_ip);
        identity.text_or_null("principalOrgId", None);
        identity.text_or_null("accessKey", said(|s| &s.access_key));
        identity.text_or_null("cognitoAuthenticationType", None);
        identity.text_or_null("cognitoAuthenticationProvider", None);
        identity.text_or_null("userArn", said(|s| &s.user_arn));
        identity.text_or_null("userAgent", request.header("User-Agent"));
        identity.text_or_null("user", said(|s| &s.caller_id));
        // Recorded: both are there with a key only.
        if let Some(key) = crate::validation::api_key(received) {
            identity.text("apiKey", key);
            identity.text("apiKeyId", &ambient.api_key_id);
        }
    });
    let granted_format = match format {
        Format::Rest => authorizer::Format::Rest,
        Format::Http1 => authorizer::Format::Http1,
    };
    if let Some(granted) = received.granted.as_ref().and_then(|g| g.in_event(granted_format, ambient)) {
        context.json("authorizer", &granted);
    }
    context.joined("domainName", ambient.domain_parts());
    if format == Format::Rest {
        context.text("deploymentId", &ambient.deployment_id);
    }
    context.text("apiId", &ambient.api_id);
}

/// Recorded: a path that starts with `//` loses one of them in `path`.
fn without_leading_double(path: &str) -> &str {
    if path.starts_with("//") { &path[1..] } else { path }
}

/// Recorded: the client's casing is kept except for these two.
fn spelled(name: &str) -> &str {
    ["Authorization", "User-Agent"].into_iter().find(|n| n.eq_ignore_ascii_case(name)).unwrap_or(name)
}

/// The headers that the gateway adds to an event.
pub(crate) fn add_forwarded<'r>(headers: &mut Pairs<'r>, received: &'r Received<'_>) {
    let ambient = received.ambient;
    let mut add = |name: &'static str, value: &dyn Fn() -> Cow<'r, str>| {
        if !headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name)) {
            headers.push((name.into(), value()));
        }
    };
    add("Host", &|| ambient.domain_name().into());
    add("X-Amzn-Trace-Id", &|| format!("Root={}", ambient.trace_root).into());
    add("X-Forwarded-For", &|| ambient.source_ip.as_str().into());
    add("X-Forwarded-Port", &|| "443".into());
    add("X-Forwarded-Proto", &|| "https".into());
}

/// The body of an event and whether it is base64: bytes of a binary media type, and bytes that are no text.
fn body(event: &mut Members<'_>, received: &Received<'_>) {
    let bytes = &received.request.body;
    if bytes.is_empty() {
        event.text_or_null("body", None);
        return event.bool("isBase64Encoded", false);
    }
    let content_type = received.request.header("Content-Type").unwrap_or("application/json");
    // Types that nobody knows are taken for none: what an event looks like in a drill does not matter.
    let encoded = content_handling::names_binary(received.api, Some(content_type)).unwrap_or(false);
    match encoded {
        true => event.text("body", &base64::engine::general_purpose::STANDARD.encode(bytes)),
        false => match std::str::from_utf8(bytes) {
            Ok(text) => event.text("body", text),
            Err(_) => event.text("body", &String::from_utf8_lossy(bytes)),
        },
    }
    event.bool("isBase64Encoded", encoded);
}
