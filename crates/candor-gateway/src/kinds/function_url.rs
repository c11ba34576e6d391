//! Lambda function URLs, buffered. Most of it is recorded (`test_lambda_url_invocation` and its siblings).

use std::borrow::Cow;

use candor_contract::limits;
use candor_contract::outcome::{Outcome, Payload};
use candor_contract::payload::{self, Body, ProxyFormat, Reading, StatusFrom};

use crate::api::Target;
use crate::exchange::{By, Header, Response};
use crate::in_flight::{Invocation, Received, State};
use crate::kinds::http;
use crate::setting::{Cause, Fact, Needs, Undecided};
use crate::trace::{Trace, What};

static FUNCTION_ERROR: Fact = Fact {
    says: "a function URL answers a function error with 502 and plain text",
    source: "recorded: test_lambda_url_invocation_exception",
};
static FORBIDDEN: Fact = Fact {
    says: "a function URL that may not be invoked answers 403",
    source: "recorded: test_lambda_url_non_existing_url and its siblings",
};
static THROTTLED: Fact = Fact {
    says: "a function URL answers 429 when the function is throttled",
    source: "Lambda developer guide: Invoking Lambda function URLs",
};

const FORBIDDEN_BODY: &str = "{\"Message\":\"Forbidden. For troubleshooting Function URL authorization issues, see: \
                              https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html\"}";

/// The refusal of a request that is not signed, or whose signer may not invoke the function (recorded: what a URL without
/// permission says; that a wrong signature is told the same is inferred).
pub(crate) fn forbidden(received: &Received<'_>, trace: &mut Trace, cause: Cause) -> Response {
    stock(received, trace, 403, FORBIDDEN_BODY, "application/json", "AccessDeniedException", cause)
}

/// Takes a request up to the function's door.
pub(crate) fn begin<'a>(
    received: Received<'a>,
    trace: &mut Trace,
) -> Result<(Received<'a>, State<'a>), Undecided> {
    let Some(route) = received.route else {
        let needs = Needs::Support("a function URL without its function".to_string());
        return Err(Undecided { span: received.api.span, needs });
    };
    let (target, _) = route.integration.target.or(&Target::Nothing)?;
    let Target::Function(function) = target else {
        let needs = Needs::Support("a function URL without its function".to_string());
        return Err(Undecided { span: route.span, needs });
    };
    trace.push(What::Invoked, Cause::Request);
    let deadline = limits::LAMBDA_TIMEOUT_MAX.time;
    Ok((received, State::Waiting(Invocation { function, deadline })))
}

/// Makes the client's response of what the function did.
pub(crate) fn resume(
    received: &Received<'_>,
    trace: &mut Trace,
    outcome: &Outcome,
) -> Result<Response, Undecided> {
    let (status, body, content_type, error, fact) = match outcome {
        Outcome::Returned(payload) | Outcome::ReturnedLate(payload) => {
            return answer(received, trace, payload);
        }
        Outcome::NotInvocable => {
            (403, FORBIDDEN_BODY, "application/json", "AccessDeniedException", &FORBIDDEN)
        }
        // The body of a throttled URL is inferred.
        Outcome::Throttled => (
            429,
            "{\"Message\":\"Rate Exceeded.\"}",
            "application/json",
            "TooManyRequestsException",
            &THROTTLED,
        ),
        // A timeout of the function itself is a 5xx for certain, 502 is inferred.
        Outcome::Raised(_)
        | Outcome::TimedOut { .. }
        | Outcome::Exited
        | Outcome::OutOfMemory
        | Outcome::InitFailed(_)
        | Outcome::TooLarge(_)
        | Outcome::StreamBroken(_) => {
            (502, "Internal Server Error", "text/plain", "InternalServerErrorException", &FUNCTION_ERROR)
        }
    };
    let cause = Cause::Aws(fact);
    trace.push(What::FunctionFailed, cause);
    Ok(stock(received, trace, status, body, content_type, error, cause))
}

fn stock(
    received: &Received<'_>,
    trace: &mut Trace,
    status: u16,
    body: &str,
    content_type: &str,
    error: &str,
    cause: Cause,
) -> Response {
    let step = trace.push(What::GatewayStatus { response_type: None, message: String::new() }, cause);
    let body_step = trace.push(What::GatewayBody { stock: true }, cause);
    let header = |name: &'static str, value: &str| By {
        value: Header { name: Cow::Borrowed(name), value: value.to_string() },
        step,
    };
    Response {
        status: By { value: status, step },
        headers: vec![
            header("Content-Type", content_type),
            header("x-amzn-RequestId", &received.ambient.lambda_request_id),
            header("x-amzn-ErrorType", error),
        ],
        body: By { value: Body::Known(body.as_bytes().to_vec()), step: body_step },
    }
}

fn answer(received: &Received<'_>, trace: &mut Trace, payload: &Payload) -> Result<Response, Undecided> {
    let answer = match payload::read(ProxyFormat::FunctionUrl, payload) {
        Reading::Answer(answer) => answer,
        Reading::Malformed(malformed) => {
            // What a URL says to an envelope it cannot read is inferred.
            trace.push(What::AnswerMalformed(malformed), Cause::Payload);
            let (text, error) = ("Internal Server Error", "InternalServerErrorException");
            return Ok(stock(received, trace, 502, text, "text/plain", error, Cause::Payload));
        }
        Reading::Undecided(pointer) => {
            return Err(Undecided { span: received.api.span, needs: Needs::Answer(pointer) });
        }
    };
    let what = match answer.status_from {
        StatusFrom::Said => What::AnswerRead,
        StatusFrom::Absent | StatusFrom::Inferred => What::StatusInferred,
    };
    let step = trace.push(what, Cause::Payload);
    let header = |name: String, value: String| By { value: Header { name: Cow::Owned(name), value }, step };
    let mut headers: Vec<By<Header>> = answer.headers.into_iter().map(|(n, v)| header(n, v)).collect();
    if !headers.iter().any(|h| h.value.name.eq_ignore_ascii_case("Content-Type")) {
        headers.push(header("Content-Type".to_string(), "application/json".to_string()));
    }
    headers.push(header("x-amzn-RequestId".to_string(), received.ambient.lambda_request_id.clone()));
    headers.push(header("X-Amzn-Trace-Id".to_string(), format!("Root={}", received.ambient.trace_root)));
    Ok(Response { status: By { value: answer.status, step }, headers, body: By { value: answer.body, step } })
}

/// The event: payload 2.0 with route and stage `$default`.
pub(crate) fn event(received: &Received<'_>) -> Vec<u8> {
    let domain = format!("{}.lambda-url.{}.on.aws", received.ambient.api_id, received.ambient.region);
    http::event_2(received, "$default", "$default", &domain)
}
