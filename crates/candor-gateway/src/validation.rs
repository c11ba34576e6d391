//! What a REST API refuses before it calls anything: requests without a key where one is needed, without a required
//! parameter, with a body that does not fit its model.

mod decimal;
mod schema;

use std::borrow::Cow;

use candor_contract::ApiKind;
use candor_contract::json::Json;
use candor_contract::limits;
use candor_contract::payload::Body;

use crate::api::{ApiKeySource, GatewayResponseType, MethodRequest, ParameterPlace};
use crate::exchange::{By, Header, Response};
use crate::gateway_response::{self, Refusal};
use crate::in_flight::Received;
use crate::kinds::http;
use crate::mapping::media_type;
use crate::setting::{Cause, Fact, Undecided};
use crate::trace::{Trace, What};

pub(crate) static TOO_LARGE: Fact = Fact {
    says: "a request's body above 10 MB is answered with 413",
    source: "Amazon API Gateway quotas: Payload size, 10 MB; guide \"Gateway response types\": REQUEST_TOO_LARGE",
};

static HEADERS_TOO_LARGE: Fact = Fact {
    says: "a request whose line and headers have more than 10,240 bytes is answered with 431",
    source: "Amazon API Gateway quotas: Total combined size of request line and header values; status and words: reports from the field",
};

/// The refusal of a request that is larger than the gateway takes, before anything else is looked at. Of headers it is inferred that no gateway
/// response shapes it: there is none for it.
pub(crate) fn too_large(received: &Received<'_>, trace: &mut Trace) -> Result<Option<Response>, Undecided> {
    if head_size(received) > limits::GATEWAY_REQUEST_HEADERS.bytes {
        let cause = Cause::Aws(&HEADERS_TOO_LARGE);
        trace.push(What::HeadersTooLarge, cause);
        let message = "HTTP header is larger than 10240 bytes.";
        let what = What::GatewayStatus { response_type: None, message: message.to_string() };
        let step = trace.push(what, cause);
        let body_step = trace.push(What::GatewayBody { stock: true }, cause);
        let header = Header { name: Cow::Borrowed("Content-Type"), value: "text/plain".to_string() };
        return Ok(Some(Response {
            status: By { value: 431, step },
            headers: vec![By { value: header, step }],
            body: By { value: Body::Known(message.as_bytes().to_vec()), step: body_step },
        }));
    }
    if received.request.body.len() as u64 <= limits::GATEWAY_PAYLOAD.bytes {
        return Ok(None);
    }
    match received.api.kind {
        ApiKind::Rest => {
            trace.push(What::RequestTooLarge, Cause::Aws(&TOO_LARGE));
            gateway_response::refusal(received, trace, GatewayResponseType::RequestTooLarge).map(Some)
        }
        ApiKind::Http => Ok(Some(http::too_large(received, trace))),
        // They have limits of their own.
        ApiKind::FunctionUrl | ApiKind::Alb => Ok(None),
    }
}

/// `GET /prod/orders?x=1 HTTP/1.1` and the values of the headers, in bytes.
fn head_size(received: &Received<'_>) -> u64 {
    let request = &received.request;
    let stage = match received.stage_name() {
        "$default" => 0,
        stage => stage.len() + 1,
    };
    let query: usize = request.query.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    let line = request.method.len() + " ".len() + stage + request.path.len() + query + " HTTP/1.1".len();
    let values: usize = request.headers.iter().map(|(_, value)| value.len()).sum();
    (line + values) as u64
}

/// The gateway's refusal of a request, if it refuses it: the key first, then parameters, then the body (guide "Request
/// validation for REST APIs in API Gateway"; that parameters come before the body is recorded in
/// `test_api_gateway_request_validator`).
pub(crate) fn refusal(received: &Received<'_>, trace: &mut Trace) -> Result<Option<Response>, Undecided> {
    let Some(route) = received.route else { return Ok(None) };
    let request = &route.request;
    if let Some(cause) = key_missing(received, request)? {
        trace.push(What::KeyMissing, cause);
        return gateway_response::refusal(received, trace, GatewayResponseType::InvalidApiKey).map(Some);
    }
    if let Some(refused) = parameters(received, trace, request)? {
        return Ok(Some(refused));
    }
    body(received, trace, request)
}

/// The key that the client sent, where the method needs one. Whether it is a key of the account's nobody can know here: every
/// key is taken for a good one.
pub(crate) fn api_key<'r>(received: &'r Received<'_>) -> Option<&'r str> {
    let required = received.route?.request.api_key_required.or(&false);
    required.is_ok_and(|(required, _)| *required).then(|| received.request.header("x-api-key"))?
}

