//! The gateway's own answers (REST): gateway responses.

use std::borrow::Cow;

use candor_contract::json::write_string;
use candor_contract::payload::Body;
use candor_vtl::Value;

use crate::api::{GatewayResponse, GatewayResponseType};
use crate::exchange::{By, Header, Response};
use crate::in_flight::Received;
use crate::mapping::{self, Source};
use crate::setting::{Cause, Fact, Undecided};
use crate::trace::{Trace, What};

/// What the gateway says when it answers by itself.
pub(crate) struct Refusal<'m> {
    /// Its type; function errors and malformed answers of a proxy have none, only DEFAULT_5XX shapes them
    /// (guide "Gateway response types").
    pub(crate) response_type: Option<GatewayResponseType>,
    /// The status where none is set.
    pub(crate) status: u16,
    /// `$context.error.message`
    pub(crate) message: &'m str,
    /// Why the gateway answers by itself.
    pub(crate) cause: Cause,
}

/// The default template: `messageString` brings its quotes (recorded in the default configuration of every API).
const DEFAULT_TEMPLATE: &str = r#"{"message":$context.error.messageString}"#;

static OWN_STATUS: Fact = Fact {
    says: "each type of gateway response has a status of its own",
    source: "API Gateway developer guide: Gateway response types for API Gateway",
};

/// The answer once the integration timeout has passed. `cause`: what sets that timeout.
pub(crate) fn timed_out(
    received: &Received<'_>,
    trace: &mut Trace,
    cause: Cause,
) -> Result<Response, Undecided> {
    trace.push(What::GatewayTimedOut, cause);
    let response_type = GatewayResponseType::IntegrationTimeout;
    let message = stock_message(response_type);
    answer(received, trace, Refusal { response_type: Some(response_type), status: 504, message, cause })
}

/// The refusal of a type, with AWS's stock message.
pub(crate) fn refusal(
    received: &Received<'_>,
    trace: &mut Trace,
    response_type: GatewayResponseType,
) -> Result<Response, Undecided> {
    // The two defaults have no status of their own; 400 and 500 stand for the types that they shape.
    let status = response_type.status().unwrap_or(if response_type.is_server_error() { 500 } else { 400 });
    let message = stock_message(response_type);
    let cause = Cause::Aws(&OWN_STATUS);
    answer(received, trace, Refusal { response_type: Some(response_type), status, message, cause })
}

/// AWS's stock messages, as documented or reported.
pub(crate) fn stock_message(response_type: GatewayResponseType) -> &'static str {
    use GatewayResponseType::*;
    match response_type {
        AccessDenied => "User is not authorized to access this resource",
        ApiConfigurationError
        | AuthorizerConfigurationError
        | AuthorizerFailure
        | Default5xx
        | IntegrationFailure => "Internal server error",
        BadRequestBody => "Invalid request body",
        BadRequestParameters => "Missing required request parameters",
        Default4xx => "Bad request",
        ExpiredToken => "The security token included in the request is expired",
        IntegrationTimeout => "Endpoint request timed out",
        InvalidApiKey | WafFiltered => "Forbidden",
        InvalidSignature => "The request signature we calculated does not match the signature you provided.",
        MissingAuthenticationToken => "Missing Authentication Token",
        QuotaExceeded => "Limit Exceeded",
        RequestTooLarge => "Request Too Long",
        ResourceNotFound => "ResourceNotFoundException",
        Throttled => "Too Many Requests",
        Unauthorized => "Unauthorized",
        UnsupportedMediaType => "Unsupported Media Type",
    }
}

/// `x-amzn-ErrorType`; recorded for missing tokens, 500s and bad requests, documented or reported for the rest.
fn error_type(response_type: Option<GatewayResponseType>, status: u16) -> &'static str {
    use GatewayResponseType::*;
    match response_type {
        Some(AccessDenied) => "AccessDeniedException",
        Some(BadRequestBody | BadRequestParameters) => "BadRequestException",
        Some(ExpiredToken) => "ExpiredTokenException",
        Some(InvalidApiKey | WafFiltered) => "ForbiddenException",
        Some(InvalidSignature) => "InvalidSignatureException",
        Some(MissingAuthenticationToken) => "MissingAuthenticationTokenException",
        Some(QuotaExceeded) => "LimitExceededException",
        Some(RequestTooLarge) => "RequestTooLargeException",
        Some(Throttled) => "TooManyRequestsException",
        Some(Unauthorized) => "UnauthorizedException",
        Some(UnsupportedMediaType) => "BadRequestException",
        Some(ResourceNotFound) => "NotFoundException",
        _ if status >= 500 => "InternalServerErrorException",
        _ => "BadRequestException",
    }
}

/// The gateway's answer: the type's own entry wins whole; an unspecified type takes status, parameters and templates of
/// DEFAULT_4XX or DEFAULT_5XX (guide "Gateway responses"; recorded in the configuration).
pub(crate) fn answer(
    received: &Received<'_>,
    trace: &mut Trace,
    refusal: Refusal<'_>,
) -> Result<Response, Undecided> {
    answer_because(received, trace, refusal, "")
}

