//! Integration responses of non-proxy integrations: which one is selected, and what the client gets by it.

use std::borrow::Cow;

use candor_contract::json::Json;
use candor_contract::outcome::Payload;
use candor_contract::payload::Body;

use crate::api::{ContentHandling, GatewayResponseType, IntegrationResponse, Route};
use crate::content_handling::{self, Converted};
use crate::endpoint::EndpointResponse;
use crate::exchange::{By, Header, Response};
use crate::gateway_response::{self, Refusal};
use crate::headers;
use crate::in_flight::Received;
use crate::mapping::{self, Source};
use crate::setting::{Cause, Needs, Undecided};
use crate::span::Span;
use crate::trace::{Trace, What};

/// What selection comes to.
pub enum Selection {
    /// This response: its pattern matched.
    Matched(usize),
    /// This response: no pattern matched, and it is the default.
    Default(usize),
    /// Nothing matched and there is no default.
    None,
}

/// The text that selection patterns are matched against: `errorMessage` of an error payload, otherwise nothing.
///
/// Recorded (`test_lambda_selection_patterns`): the invocation's status is not it. Whether a *returned* object with
/// `errorMessage` counts is unknown; the documented description reads the payload, and so do we.
///
/// # Errors
/// [`Undecided`] where the payload's `errorMessage` is not known.
pub fn selection_text(payload: &Payload, at: Span) -> Result<&str, Undecided> {
    if payload.hides("") {
        // A success of unknown shape: a success has no error message.
        return Ok("");
    }
    if payload.hides("/errorMessage") {
        let needs = Needs::Answer("/errorMessage".to_string());
        return Err(Undecided { span: at, needs });
    }
    Ok(payload.json().and_then(|json| json.get("errorMessage")).and_then(Json::as_str).unwrap_or_default())
}

/// Selects among integration responses as Java's `String.matches` does: the whole text, a dot is no line break. Of
/// several that match, the one of the lowest status (recorded once: 405 over 502); an import keeps a map, so the order of
/// definition cannot decide.
///
/// # Errors
/// [`Undecided`] where a pattern or status that matters is not known.
pub fn select(responses: &[IntegrationResponse], text: &str) -> Result<Selection, Undecided> {
    let mut matched: Option<(u16, usize)> = None;
    let mut default: Option<usize> = None;
    for (i, response) in responses.iter().enumerate() {
        let (pattern, _) = response.selection_pattern.optional()?;
        match pattern.filter(|p| !p.text.as_str().is_empty()) {
            None => default = default.or(Some(i)),
            Some(pattern) => {
                // A pattern that is no regex, or that would backtrack beyond all bounds, matches nothing.
                let matches = pattern.regex.as_ref().is_ok_and(|r| r.matches(text).unwrap_or(false));
                let (status, _) = response.status.or(&200)?;
                if matches && matched.is_none_or(|(lowest, _)| *status < lowest) {
                    matched = Some((*status, i));
                }
            }
        }
    }
    Ok(match (matched, default) {
        (Some((_, i)), _) => Selection::Matched(i),
        (None, Some(i)) => Selection::Default(i),
        (None, None) => Selection::None,
    })
}

/// What integration responses work on.
#[derive(Clone, Copy)]
pub(crate) struct Answered<'p> {
    /// The payload: a function's answer, Lambda's error payload, an endpoint's body.
    pub(crate) payload: &'p Payload,
    /// The endpoint's whole answer, where no function stands behind the integration.
    pub(crate) endpoint: Option<&'p EndpointResponse>,
}