/// Why the request lacks a key that it needs, if it does. A key that an authorizer gives is taken to be there.
fn key_missing(received: &Received<'_>, request: &MethodRequest) -> Result<Option<Cause>, Undecided> {
    if received.request.header("x-api-key").is_some_and(|key| !key.is_empty()) {
        return Ok(None);
    }
    let (required, cause) = request.api_key_required.or(&false)?;
    if !required {
        return Ok(None);
    }
    let (source, _) = received.api.api_key_source.or(&ApiKeySource::Header)?;
    Ok(match source {
        ApiKeySource::Header => Some(cause),
        ApiKeySource::Authorizer => None,
    })
}

/// What the validator says about one of the things it may look at; what is not known only matters where it decides.
fn looks_at(
    request: &MethodRequest,
    of: fn(&crate::api::Validator) -> &crate::setting::Setting<bool>,
) -> Result<(bool, Cause), Undecided> {
    match request.validator.optional()? {
        (Some(validator), _) => of(validator).or(&false).map(|(looks, cause)| (*looks, cause)),
        (None, cause) => Ok((false, cause)),
    }
}

/// Refuses a request that lacks required parameters. Blank counts as missing (guide "Request validation for REST APIs in
/// API Gateway"); that names of headers must match in case is inferred from how parameter mappings read them.
fn parameters(
    received: &Received<'_>,
    trace: &mut Trace,
    request: &MethodRequest,
) -> Result<Option<Response>, Undecided> {
    let looks = looks_at(request, |v| &v.parameters);
    if matches!(looks, Ok((false, _))) {
        return Ok(None);
    }
    let (declared, _) = request.parameters.optional()?;
    let sent = |name: &str, pairs: &[(String, String)]| pairs.iter().any(|(n, v)| n == name && !v.is_empty());
    let query = received.request.decoded_query();
    let mut missing: Vec<(ParameterPlace, &str, Cause)> = Vec::new();
    for parameter in declared.map_or(&[][..], Vec::as_slice) {
        let there = match parameter.place {
            ParameterPlace::Header => sent(&parameter.name, &received.request.headers),
            ParameterPlace::Path => sent(&parameter.name, &received.parameters),
            ParameterPlace::QueryString => sent(&parameter.name, &query),
        };
        if !there && *parameter.required.or(&false)?.0 {
            missing.push((parameter.place, &parameter.name, Cause::Written(parameter.span)));
        }
    }
    missing.sort_by_key(|(place, name, _)| (*place, *name));
    let Some((_, _, cause)) = missing.first() else { return Ok(None) };
    let cause = *cause;
    looks?;
    let names: Vec<String> = missing.into_iter().map(|(_, name, _)| name.to_string()).collect();
    let message = format!("Missing required request parameters: [{}]", names.join(", "));
    trace.push(What::ParametersMissing { names }, cause);
    let response_type = GatewayResponseType::BadRequestParameters;
    let refusal = Refusal { response_type: Some(response_type), status: 400, message: &message, cause };
    gateway_response::answer(received, trace, refusal).map(Some)
}

/// Refuses a body that does not fit the model of its content type; a type without model is not looked at (guide "Request
/// validation for REST APIs in API Gateway"). An empty body is an empty object (recorded:
/// `test_api_gateway_request_validator`).
fn body(
    received: &Received<'_>,
    trace: &mut Trace,
    request: &MethodRequest,
) -> Result<Option<Response>, Undecided> {
    let looks = looks_at(request, |v| &v.body);
    if matches!(looks, Ok((false, _))) {
        return Ok(None);
    }
    let (models, _) = request.models.optional()?;
    let models = models.map_or(&[][..], Vec::as_slice);
    let content_type = received.request.header("Content-Type").map_or("application/json", media_type);
    let find =
        |wanted: &str| models.iter().find(|m| media_type(&m.content_type).eq_ignore_ascii_case(wanted));
    let Some(model) = find(content_type).or_else(|| find("$default")) else { return Ok(None) };
    let (Some(schema), _) = model.schema.optional()? else { return Ok(None) };
    let bytes = &received.request.body;
    let instance = if bytes.is_empty() {
        Some(Json::Object(Vec::new()))
    } else {
        std::str::from_utf8(bytes).ok().and_then(|text| Json::read(text).ok())
    };
    let problems = match &instance {
        Some(instance) => schema::problems(&received.api.models, schema, instance, model.span)?,
        // Reported from the field, for bodies that are no JSON.
        None => vec!["Unknown error parsing request body".to_string()],
    };
    if problems.is_empty() {
        return Ok(None);
    }
    looks?;
    let cause = Cause::Written(model.span);
    let why = format!("[{}]", problems.join(", "));
    trace.push(What::BodyRefused { content_type: content_type.to_string(), why: why.clone() }, cause);
    let response_type = GatewayResponseType::BadRequestBody;
    let message = gateway_response::stock_message(response_type);
    let refusal = Refusal { response_type: Some(response_type), status: 400, message, cause };
    gateway_response::answer_because(received, trace, refusal, &why).map(Some)
}