/// The same for a request that a validator refused: `validation` is `$context.error.validationErrorString`.
pub(crate) fn answer_because(
    received: &Received<'_>,
    trace: &mut Trace,
    refusal: Refusal<'_>,
    validation: &str,
) -> Result<Response, Undecided> {
    let Refusal { response_type, status, message, cause } = refusal;
    let default =
        if status >= 500 { GatewayResponseType::Default5xx } else { GatewayResponseType::Default4xx };
    let find = |wanted: GatewayResponseType| {
        received.api.gateway_responses.iter().find(|r| r.response_type == wanted)
    };
    let entry = response_type.and_then(find).or_else(|| find(default));

    let (status, status_cause) = match entry {
        Some(entry) => match entry.status.optional()? {
            (Some(set), cause) => (*set, cause),
            (None, _) => (status, cause),
        },
        None => (status, cause),
    };
    let step = trace.push(What::GatewayStatus { response_type, message: message.to_string() }, status_cause);
    let status_by = By { value: status, step };
    let (body, body_step) = body(received, trace, entry, response_type, message, validation)?;
    let mut response = Response {
        status: status_by,
        headers: Vec::new(),
        body: By { value: Body::Known(body), step: body_step },
    };
    let mut set = |name: &'static str, value: String| {
        response.headers.push(By { value: Header { name: Cow::Borrowed(name), value }, step });
    };
    set("x-amzn-RequestId", received.ambient.request_id.clone());
    set("x-amz-apigw-id", received.ambient.extended_request_id.clone());
    set("x-amzn-ErrorType", error_type(response_type, status).to_string());
    set("Content-Type", "application/json".to_string());
    for parameter in entry.map_or(&[][..], |e| &e.parameters) {
        let Some(name) = parameter.destination.strip_prefix("gatewayresponse.header.") else { continue };
        let (source, cause) = parameter.source.optional()?;
        let Some(source) = source else { continue };
        if let Some(value) = mapping::value(received, source, &Source::Nothing) {
            let step = trace.push(What::HeaderMapped, cause);
            response.set_header(Cow::Owned(name.to_string()), value, step);
        }
    }
    Ok(response)
}

/// Whether a type's message is null (reported from the field: `{"message": null}` when an authorizer fails).
fn says_null(response_type: Option<GatewayResponseType>) -> bool {
    use GatewayResponseType::{AuthorizerConfigurationError, AuthorizerFailure};
    matches!(response_type, Some(AuthorizerConfigurationError | AuthorizerFailure))
}

/// `$context.error.messageString`
fn quoted(response_type: Option<GatewayResponseType>, message: &str) -> String {
    if says_null(response_type) {
        return "null".to_string();
    }
    let mut quoted = String::new();
    write_string(message, &mut quoted);
    quoted
}

fn body(
    received: &Received<'_>,
    trace: &mut Trace,
    entry: Option<&GatewayResponse>,
    response_type: Option<GatewayResponseType>,
    message: &str,
    validation: &str,
) -> Result<(Vec<u8>, crate::trace::StepId), Undecided> {
    let accept = received.request.header("Accept");
    let Some(chosen) = entry.and_then(|e| mapping::choose(&e.templates, accept)) else {
        let key =
            if response_type == Some(GatewayResponseType::AccessDenied) { "Message" } else { "message" };
        let mut body = format!("{{\"{key}\":{}", quoted(response_type, message));
        body.push('}');
        let at = entry.map_or(received.api.span, |e| e.span);
        let key = if entry.is_some() { "ResponseTemplates" } else { "GatewayResponses" };
        let step = trace.push(What::GatewayBody { stock: true }, Cause::Missing { at, key });
        return Ok((body.into_bytes(), step));
    };
    let (template, cause) = chosen.template.optional()?;
    let Some(template) = template else {
        let step = trace.push(What::GatewayBody { stock: true }, cause);
        return Ok((Vec::new(), step));
    };
    let message = (!says_null(response_type)).then_some(message);
    let error = Value::map([
        ("message", message.map_or(Value::Null, Value::from)),
        ("messageString", Value::from(quoted(response_type, message.unwrap_or_default()).as_str())),
        ("responseType", Value::from(response_type.map_or("DEFAULT_5XX", GatewayResponseType::name))),
        ("validationErrorString", Value::from(validation)),
    ]);
    let stock = template.text.as_str().trim() == DEFAULT_TEMPLATE;
    let rendered = template
        .parsed
        .as_ref()
        .ok()
        .and_then(|parsed| mapping::render(received, parsed, "", Some(error)).ok());
    // A template that fails: what AWS sends then is unknown; an empty body is the cautious guess.
    let output = rendered.map(|r| r.output).unwrap_or_default();
    let step = trace.push(What::GatewayBody { stock }, cause);
    Ok((output.into_bytes(), step))
}
