//! Parameter mapping of HTTP APIs: what `RequestParameters` and `ResponseParameters` change on the way to the integration and back.
//!
//! Guide "Transform API requests and responses for HTTP APIs in API Gateway": keys `append`, `overwrite`, `remove` with `header.…` and
//! `querystring.…`, `overwrite:path`, `overwrite:statuscode`; values are texts with `$request.…`, `$response.…`, `$context.…` and
//! `$stageVariables.…`; reserved headers cannot be mapped. Inferred: all values are read from what came in, before anything is
//! changed; what the gateway answers by itself, and the error it makes of a function error, is not mapped; without a value nothing is.

use std::borrow::Cow;

use candor_contract::payload::Body;
use candor_vtl::json_path;

use crate::api::{Integration, Parameter};
use crate::exchange::{By, Response};
use crate::in_flight::Received;
use crate::request::Request;
use crate::setting::{Cause, Needs, Undecided};
use crate::trace::{Trace, What};

/// How much of a body a JSON path is applied to: "API Gateway truncates the request body at 100 KB" (same guide).
const SELECTED_BODY: usize = 100 * 1024;

/// Headers that cannot be mapped; those with `-` at their end stand for all that begin so (same guide, "Reserved headers").
const RESERVED: [&str; 22] = [
    "access-control-",
    "apigw-",
    "Authorization",
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Location",
    "Forwarded",
    "Keep-Alive",
    "Origin",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "TE",
    "Trailers",
    "Transfer-Encoding",
    "Upgrade",
    "x-amz-",
    "x-amzn-",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "Via",
];

fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|reserved| match reserved.ends_with('-') {
        true => name.get(..reserved.len()).is_some_and(|start| start.eq_ignore_ascii_case(reserved)),
        false => name.eq_ignore_ascii_case(reserved),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Append,
    Overwrite,
    Remove,
}

/// What a mapping's key says: the change and the place. `None`: a parameter of a service integration, or a key that AWS refuses.
fn key(destination: &str) -> Option<(Change, &str)> {
    let (change, place) = destination.split_once(':')?;
    let change = match change {
        "append" => Change::Append,
        "overwrite" => Change::Overwrite,
        "remove" => Change::Remove,
        _ => return None,
    };
    Some((change, place))
}

/// Changes the request as the integration's request parameters say; the second is the path, where a mapping sets one.
pub(crate) fn request(
    received: &Received<'_>,
    trace: &mut Trace,
    integration: &Integration,
) -> Result<Option<(Request, Option<String>)>, Undecided> {
    let mut changed: Option<(Request, Option<String>)> = None;
    for parameter in &integration.request_parameters {
        let Some((change, place)) = key(&parameter.destination) else { continue };
        let Some((value, cause)) = value_of(received, parameter, change, None)? else { continue };
        let (request, path) = changed.get_or_insert_with(|| (received.request.clone(), None));
        if let Some(name) = place.strip_prefix("header.").filter(|name| !is_reserved(name)) {
            apply(&mut request.headers, change, name, value, |a, b| a.eq_ignore_ascii_case(b));
        } else if let Some(name) = place.strip_prefix("querystring.") {
            let mut query = request.decoded_query();
            apply(&mut query, change, name, value, |a, b| a == b);
            request.query = query.into_iter().map(|(n, v)| (encoded(&n), encoded(&v))).collect();
        } else if place == "path" && change == Change::Overwrite {
            *path = Some(value);
        } else {
            continue;
        }
        trace.push(What::ParameterMapped, cause);
    }
    Ok(changed)
}

/// Changes an integration's answer as the response parameters for its status say.
pub(crate) fn response(
    received: &Received<'_>,
    trace: &mut Trace,
    integration: &Integration,
    response: &mut Response,
) -> Result<(), Undecided> {
    let original = response.clone();
    let answered = original.status.value.to_string();
    let of_status = integration.response_parameters.iter().filter(|mapped| mapped.status == answered);
    for parameter in of_status.flat_map(|mapped| &mapped.parameters) {
        let Some((change, place)) = key(&parameter.destination) else { continue };
        let Some((value, cause)) = value_of(received, parameter, change, Some(&original))? else { continue };
        if let Some(name) = place.strip_prefix("header.").filter(|name| !is_reserved(name)) {
            let step = trace.push(What::HeaderMapped, cause);
            let name = Cow::Owned(name.to_string());
            match change {
                Change::Remove => response.headers.retain(|h| !h.value.name.eq_ignore_ascii_case(&name)),
                Change::Overwrite => response.set_header(name, value, step),
                Change::Append => {
                    let present = response.header(&name).map(|h| format!("{},{value}", h.value.value));
                    response.set_header(name, present.unwrap_or(value), step);
                }
            }
        } else if place == "statuscode" && change == Change::Overwrite {
            // What AWS makes of a value that is no status is not known; a status outside HTTP cannot be sent.
            if let Some(status) = value.parse().ok().filter(|status| (100..=599).contains(status)) {
                response.status = By { value: status, step: trace.push(What::StatusMapped, cause) };
            }
        }
    }
    Ok(())
}

fn apply(
    pairs: &mut Vec<(String, String)>,
    change: Change,
    name: &str,
    value: String,
    same: impl Fn(&str, &str) -> bool,
) {
    match change {
        Change::Append => pairs.push((name.to_string(), value)),
        Change::Remove => pairs.retain(|(n, _)| !same(n, name)),
        Change::Overwrite => {
            pairs.retain(|(n, _)| !same(n, name));
            pairs.push((name.to_string(), value));
        }
    }
}

