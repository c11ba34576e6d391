//! CORS by the gateway itself: HTTP APIs and function URLs. A REST API has OPTIONS methods instead.
//!
//! Guides: "Configure CORS for HTTP APIs in API Gateway", "Creating and managing Lambda function URLs". A request counts only with
//! an `Origin`; a preflight, which also names a method, is answered without a route; the headers of the configuration replace those
//! of the backend. Inferred: the status of a preflight, that its answer comes whatever routes there are, that errors of the gateway's
//! own carry the headers as well, and that function URLs replace headers as HTTP APIs do.

use std::borrow::Cow;

use candor_contract::ApiKind;
use candor_contract::payload::Body;

use crate::api::Cors;
use crate::exchange::{By, Response};
use crate::in_flight::Received;
use crate::setting::{Cause, Needs, Undecided};
use crate::trace::{Trace, What};

/// The answer to a preflight request, where the API has a CORS configuration.
pub(crate) fn preflight(received: &Received<'_>, trace: &mut Trace) -> Result<Option<Response>, Undecided> {
    let request = &received.request;
    let asks = request.method.eq_ignore_ascii_case("OPTIONS")
        && request.header("Origin").is_some()
        && request.header("Access-Control-Request-Method").is_some();
    if !asks {
        return Ok(None);
    }
    let (Some(_), cause) = received.api.cors.optional()? else { return Ok(None) };
    let step = trace.push(What::PreflightAnswered, cause);
    let (status, id_name, id) = match received.api.kind {
        ApiKind::FunctionUrl => (200, "x-amzn-RequestId", &received.ambient.lambda_request_id),
        ApiKind::Http | ApiKind::Rest | ApiKind::Alb => {
            (204, "apigw-requestid", &received.ambient.extended_request_id)
        }
    };
    let mut response = Response {
        status: By { value: status, step },
        headers: Vec::new(),
        body: By { value: Body::EMPTY, step },
    };
    response.set_header(Cow::Borrowed(id_name), id.clone(), step);
    Ok(Some(response))
}

/// Puts the headers of the configuration in the place of the backend's.
pub(crate) fn apply(
    received: &Received<'_>,
    trace: &mut Trace,
    response: &mut Response,
) -> Result<(), Undecided> {
    if received.api.kind == ApiKind::Rest {
        return Ok(());
    }
    let origin = received.request.header("Origin");
    let (cors, cause) = match received.api.cors.optional() {
        Ok((Some(cors), cause)) => (cors, cause),
        Ok((None, _)) => return Ok(()),
        // Nobody but a browser looks at these headers, and a browser says where it comes from.
        Err(_) if origin.is_none() => return Ok(()),
        Err(undecided) => return Err(undecided),
    };
    let preflight = matches!(trace.step(response.status.step).what, What::PreflightAnswered);
    response.headers.retain(|h| !is_cors(&h.value.name));
    let Some(origin) = origin else { return Ok(()) };
    let Some(allowed) = allowed_origin(received, cors, origin, cause)? else { return Ok(()) };
    let listed = |values: &[String]| (!values.is_empty()).then(|| values.join(","));
    let of_preflight = |value: Option<String>| value.filter(|_| preflight);
    let headers = [
        ("Access-Control-Allow-Origin", Some(allowed)),
        ("Access-Control-Allow-Credentials", cors.allow_credentials.then(|| "true".to_string())),
        ("Access-Control-Expose-Headers", listed(&cors.expose_headers).filter(|_| !preflight)),
        ("Access-Control-Allow-Methods", of_preflight(listed(&cors.allow_methods))),
        ("Access-Control-Allow-Headers", of_preflight(listed(&cors.allow_headers))),
        ("Access-Control-Max-Age", of_preflight(cors.max_age.map(|seconds| seconds.to_string()))),
    ];
    let step = trace.push(What::HeaderSet, cause);
    for (name, value) in headers {
        let Some(value) = value else { continue };
        let name = match received.api.kind {
            ApiKind::FunctionUrl => Cow::Borrowed(name),
            ApiKind::Http | ApiKind::Rest | ApiKind::Alb => Cow::Owned(name.to_ascii_lowercase()),
        };
        response.set_header(name, value, step);
    }
    Ok(())
}

/// Whether a header belongs to CORS.
fn is_cors(name: &str) -> bool {
    name.get(..15).is_some_and(|start| start.eq_ignore_ascii_case("Access-Control-"))
}

/// What `Access-Control-Allow-Origin` says to this origin: `*`, or the origin itself where it is listed or its scheme is.
fn allowed_origin(
    received: &Received<'_>,
    cors: &Cors,
    origin: &str,
    cause: Cause,
) -> Result<Option<String>, Undecided> {
    let mut unknown = None;
    for allowed in &cors.allow_origins {
        if allowed == "*" {
            return Ok(Some("*".to_string()));
        }
        let fits = match allowed.strip_suffix("://*") {
            Some(scheme) => origin.split_once("://").is_some_and(|(own, _)| own.eq_ignore_ascii_case(scheme)),
            None => allowed == origin,
        };
        if fits {
            return Ok(Some(origin.to_string()));
        }
        // A name that only deployment fills in.
        if allowed.contains("${") {
            unknown = Some(allowed);
        }
    }
    match unknown {
        Some(allowed) => {
            let span = cause.span().unwrap_or(received.api.span);
            Err(Undecided { span, needs: Needs::Attribute(format!("the origin {allowed}")) })
        }
        None => Ok(None),
    }
}