impl<'p> Answered<'p> {
    /// What a function answered.
    pub(crate) fn by_function(payload: &'p Payload) -> Answered<'p> {
        Answered { payload, endpoint: None }
    }

    /// The payload after `contentHandling`; `None` where it should be base64 and is not. What functions answer is text: that their
    /// answers are converted, too, is documented, but nobody has seen how (the JSON text has quotes that base64 has not).
    fn converted(
        self,
        received: &Received<'_>,
        selected: &IntegrationResponse,
    ) -> Result<Option<Converted>, Undecided> {
        let (handling, _) = selected.content_handling.optional()?;
        let Some(endpoint) = self.endpoint else {
            if let Some(ContentHandling::ConvertToBinary) = handling {
                let what = "binary answers of mapped functions are not played yet".to_string();
                let span = selected.content_handling.span();
                return Err(Undecided { span, needs: Needs::Support(what) });
            }
            return Ok(Some(Converted::Text(self.payload.text().unwrap_or_default().to_string())));
        };
        let is_binary = match endpoint.header("Content-Type") {
            Some(content_type) => content_handling::names_binary(received.api, Some(content_type))?,
            None => false,
        };
        let wants_binary = content_handling::names_binary(received.api, received.request.header("Accept"))?;
        Ok(content_handling::convert(endpoint.body.bytes(), is_binary, handling.copied(), wants_binary))
    }
}

/// Makes the client's response from what a function answered, from Lambda's error payload, or from an endpoint's answer.
pub(crate) fn respond(
    received: &Received<'_>,
    trace: &mut Trace,
    route: &Route,
    answered: &Answered<'_>,
    text: &str,
) -> Result<Response, Undecided> {
    let integration = &route.integration;
    let (responses, responses_cause) = integration.responses.or(&EMPTY)?;
    let (index, selected) = match select(responses, text)? {
        Selection::Matched(i) => (i, What::PatternMatched { response: i }),
        Selection::Default(i) => (i, What::DefaultResponse { response: i }),
        Selection::None => {
            let cause = match responses_cause {
                // There are responses and none is the default: the list is the place to add one.
                Cause::Written(span) => Cause::Missing { at: span.head(), key: "default" },
                other => other,
            };
            trace.push(What::NoResponse, cause);
            return misconfigured(received, trace, cause);
        }
    };
    let response = &responses[index];
    let (status, _) = response.status.or(&200)?;
    let selected_by = trace.push(selected, Cause::Written(response.span));
    let (declared, declared_cause) = route.method_responses.optional()?;
    let mut is_declared = false;
    for method_response in declared.map_or(&[][..], Vec::as_slice) {
        is_declared |= method_response.status.or(&200)?.0 == status;
    }
    if !is_declared {
        let cause = match declared_cause {
            Cause::Written(_) => Cause::Written(response.status.span()),
            other => other,
        };
        trace.push(What::MethodResponseMissing { response: index, status: *status }, cause);
        return misconfigured(received, trace, cause);
    }
    shape(received, trace, response, index, By { value: *status, step: selected_by }, answered)
}

static EMPTY: Vec<IntegrationResponse> = Vec::new();

/// 500, type API_CONFIGURATION_ERROR (guide "Gateway response types").
fn misconfigured(received: &Received<'_>, trace: &mut Trace, cause: Cause) -> Result<Response, Undecided> {
    let response_type = GatewayResponseType::ApiConfigurationError;
    let message = gateway_response::stock_message(response_type);
    let refusal = Refusal { response_type: Some(response_type), status: 500, message, cause };
    gateway_response::answer(received, trace, refusal)
}

/// Body, headers and status of the selected integration response.
pub(crate) fn shape(
    received: &Received<'_>,
    trace: &mut Trace,
    selected: &IntegrationResponse,
    index: usize,
    status: By<u16>,
    answered: &Answered<'_>,
) -> Result<Response, Undecided> {
    let payload = answered.payload;
    if !payload.is_partial() && mapping::is_broken_object(payload.bytes()) {
        for parameter in &selected.parameters {
            let (source, cause) = parameter.source.optional()?;
            if source.is_some_and(|source| source.starts_with("integration.response.body")) {
                // Inferred from LocalStack's reading, as for requests.
                trace.push(What::EndpointBodyUnusable, cause);
                let refusal =
                    Refusal { response_type: None, status: 500, message: "Internal server error", cause };
                return gateway_response::answer(received, trace, refusal);
            }
        }
    }
    let mut status = status;
    let mut template_headers = Vec::new();
    // An override that the request template left behind counts unless the response template sets another (recorded:
    // `test_integration_mock_with_response_override_in_request_template`).
    let mut overridden = received.overrides.status().map(|value| (value, None));
    let body = match mapping::choose(&selected.templates, received.request.header("Accept")) {
        None => {
            let value = match (payload.is_partial(), answered.endpoint) {
                (true, _) => Body::Unknown,
                (false, None) => Body::Known(payload.bytes().to_vec()),
                (false, Some(_)) => match answered.converted(received, selected)? {
                    Some(converted) => Body::Known(converted.into_bytes()),
                    None => return unusable(received, trace, selected),
                },
            };
            let step = trace.push(What::PassedThrough, Cause::Written(selected.span));
            By { value, step }
        }
        Some(chosen) => {
            let template_index = selected.templates.iter().position(|t| std::ptr::eq(t, chosen)).unwrap_or(0);
            let (template, cause) = chosen.template.optional()?;
            let Some(template) = template else {
                // A content type with nothing behind it: an empty template prints nothing.
                let step = trace.push(What::PassedThrough, cause);
                return Ok(with_headers(
                    received,
                    trace,
                    selected,
                    status,
                    By { value: Body::EMPTY, step },
                    answered,
                ));
            };
            let parsed = match &template.parsed {
                Ok(parsed) => parsed,
                Err(e) => {
                    return template_failed(received, trace, index, template.text.at(e.span.clone()), e);
                }
            };
            let what = What::ResponseTemplateRendered { response: index, template: template_index };
            if payload.is_partial() && !parsed.is_constant() {
                if parsed.mentions("responseOverride") {
                    let needs = Needs::Answer(String::new());
                    return Err(Undecided { span: template.text.span(), needs });
                }
                let step = trace.push(what, cause);
                By { value: Body::Unknown, step }
            } else {
                let Some(Converted::Text(text)) = answered.converted(received, selected)? else {
                    return unusable(received, trace, selected);
                };
                let rendered = match mapping::render(received, parsed, &text, None) {
                    Ok(rendered) => rendered,
                    Err(e) => {
                        return template_failed(received, trace, index, template.text.at(e.span.clone()), &e);
                    }
                };
                if let Some(value) = rendered.overrides.status() {
                    let at = rendered.status_set_at.clone();
                    overridden = Some((value, at.map(|range| (range.clone(), template.text.at(range)))));
                }
                template_headers = rendered.overrides.response_headers();
                let step = trace.push(what, cause);
                By { value: Body::Known(rendered.output.into_bytes()), step }
            }
        }
    };
    if let Some((value, place)) = overridden {
        let (at, cause) = match place {
            Some((range, span)) => (range, Cause::Written(span)),
            None => (0..0, Cause::Written(selected.span)),
        };
        match override_status(&value) {
            Some(valid) => {
                status = By { value: valid, step: trace.push(What::StatusOverridden { at }, cause) }
            }
            None => {
                trace.push(What::OverrideIgnored { value: value.to_text() }, cause);
            }
        }
    }
    let mut response = with_headers(received, trace, selected, status, body, answered);
    let step = response.body.step;
    for (name, value) in template_headers {
        // Overrides of a template win over parameter mappings (guide "Override status code and headers").
        if let Some(name) = headers::mapped_response_name(&name) {
            response.set_header(name, value, step);
        }
    }
    Ok(response)
}

/// Only integers from 100 to 599 count; others are ignored (inferred from reports of AWS's behaviour).
fn override_status(value: &candor_vtl::Value) -> Option<u16> {
    value.to_text().parse().ok().filter(|status| (100..=599).contains(status))
}

/// A body that should be base64 and is not, or bytes that a template should read: 500 (recorded for S3).
fn unusable(
    received: &Received<'_>,
    trace: &mut Trace,
    selected: &IntegrationResponse,
) -> Result<Response, Undecided> {
    let cause = match selected.content_handling.optional()? {
        (Some(_), cause) => cause,
        (None, _) => received.api.binary_media_types.optional()?.1,
    };
    trace.push(What::EndpointBodyUnusable, cause);
    let refusal = Refusal { response_type: None, status: 500, message: "Internal server error", cause };
    gateway_response::answer(received, trace, refusal)
}

fn template_failed(
    received: &Received<'_>,
    trace: &mut Trace,
    response: usize,
    at: Span,
    error: &candor_vtl::Error,
) -> Result<Response, Undecided> {
    let cause = Cause::Written(at);
    trace.push(What::ResponseTemplateFailed { response, why: error.to_string() }, cause);
    let refusal = Refusal { response_type: None, status: 500, message: "Internal server error", cause };
    gateway_response::answer(received, trace, refusal)
}

fn with_headers(
    received: &Received<'_>,
    trace: &mut Trace,
    selected: &IntegrationResponse,
    status: By<u16>,
    body: By<Body>,
    answered: &Answered<'_>,
) -> Response {
    let payload = answered.payload;
    let step = status.step;
    let header =
        |name: &'static str, value: String| By { value: Header { name: Cow::Borrowed(name), value }, step };
    let mut response = Response {
        status,
        headers: vec![
            header("x-amzn-RequestId", received.ambient.request_id.clone()),
            header("x-amz-apigw-id", received.ambient.extended_request_id.clone()),
            header("Content-Type", "application/json".to_string()),
            header("X-Amzn-Trace-Id", format!("Root={}", received.ambient.trace_root)),
        ],
        body,
    };
    for parameter in &selected.parameters {
        let Some(name) = parameter.destination.strip_prefix("method.response.header.") else { continue };
        let Some(name) = headers::mapped_response_name(name) else { continue };
        // A source that is not known leaves the header as AWS would have it without the mapping.
        let Ok((Some(source), cause)) = parameter.source.optional() else { continue };
        let from = match answered.endpoint {
            Some(endpoint) => Source::Endpoint(endpoint),
            None if payload.is_partial() => Source::Nothing,
            None => Source::Payload(payload.text().unwrap_or("")),
        };
        if let Some(value) = mapping::value(received, source, &from) {
            let step = trace.push(What::HeaderMapped, cause);
            response.set_header(name, value, step);
        }
    }
    response
}