/// A query's part as it goes over the wire again.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => {
                let digit = |n: u8| char::from(b"0123456789ABCDEF"[usize::from(n & 15)]);
                out.extend(['%', digit(byte >> 4), digit(byte)]);
            }
        }
    }
    out
}

/// The value of a mapping; a removal needs none.
fn value_of(
    received: &Received<'_>,
    parameter: &Parameter,
    change: Change,
    response: Option<&Response>,
) -> Result<Option<(String, Cause)>, Undecided> {
    if change == Change::Remove {
        return Ok(Some((String::new(), Cause::Written(parameter.span))));
    }
    let (Some(source), cause) = parameter.source.optional()? else { return Ok(None) };
    let reader = Reader { received, response, parameter };
    Ok(reader.text(source)?.map(|value| (value, cause)))
}

struct Reader<'r> {
    received: &'r Received<'r>,
    response: Option<&'r Response>,
    parameter: &'r Parameter,
}

impl Reader<'_> {
    /// A source: one variable, or a text with variables in `${…}`.
    fn text(&self, source: &str) -> Result<Option<String>, Undecided> {
        if let Some(variable) = source.strip_prefix('$').filter(|rest| !rest.starts_with('{')) {
            return self.variable(variable);
        }
        let (mut out, mut rest) = (String::new(), source);
        while let Some((before, behind)) = rest.split_once("${") {
            let Some((variable, after)) = behind.split_once('}') else { break };
            out.push_str(before);
            out.push_str(&self.variable(variable)?.unwrap_or_default());
            rest = after;
        }
        out.push_str(rest);
        Ok((!out.is_empty()).then_some(out))
    }

    fn variable(&self, name: &str) -> Result<Option<String>, Undecided> {
        let request = &self.received.request;
        let joined = |values: Vec<&str>| (!values.is_empty()).then(|| values.join(","));
        if let Some(name) = name.strip_prefix("request.header.") {
            let named = request.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
            return Ok(joined(named.map(|(_, v)| v.as_str()).collect()));
        }
        if let Some(name) = name.strip_prefix("request.querystring.") {
            let query = request.decoded_query();
            return Ok(joined(query.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect()));
        }
        if name == "request.path" {
            return Ok(Some(request.path.clone()));
        }
        if let Some(name) = name.strip_prefix("request.path.") {
            let named = self.received.parameters.iter().find(|(n, _)| n == name);
            return Ok(named.map(|(_, v)| crate::request::decode_path(v).into_owned()));
        }
        if let Some(path) = name.strip_prefix("request.body") {
            return Ok(in_body(&request.body, path));
        }
        if let Some(name) = name.strip_prefix("stageVariables.") {
            let variables = &self.received.api.stage.variables;
            return match variables.iter().find(|(n, _)| n == name) {
                Some((_, value)) => Ok(value.optional()?.0.cloned()),
                None => Ok(None),
            };
        }
        if let Some(name) = name.strip_prefix("context.") {
            return Ok(context(self.received, name));
        }
        let Some(response) = self.response else { return Ok(None) };
        if let Some(name) = name.strip_prefix("response.header.") {
            let named = response.headers.iter().filter(|h| h.value.name.eq_ignore_ascii_case(name));
            return Ok(joined(named.map(|h| h.value.value.as_str()).collect()));
        }
        match (name.strip_prefix("response.body"), &response.body.value) {
            (Some(path), Body::Known(bytes)) => Ok(in_body(bytes, path)),
            (Some(path), Body::Unknown) => {
                let needs = Needs::Answer(path.replace('.', "/"));
                Err(Undecided { span: self.parameter.span, needs })
            }
            (None, _) => Ok(None),
        }
    }
}

/// The whole body, or what a JSON path finds in the part of it that is looked at.
fn in_body(body: &[u8], path: &str) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    if path.is_empty() {
        return Some(text.to_string());
    }
    let root = candor_vtl::json::parse_lenient(text.get(..SELECTED_BODY).unwrap_or(text)).ok()?;
    let found = json_path::select(&format!("${path}"), &root).ok()??;
    (!found.is_null()).then(|| found.to_text())
}

/// The context variables of HTTP APIs that an exchange knows before it has ended.
fn context(received: &Received<'_>, name: &str) -> Option<String> {
    let Received { ambient, request, .. } = received;
    Some(match name {
        "accountId" => ambient.account_id.clone(),
        "apiId" => ambient.api_id.clone(),
        "domainName" => ambient.domain_name(),
        "domainPrefix" => ambient.api_id.clone(),
        "extendedRequestId" | "requestId" => ambient.extended_request_id.clone(),
        "httpMethod" => request.method.clone(),
        "identity.sourceIp" => ambient.source_ip.clone(),
        "identity.userAgent" => request.header("User-Agent")?.to_string(),
        "path" => match received.stage_name() {
            "$default" => request.path.clone(),
            stage => format!("/{stage}{}", request.path),
        },
        "protocol" => "HTTP/1.1".to_string(),
        "requestTime" => ambient.request_time(),
        "requestTimeEpoch" => ambient.time_epoch_ms.to_string(),
        "routeKey" => received.route?.key.to_string(),
        "stage" => received.stage_name().to_string(),
        _ => return received.granted.as_ref()?.variable(name.strip_prefix("authorizer.")?),
    })
}
