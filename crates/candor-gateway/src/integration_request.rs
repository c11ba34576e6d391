//! The integration request of non-proxy integrations: what the function gets.

use crate::api::{Integration, PassthroughBehavior, Target};
use crate::content_handling::{self, Converted};
use crate::exchange::Response;
use crate::gateway_response::{self, Refusal};
use crate::headers;
use crate::in_flight::Received;
use crate::mapping;
use crate::setting::{Cause, Undecided};
use crate::trace::{Broken, Trace, What};

/// What makes every call to a function fail, whatever it would do: a method other than POST, a mapping onto a header that
/// the gateway needs for itself (both recorded: `test_lambda_aws_proxy_integration_non_post_method`,
/// `test_apigateway_header_remapping_aws`); a name that the stage does not complete.
pub(crate) fn broken_call(
    received: &Received<'_>,
    integration: &Integration,
) -> Result<Option<(Broken, Cause)>, Undecided> {
    if let Some(cause) = no_such_function(received, integration)? {
        return Ok(Some((Broken::NoSuchFunction, cause)));
    }
    let (method, cause) = integration.http_method.optional()?;
    if let Some(method) = method
        && !method.eq_ignore_ascii_case("POST")
    {
        return Ok(Some((Broken::NotPost, cause)));
    }
    let forbidden = integration.request_parameters.iter().find(|p| {
        p.destination.strip_prefix("integration.request.header.").is_some_and(headers::breaks_aws_call)
    });
    Ok(forbidden.map(|p| (Broken::ReservedHeader, Cause::Written(p.span))))
}

/// Why there is no such function: its name or its alias has a stage variable that the stage lacks (guide "Use stage variables": they are
/// filled in when a request comes, and nothing looks at them before; reports from the field: 500).
pub(crate) fn no_such_function(
    received: &Received<'_>,
    integration: &Integration,
) -> Result<Option<Cause>, Undecided> {
    let (Some(Target::Function(function)), cause) = integration.target.optional()? else { return Ok(None) };
    let lacking = function.stage_variables().any(|name| received.api.stage.lacks_variable(name));
    Ok(lacking.then_some(cause))
}

/// Why a mapping cannot read the client's body, where one does: it begins as an object and is no JSON (inferred from LocalStack's reading).
pub(crate) fn unreadable_body(
    received: &Received<'_>,
    integration: &Integration,
) -> Result<Option<Cause>, Undecided> {
    for parameter in &integration.request_parameters {
        let (source, cause) = parameter.source.optional()?;
        if source.is_some_and(|source| source.starts_with("method.request.body"))
            && mapping::is_broken_object(&received.request.body)
        {
            return Ok(Some(cause));
        }
    }
    Ok(None)
}

/// The client's body after `contentHandling`: a request's own type says both sides of the table. `None`: it should be base64.
pub(crate) fn converted_body(
    received: &Received<'_>,
    integration: &Integration,
) -> Result<Option<Converted>, Undecided> {
    let content_type = received.request.header("Content-Type").unwrap_or("application/json");
    let is_binary = content_handling::names_binary(received.api, Some(content_type))?;
    let (handling, _) = integration.content_handling.optional()?;
    Ok(content_handling::convert(&received.request.body, is_binary, handling.copied(), is_binary))
}

/// Recorded: 500 (`test_apigateway_s3_method_mapping` and its siblings).
fn unusable(
    received: &Received<'_>,
    trace: &mut Trace,
    integration: &Integration,
    why: Broken,
) -> Result<Option<Response>, Undecided> {
    let cause = match integration.content_handling.optional()? {
        (Some(_), cause) => cause,
        (None, _) => received.api.binary_media_types.optional()?.1,
    };
    trace.push(What::IntegrationBroken { why }, cause);
    let refusal = Refusal { response_type: None, status: 500, message: "Internal server error", cause };
    gateway_response::answer(received, trace, refusal).map(Some)
}

/// Makes the payload for the function, or the refusal that takes its place.
///
/// The table of passthrough behaviours: guide "Method request behavior for payloads without mapping templates".
pub(crate) fn prepare(
    received: &mut Received<'_>,
    trace: &mut Trace,
    integration: &Integration,
) -> Result<Option<Response>, Undecided> {
    let content_type =
        received.request.header("Content-Type").map_or("application/json", mapping::media_type).to_string();
    let find = |wanted: &str| {
        integration
            .request_templates
            .iter()
            .find(|t| mapping::media_type(&t.content_type).eq_ignore_ascii_case(wanted))
    };
    let Some(chosen) = find(&content_type).or_else(|| find("$default")) else {
        let (behavior, cause) = integration.passthrough_behavior.or(&PassthroughBehavior::WhenNoMatch)?;
        let refused = match behavior {
            PassthroughBehavior::WhenNoMatch => false,
            PassthroughBehavior::WhenNoTemplates => !integration.request_templates.is_empty(),
            PassthroughBehavior::Never => true,
        };
        if refused {
            trace.push(What::MediaTypeRefused, cause);
            let response_type = crate::api::GatewayResponseType::UnsupportedMediaType;
            let message = gateway_response::stock_message(response_type);
            let refusal = Refusal { response_type: Some(response_type), status: 415, message, cause };
            return gateway_response::answer(received, trace, refusal).map(Some);
        }
        let body = match converted_body(received, integration)? {
            // Recorded for `$input.body`, inferred for passing on to a function: an empty body is an empty object.
            Some(_) if received.request.body.is_empty() && integration.calls_function() => b"{}".to_vec(),
            Some(converted) => converted.into_bytes(),
            None => return unusable(received, trace, integration, Broken::BodyNotBase64),
        };
        received.mapped_event = Some(body);
        return Ok(None);
    };
    let (template, cause) = chosen.template.optional()?;
    let Some(template) = template else {
        received.mapped_event = Some(Vec::new());
        return Ok(None);
    };
    let body = match converted_body(received, integration)? {
        Some(Converted::Text(text)) => text,
        Some(Converted::Bytes(_)) => {
            return unusable(received, trace, integration, Broken::TemplateReadsBytes);
        }
        None => return unusable(received, trace, integration, Broken::BodyNotBase64),
    };
    let rendered = match &template.parsed {
        Ok(parsed) => mapping::render(received, parsed, &body, None),
        Err(e) => Err(e.clone()),
    };
    match rendered {
        Ok(rendered) => {
            trace.push(What::RequestTemplateRendered, cause);
            received.overrides = rendered.overrides;
            received.mapped_event = Some(rendered.output.into_bytes());
            Ok(None)
        }
        Err(e) => {
            let cause = Cause::Written(template.text.at(e.span.clone()));
            trace.push(What::RequestTemplateFailed { why: e.to_string() }, cause);
            let refusal =
                Refusal { response_type: None, status: 500, message: "Internal server error", cause };
            gateway_response::answer(received, trace, refusal).map(Some)
        }
    }
}
