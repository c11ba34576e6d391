//! What the client gets of what an endpoint did (REST).

use std::borrow::Cow;

use candor_contract::limits;
use candor_contract::payload::Body;

use crate::api::{GatewayResponseType, IntegrationType, Route};
use crate::content_handling;
use crate::endpoint::{EndpointOutcome, EndpointResponse};
use crate::exchange::{By, Header, Response};
use crate::gateway_response::{self, Refusal};
use crate::headers;
use crate::in_flight::Received;
use crate::integration_response::{self, Answered};
use crate::setting::{Cause, Fact, Undecided};
use crate::trace::{Trace, What};

static TOO_LARGE: Fact = Fact {
    says: "a back end's answer above 10 MB is answered with 500",
    source: "AWS knowledge center: troubleshoot 5xx errors for API Gateway; quota: Payload size, 10 MB",
};

/// Makes the client's response.
pub(crate) fn resume(
    received: &Received<'_>,
    trace: &mut Trace,
    route: &Route,
    outcome: &EndpointOutcome,
) -> Result<Response, Undecided> {
    let integration = &route.integration;
    match outcome {
        EndpointOutcome::TimedOut => {
            let (_, cause) = integration.timeout.or(&limits::REST_INTEGRATION_TIMEOUT.time)?;
            gateway_response::timed_out(received, trace, cause)
        }
        EndpointOutcome::Unreachable => {
            // The type is documented; the words are reported from the field.
            let (_, cause) = integration.target.optional()?;
            trace.push(What::EndpointUnreachable, cause);
            let response_type = Some(GatewayResponseType::IntegrationFailure);
            let message = "Network error communicating with endpoint";
            gateway_response::answer(received, trace, Refusal { response_type, status: 504, message, cause })
        }
        EndpointOutcome::Responded(response)
            if response.body.bytes().len() as u64 > limits::GATEWAY_PAYLOAD.bytes =>
        {
            let cause = Cause::Aws(&TOO_LARGE);
            trace.push(What::EndpointAnswerTooLarge, cause);
            let refusal =
                Refusal { response_type: None, status: 500, message: "Internal server error", cause };
            gateway_response::answer(received, trace, refusal)
        }
        EndpointOutcome::Responded(response) => {
            let (integration_type, _) = integration.integration_type.or(&IntegrationType::Http)?;
            if *integration_type == IntegrationType::HttpProxy {
                return passed(received, trace, route, response);
            }
            let answered = Answered { payload: &response.body, endpoint: Some(response) };
            integration_response::respond(received, trace, route, &answered, &response.status.to_string())
        }
    }
}

/// The answer of an HTTP proxy's endpoint, passed on.
fn passed(
    received: &Received<'_>,
    trace: &mut Trace,
    route: &Route,
    response: &EndpointResponse,
) -> Result<Response, Undecided> {
    let is_binary = content_handling::names_binary(received.api, response.header("Content-Type"))?;
    let wants_binary = content_handling::names_binary(received.api, received.request.header("Accept"))?;
    let converted = content_handling::convert(response.body.bytes(), is_binary, None, wants_binary);
    let Some(converted) = converted else {
        let cause = Cause::Written(route.integration.span);
        trace.push(What::EndpointBodyUnusable, cause);
        let refusal = Refusal { response_type: None, status: 500, message: "Internal server error", cause };
        return gateway_response::answer(received, trace, refusal);
    };
    let step = trace.push(What::EndpointPassed, Cause::Written(route.integration.span));
    let header = |name: Cow<'static, str>, value: String| By { value: Header { name, value }, step };
    let mut all = vec![
        header(Cow::Borrowed("x-amzn-RequestId"), received.ambient.request_id.clone()),
        header(Cow::Borrowed("x-amz-apigw-id"), received.ambient.extended_request_id.clone()),
    ];
    if response.header("Content-Type").is_none() {
        all.push(header(Cow::Borrowed("Content-Type"), "application/json".to_string()));
    }
    for (name, value) in &response.headers {
        if let Some(name) = headers::http_proxy_response_name(name) {
            all.push(header(name, value.clone()));
        }
    }
    Ok(Response {
        status: By { value: response.status, step },
        headers: all,
        body: By {
            value: match response.body.is_partial() {
                true => Body::Unknown,
                false => Body::Known(converted.into_bytes()),
            },
            step,
        },
    })
}
