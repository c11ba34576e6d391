//! Which headers API Gateway (REST) drops and renames. All recorded (LocalStack's AWS snapshots
//! `test_apigateway_header_remapping_*`) unless said otherwise.

use std::borrow::Cow;

/// Dropped from the client's request before everything else.
const DROPPED_FROM_REQUEST: [&str; 12] = [
    "Connection",
    "Content-Length",
    "Content-MD5",
    "Expect",
    "Max-Forwards",
    "Proxy-Authenticate",
    "Server",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "WWW-Authenticate",
];

/// Renamed to `x-amzn-Remapped-<Name>` when an integration response sets them.
const REMAPPED_WHEN_MAPPED: [&str; 14] = [
    "Authorization",
    "Connection",
    "Content-Length",
    "Content-MD5",
    "Date",
    "Expect",
    "Host",
    "Max-Forwards",
    "Proxy-Authenticate",
    "Server",
    "Trailer",
    "Upgrade",
    "User-Agent",
    "WWW-Authenticate",
];

/// Renamed when a Lambda proxy function returns them. Inferred from HTTP proxies, where it is recorded.
const REMAPPED_FROM_PROXY: [&str; 4] = ["Connection", "Content-Length", "Date", "Server"];

/// A mapping onto one of these breaks the call to a function or a service, even where the mapping would be ignored.
const FORBIDDEN_FOR_AWS: [&str; 7] = [
    "Content-Length",
    "Transfer-Encoding",
    "Authorization",
    "Connection",
    "Expect",
    "Proxy-Authenticate",
    "TE",
];

fn among(names: &[&str], name: &str) -> bool {
    names.iter().any(|n| n.eq_ignore_ascii_case(name))
}

/// Whether a request header reaches the integration at all.
pub(crate) fn passes_request(name: &str) -> bool {
    !among(&DROPPED_FROM_REQUEST, name)
}

/// The name under which a mapped response header is sent; `None` where it is dropped.
pub(crate) fn mapped_response_name(name: &str) -> Option<Cow<'static, str>> {
    if name.eq_ignore_ascii_case("Transfer-Encoding") {
        return None;
    }
    Some(Cow::Owned(if among(&REMAPPED_WHEN_MAPPED, name) {
        format!("x-amzn-Remapped-{name}")
    } else {
        name.to_string()
    }))
}

/// The name under which a header of a proxy function's answer is sent.
pub(crate) fn proxy_response_name(name: String) -> Cow<'static, str> {
    Cow::Owned(if among(&REMAPPED_FROM_PROXY, &name) { format!("x-amzn-Remapped-{name}") } else { name })
}

/// Whether a parameter mapping onto this integration request header makes every call to a function or a service fail.
pub(crate) fn breaks_aws_call(name: &str) -> bool {
    among(&FORBIDDEN_FOR_AWS, name)
}

/// The same for calls to an HTTP endpoint.
pub(crate) fn breaks_http_call(name: &str) -> bool {
    among(&["Content-Length", "Transfer-Encoding"], name)
}

/// Whether an `http_proxy` forwards a header of the client.
pub(crate) fn passes_to_http_proxy(name: &str) -> bool {
    passes_request(name) && !among(&["Host", "Content-Encoding", "Via"], name)
}

/// Whether a header that a mapping sets arrives at an endpoint.
pub(crate) fn passes_when_mapped(name: &str) -> bool {
    !among(&["Connection", "Expect", "Proxy-Authenticate", "TE", "Via"], name)
}

/// The name under which a header of an `http_proxy`'s endpoint is sent; `None` where it is dropped (the drops are inferred).
pub(crate) fn http_proxy_response_name(name: &str) -> Option<Cow<'static, str>> {
    if among(&["Transfer-Encoding", "Content-Encoding", "Via"], name) {
        return None;
    }
    let remapped = among(&REMAPPED_FROM_PROXY, name) || name.eq_ignore_ascii_case("x-amzn-RequestId");
    Some(Cow::Owned(if remapped { format!("x-amzn-Remapped-{name}") } else { name.to_string() }))
}
