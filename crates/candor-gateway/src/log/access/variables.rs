//! What each variable has, for each outcome.

use candor_contract::ApiKind;
use candor_contract::json::{Json, write_string};
use candor_contract::outcome::Outcome;
use candor_contract::payload;

use crate::api::{GatewayResponseType, IntegrationType};
use crate::authorizer::{Authorization, Signer};
use crate::endpoint::{EndpointOutcome, EndpointResponse};
use crate::exchange::Exchange;
use crate::log::{Call, execution, integration_latency, secrets};
use crate::signals::UNKNOWN;
use crate::trace::What;

/// The value of a variable, named without `$context.`; `None` where AWS prints `-`: the exchange has none, or nobody has heard of
/// the variable. Function URLs have no access log, and a
/// load balancer's is none of this form.
///
/// The meaning of each is documented ("Variables for access logging for API Gateway"); what AWS prints in the cases that the guide
/// does not mention is believed, and marked.
pub fn value(exchange: &Exchange<'_>, name: &str) -> Option<String> {
    let received = &exchange.received;
    let (ambient, request) = (received.ambient, &received.request);
    let rest = match received.api.kind {
        ApiKind::Rest => true,
        ApiKind::Http => false,
        ApiKind::FunctionUrl | ApiKind::Alb => return None,
    };
    let of_rest = |value: &str| rest.then(|| value.to_string());
    let text = |value: &str| Some(value.to_string());
    // Of a client that was refused nothing is handed on.
    let granted = received.granted.as_ref().filter(|_| !refused_by_authorizer(exchange));
    let signer = |of: fn(&Signer) -> &String| granted?.signer().map(|signer| of(signer).clone());
    match name {
        "accountId" => text(&ambient.account_id),
        "apiId" => text(&ambient.api_id),
        "deploymentId" => of_rest(&ambient.deployment_id),
        "domainName" => Some(ambient.domain_name()),
        "domainPrefix" => text(&ambient.api_id),
        "extendedRequestId" => text(&ambient.extended_request_id),
        // An HTTP API has one id.
        "requestId" => text(if rest { &ambient.request_id } else { &ambient.extended_request_id }),
        "httpMethod" => text(&request.method),
        "identity.sourceIp" => text(&ambient.source_ip),
        "identity.userAgent" => request.header("User-Agent").map(|agent| secrets::hide(agent).into_owned()),
        "identity.accessKey" => signer(|s| &s.access_key),
        "identity.accountId" => signer(|s| &s.account_id),
        "identity.caller" | "identity.user" => signer(|s| &s.caller_id),
        "identity.userArn" => signer(|s| &s.user_arn),
        "path" => Some(match received.stage_name() {
            "$default" if !rest => request.path.clone(),
            stage => format!("/{stage}{}", request.path),
        }),
        "protocol" => text("HTTP/1.1"),
        "requestTime" => Some(ambient.request_time()),
        "requestTimeEpoch" => Some(ambient.time_epoch_ms.to_string()),
        "resourceId" => of_rest(&ambient.resource_id),
        "resourcePath" if rest => received.route.map(|route| route.key.path.clone()),
        "routeKey" if !rest => received.route.map(|route| route.key.to_string()),
        "stage" => text(received.stage_name()),
        "xrayTraceId" if rest => match received.api.stage.tracing_enabled.optional() {
            Ok((Some(true), _)) => text(&ambient.trace_root),
            Ok(_) | Err(_) => None,
        },
        "status" => Some(exchange.response.status.value.to_string()),
        "responseLength" => Some(match exchange.response.body.value.bytes() {
            Some(bytes) => bytes.len().to_string(),
            None => UNKNOWN.to_string(),
        }),
        "responseLatency" => {
            let waited = integration_latency(exchange, Call::of(exchange)).unwrap_or_default();
            Some(waited.saturating_add(ambient.gateway_latency_ms).to_string())
        }
        "integrationLatency" | "integration.latency" => {
            integration_latency(exchange, Call::of(exchange)).map(|ms| ms.to_string())
        }
        "integration.requestId" | "awsEndpointRequestId" if exchange.endpoint.is_some() => {
            endpoint_response(exchange)
                .and_then(|response| response.header("x-amzn-RequestId"))
                .map(str::to_string)
        }
        "integration.requestId" | "awsEndpointRequestId" => match Call::of(exchange) {
            // Of a refused permission there is no invocation; a throttled one has an id and no log.
            Call::Answered | Call::Refused(429) => text(&ambient.lambda_request_id),
            Call::None | Call::Refused(_) | Call::GivenUp => None,
        },
        "integrationStatus" | "integration.integrationStatus" => service_status(exchange),
        "integration.status" => said_status(exchange),
        "integration.error" | "integrationErrorMessage" => integration_error(exchange),
        "error.message" => gateway_error(exchange).map(|(message, _)| message.to_string()),
        "error.messageString" => gateway_error(exchange).map(|(message, _)| {
            let mut quoted = String::new();
            write_string(message, &mut quoted);
            quoted
        }),
        // HTTP APIs have no gateway responses, and seldom was a value seen. Of a function error and a malformed answer it is
        // believed.
        "error.responseType" if rest => gateway_error(exchange)
            .map(|(_, of_type)| of_type.unwrap_or(GatewayResponseType::Default5xx).name().to_string()),
        _ => granted?
            .variable(name.strip_prefix("authorizer.")?)
            .map(|value| secrets::shown(name, &value).into_owned()),
    }
}

fn refused_by_authorizer(exchange: &Exchange<'_>) -> bool {
    exchange.trace.steps().iter().any(|step| match &step.what {
        What::IdentityMissing { .. } => true,
        What::Authorized(says) => *says != Authorization::Allows,
        _ => false,
    })
}

fn endpoint_response<'e>(exchange: &'e Exchange<'_>) -> Option<&'e EndpointResponse> {
    match &exchange.endpoint.as_ref()?.outcome {
        EndpointOutcome::Responded(response) => Some(response),
        EndpointOutcome::Unreachable | EndpointOutcome::TimedOut => None,
    }
}

/// What the service answered the gateway: of Lambda 200 also where the function raised.
fn service_status(exchange: &Exchange<'_>) -> Option<String> {
    if let Some(response) = endpoint_response(exchange) {
        return Some(response.status.to_string());
    }
    match Call::of(exchange) {
        Call::Answered => Some("200".to_string()),
        Call::Refused(status) => Some(status.to_string()),
        Call::None | Call::GivenUp => None,
    }
}

/// What the function said, of a proxy. Where it raised or said nothing: believed to be `-`. Where the integration maps: believed
/// to be the service's.
fn said_status(exchange: &Exchange<'_>) -> Option<String> {
    let integration = &exchange.received.route?.integration;
    let of_type = integration.integration_type.optional().ok()?.0.copied();
    match of_type.unwrap_or(IntegrationType::AwsProxy) {
        IntegrationType::AwsProxy => match &exchange.outcome {
            Some(Outcome::Returned(payload)) if payload.hides("/statusCode") => Some(UNKNOWN.to_string()),
            Some(Outcome::Returned(payload)) => {
                payload.json().and_then(payload::claimed_status).map(|status| status.to_string())
            }
            Some(_) | None => None,
        },
        IntegrationType::Aws | IntegrationType::Http | IntegrationType::HttpProxy | IntegrationType::Mock => {
            service_status(exchange)
        }
    }
}

/// What went wrong with the integration. A REST API says what its execution log says (seen of malformed answers and timeouts,
/// believed of the rest); an HTTP API has words of its own (seen; of timeouts and malformed answers nobody here has).
fn integration_error(exchange: &Exchange<'_>) -> Option<String> {
    let steps = exchange.trace.steps().iter();
    if exchange.received.api.kind == ApiKind::Rest {
        let events = steps.flat_map(|step| execution::failure(exchange, &step.what));
        return events.last().map(|event| execution::Line::new(execution::Prefix::None, event).write());
    }
    if !steps.clone().any(|step| matches!(step.what, What::FunctionFailed)) {
        return None;
    }
    match exchange.outcome.as_ref()? {
        Outcome::NotInvocable => Some(
            "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. Check \
             the permissions and try again."
                .to_string(),
        ),
        failed => {
            let payload = failed.error_payload(&exchange.received.ambient.lambda_request_id)?;
            let message = payload.json()?.get("errorMessage").and_then(Json::as_str)?;
            let message = secrets::hide(message);
            Some(format!(
                "The Lambda function returned the following error: {message}. Check your Lambda function code and try again."
            ))
        }
    }
}

/// What the gateway said by itself, and as what: nothing where the answer came from the integration.
fn gateway_error<'e>(exchange: &'e Exchange<'_>) -> Option<(&'e str, Option<GatewayResponseType>)> {
    match &exchange.trace.step(exchange.response.status.step).what {
        What::GatewayStatus { response_type, message } => Some((message, *response_type)),
        _ => None,
    }
}
