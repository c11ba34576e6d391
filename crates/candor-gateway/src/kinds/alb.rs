//! Application Load Balancers with functions as targets.
//!
//! Sources: Elastic Load Balancing guide, "Lambda functions as targets" (events, answers, limits), "Troubleshoot your Application
//! Load Balancers" (statuses), "Listener rules" (fixed responses, redirects), "HTTP headers and Application Load Balancers". Nothing
//! is recorded; the bodies of its own answers are reported (aws-lambda-go-api-proxy#79, serverless-express#688), and so is the header
//! `Server` (serverlessish#4). What is inferred is said where it is decided.

use std::borrow::Cow;

use base64::Engine as _;
use candor_contract::json::{Json, Members, write_object};
use candor_contract::limits;
use candor_contract::outcome::{Outcome, Payload};
use candor_contract::payload::{self, Body, ProxyFormat, Reading};

use crate::api::{Api, Route, Target};
use crate::endpoint::{EndpointOutcome, EndpointRequest};
use crate::exchange::{By, Header, Response};
use crate::in_flight::{Invocation, Received, State};
use crate::listener::{Action, Authenticate, Redirect};
use crate::mapping::{Pairs, all_values, last_values, media_type};
use crate::setting::{Cause, Fact, Needs, Setting, Undecided};
use crate::trace::{StepId, Trace, What};

static FUNCTION_ERROR: Fact = Fact {
    says: "a load balancer answers 502 when its function fails, times out, or answers what it cannot use",
    source: "Elastic Load Balancing guide: Troubleshoot your Application Load Balancers, HTTP 502; of exceptions reported from the field \
             (Zappa#1730)",
};
static ACCESS_DENIED: Fact = Fact {
    says: "a load balancer that may not invoke the function answers an error (LambdaAccessDenied); that it is 502 is inferred",
    source: "Elastic Load Balancing guide: Access logs, error reason codes",
};
static THROTTLED: Fact = Fact {
    says: "a load balancer answers 502 when the function is throttled",
    source: "reports from the field (Zappa#1730); the code LambdaThrottling is documented",
};
static TOO_LARGE: Fact = Fact {
    says: "a load balancer answers 502 when the function's answer is larger than 1 MB",
    source: "Elastic Load Balancing guide: Lambda functions as targets; Troubleshoot, HTTP 502; reported from the field \
             (serverless-express#257)",
};
static REQUEST_TOO_LARGE: Fact = Fact {
    says: "a load balancer answers 413 to a body above 1 MB, where a function is the target",
    source: "Elastic Load Balancing guide: Troubleshoot your Application Load Balancers, HTTP 413",
};
static NO_TRACE: Fact = Fact {
    says: "a load balancer answers 405 to TRACE",
    source: "Elastic Load Balancing guide: Troubleshoot your Application Load Balancers, HTTP 405",
};
static NO_WEBSOCKET: Fact = Fact {
    says: "a load balancer answers 400 to an upgrade, where a function is the target",
    source: "Elastic Load Balancing guide: Lambda functions as targets, Limits",
};
static UNREACHABLE: Fact = Fact {
    says: "a load balancer answers 502 when its target refuses the connection",
    source: "Elastic Load Balancing guide: Troubleshoot your Application Load Balancers, HTTP 502",
};
static IDLE: Fact = Fact {
    says: "a load balancer answers 504 when its target is silent until the idle timeout has passed",
    source: "Elastic Load Balancing guide: Troubleshoot your Application Load Balancers, HTTP 504",
};

/// What the load balancer calls itself.
const SERVER: &str = "awselb/2.0";

/// Stands in for the part of a target group's ARN that AWS makes up.
const GROUP_ID: &str = "6d0ecf831eec9f09";

/// What the load balancer says before it asks a target: a refusal, a fixed response, a redirect, a login. `None`: it asks one.
///
/// Which comes first where several would is inferred.
pub(crate) fn by_itself(received: &Received<'_>, trace: &mut Trace) -> Result<Option<Response>, Undecided> {
    let request = &received.request;
    if request.method == "TRACE" {
        return Ok(Some(refusal(trace, 405, "Method Not Allowed", &NO_TRACE)));
    }
    let Some(route) = received.route else { return Ok(None) };
    let authenticate = route.rule.as_ref().and_then(|rule| rule.authenticate.as_ref());
    if let Some(authenticate) = authenticate
        && let Some(response) = login(received, trace, authenticate)?
    {
        return Ok(Some(response));
    }
    if !route.integration.calls_function() {
        return Ok(None);
    }
    if request.header("Upgrade").is_some() {
        return Ok(Some(refusal(trace, 400, "Bad Request", &NO_WEBSOCKET)));
    }
    if request.body.len() as u64 > limits::ALB_REQUEST.bytes {
        trace.push(What::RequestTooLarge, Cause::Aws(&REQUEST_TOO_LARGE));
        return Ok(Some(refusal(trace, 413, "Request Entity Too Large", &REQUEST_TOO_LARGE)));
    }
    Ok(None)
}

/// One of the load balancer's own answers, for a reason that no template changes.
fn refusal(trace: &mut Trace, status: u16, reason: &'static str, fact: &'static Fact) -> Response {
    page(trace, status, reason, Cause::Aws(fact))
}

/// One of the load balancer's own answers: a short page of HTML.
fn page(trace: &mut Trace, status: u16, reason: &'static str, cause: Cause) -> Response {
    let step = trace.push(What::GatewayStatus { response_type: None, message: reason.to_string() }, cause);
    let body_step = trace.push(What::GatewayBody { stock: true }, cause);
    let headers = vec![header("Server", SERVER, step), header("Content-Type", "text/html", step)];
    Response {
        status: By { value: status, step },
        headers,
        body: By { value: html(status, reason), step: body_step },
    }
}

/// The page that the load balancer shows for one of its own statuses.
fn html(status: u16, reason: &str) -> Body {
    let title = format!("{status} {reason}");
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    );
    Body::Known(page.into_bytes())
}

/// Sends the client somewhere else, with a page that says so (reported: Internet.nl#1291).
fn elsewhere(step: StepId, status: u16, location: Option<String>) -> Response {
    let mut headers = vec![header("Server", SERVER, step), header("Content-Type", "text/html", step)];
    headers.extend(location.map(|location| header("Location", location, step)));
    let reason = if status == 301 { "Moved Permanently" } else { "Found" };
    Response { status: By { value: status, step }, headers, body: By { value: html(status, reason), step } }
}

fn header(name: &'static str, value: impl Into<String>, step: StepId) -> By<Header> {
    By { value: Header { name: Cow::Borrowed(name), value: value.into() }, step }
}

/// What becomes of a request without a login (guide "Authenticate users using an Application Load Balancer"): by default it is sent
/// to log in, `deny` answers 401, `allow` lets it pass. Who brings the session's cookie is taken to have logged in.
fn login(
    received: &Received<'_>,
    trace: &mut Trace,
    authenticate: &Authenticate,
) -> Result<Option<Response>, Undecided> {
    let default = "AWSELBAuthSessionCookie".to_string();
    let (name, _) = authenticate.session_cookie_name.or(&default)?;
    let cookies = received.request.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case("Cookie"));
    // The session may be spread over several cookies: `…-0`, `…-1`.
    let mut names = cookies.flat_map(|(_, value)| value.split(';')).filter_map(|c| c.trim().split_once('='));
    if names.any(|(sent, _)| sent.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('-'))) {
        return Ok(None);
    }
    let default = "authenticate".to_string();
    let (unauthenticated, cause) = authenticate.on_unauthenticated_request.or(&default)?;
    match unauthenticated.as_str() {
        "allow" => Ok(None),
        "deny" => {
            trace.push(What::LoginMissing, cause);
            Ok(Some(page(trace, 401, "Unauthorized", cause)))
        }
        _ => {
            let step = trace.push(What::LoginMissing, cause);
            // That the client is sent away is certain, also where nobody knows where to.
            let endpoint = match authenticate.endpoint.optional() {
                Ok((endpoint, _)) => endpoint.cloned(),
                Err(_) => Some("…".to_string()),
            };
            Ok(Some(elsewhere(step, 302, endpoint)))
        }
    }
}

/// Takes a request up to the target's door, or answers it.
pub(crate) fn begin<'a>(
    received: Received<'a>,
    trace: &mut Trace,
) -> Result<(Received<'a>, State<'a>), Undecided> {
    let nothing = |span| {
        let needs = Needs::Support("a listener without an action for this request".to_string());
        Undecided { span, needs }
    };
    let Some(route) = received.route else { return Err(nothing(received.api.span)) };
    let Some(rule) = &route.rule else { return Err(nothing(route.span)) };
    let (action, _) = rule.action.optional()?;
    match action {
        Some(Action::FixedResponse { status, content_type, body }) => {
            let response = fixed(route, trace, status, content_type, body)?;
            return Ok((received, State::Done(response)));
        }
        Some(Action::Redirect(redirect)) => {
            let response = redirected(&received, route, trace, redirect)?;
            return Ok((received, State::Done(response)));
        }
        Some(Action::Forward(_)) => {}
        None => return Err(nothing(route.span)),
    }
    match route.integration.target.or(&Target::Nothing)?.0 {
        Target::Function(function) => {
            if is_text(&received) && std::str::from_utf8(&received.request.body).is_err() {
                // `LambdaBadRequest` is documented, its status is not.
                let what = "what a load balancer answers to text that is no UTF-8".to_string();
                return Err(Undecided { span: route.span, needs: Needs::Support(what) });
            }
            trace.push(What::Invoked, Cause::Request);
            // Documented: it waits until the function has answered or timed out, whatever its idle timeout is.
            let deadline = limits::LAMBDA_TIMEOUT_MAX.time;
            Ok((received, State::Waiting(Invocation { function, deadline })))
        }
        Target::Url(uri) => {
            trace.push(What::EndpointCalled, Cause::Request);
            let request = forwarded(&received, uri);
            Ok((received, State::Calling(request)))
        }
        Target::Service { .. } | Target::Nothing => Err(nothing(route.span)),
    }
}

/// A fixed response. Without a type it is inferred to be plain text.
fn fixed(
    route: &Route,
    trace: &mut Trace,
    status: &Setting<u16>,
    content_type: &Setting<String>,
    body: &Setting<crate::span::Text>,
) -> Result<Response, Undecided> {
    let (Some(value), cause) = status.optional()? else {
        let needs = Needs::Support("a fixed response without a status".to_string());
        return Err(Undecided { span: route.span, needs });
    };
    let plain = "text/plain".to_string();
    let (content_type, _) = content_type.or(&plain)?;
    let (text, body_cause) = body.optional()?;
    let step = trace.push(What::FixedResponse, cause);
    let (text, body_step) = match text {
        Some(text) => (text.as_str().as_bytes().to_vec(), trace.push(What::FixedBody, body_cause)),
        None => (Vec::new(), step),
    };
    Ok(Response {
        status: By { value: *value, step },
        headers: vec![header("Server", SERVER, step), header("Content-Type", content_type.clone(), step)],
        body: By { value: Body::Known(text), step: body_step },
    })
}

/// A redirect: keywords are filled in from the request. That the port is always written is reported
/// (Internet.nl#1291).
fn redirected(
    received: &Received<'_>,
    route: &Route,
    trace: &mut Trace,
    redirect: &Redirect,
) -> Result<Response, Undecided> {
    let (Some(status), cause) = redirect.status.optional()? else {
        let needs = Needs::Support("a redirect without a status".to_string());
        return Err(Undecided { span: route.span, needs });
    };
    let request = &received.request;
    let host = request.header("Host").map_or_else(|| host(received), str::to_string);
    let host = host.rsplit_once(':').map_or(host.as_str(), |(host, _)| host).to_string();
    let query = request.raw_query();
    let keywords = [
        ("#{protocol}", protocol(received.api)?),
        ("#{host}", host),
        ("#{port}", port(received.api)?),
        ("#{path}", request.path.trim_start_matches('/').to_string()),
        ("#{query}", query),
    ];
    let of = |setting: &Setting<String>, default: &str| -> Result<String, Undecided> {
        let default = default.to_string();
        let (text, _) = setting.or(&default)?;
        Ok(filled(text, &keywords))
    };
    let mut location = format!(
        "{}://{}:{}{}",
        of(&redirect.protocol, "#{protocol}")?.to_ascii_lowercase(),
        of(&redirect.host, "#{host}")?,
        of(&redirect.port, "#{port}")?,
        of(&redirect.path, "/#{path}")?
    );
    let query = of(&redirect.query, "#{query}")?;
    if !query.is_empty() {
        location.push('?');
        location.push_str(&query);
    }
    let step = trace.push(What::Redirected, cause);
    Ok(elsewhere(step, *status, Some(location)))
}

/// A text with its keywords filled in, each once: what a client sends is no keyword.
fn filled(text: &str, keywords: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("#{") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        match keywords.iter().find(|(name, _)| from.starts_with(name)) {
            Some((name, value)) => {
                out.push_str(value);
                rest = &from[name.len()..];
            }
            None => {
                out.push_str("#{");
                rest = &from[2..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// What a target that is no function gets: the client's request.
fn forwarded(received: &Received<'_>, uri: &str) -> EndpointRequest {
    let request = &received.request;
    let headers = headers(received).into_iter().map(|(name, value)| (name.to_string(), value.to_string()));
    EndpointRequest {
        method: request.method.clone(),
        uri: format!("{uri}{}", request.path),
        query: request.query.clone(),
        headers: headers.collect(),
        body: request.body.clone(),
    }
}

/// Makes the client's response of what a target did that is no function.
pub(crate) fn passed(trace: &mut Trace, route: &Route, outcome: &EndpointOutcome) -> Response {
    let response = match outcome {
        EndpointOutcome::Responded(response) => response,
        EndpointOutcome::Unreachable => {
            trace.push(What::EndpointUnreachable, Cause::Aws(&UNREACHABLE));
            return refusal(trace, 502, "Bad Gateway", &UNREACHABLE);
        }
        EndpointOutcome::TimedOut => {
            trace.push(What::GatewayTimedOut, Cause::Aws(&IDLE));
            return refusal(trace, 504, "Gateway Time-out", &IDLE);
        }
    };
    let step = trace.push(What::EndpointPassed, Cause::Written(route.integration.span));
    let kept = response.headers.iter().filter(|(name, _)| !is_of_connection(name));
    let headers = kept.map(|(name, value)| By {
        value: Header { name: Cow::Owned(name.clone()), value: value.clone() },
        step,
    });
    let value = match response.body.is_partial() {
        true => Body::Unknown,
        false => Body::Known(response.body.bytes().to_vec()),
    };
    Response {
        status: By { value: response.status, step },
        headers: headers.collect(),
        body: By { value, step },
    }
}

/// Makes the client's response of what the function did.
pub(crate) fn resume(
    received: &Received<'_>,
    trace: &mut Trace,
    outcome: &Outcome,
) -> Result<Response, Undecided> {
    let fact = match outcome {
        Outcome::Returned(payload) | Outcome::ReturnedLate(payload) => {
            return answer(received, trace, payload);
        }
        Outcome::NotInvocable => &ACCESS_DENIED,
        Outcome::Throttled => &THROTTLED,
        Outcome::TooLarge(_) => {
            trace.push(What::AnswerTooLarge, Cause::Aws(&TOO_LARGE));
            return Ok(refusal(trace, 502, "Bad Gateway", &TOO_LARGE));
        }
        Outcome::Raised(_)
        | Outcome::TimedOut { .. }
        | Outcome::Exited
        | Outcome::OutOfMemory
        | Outcome::InitFailed(_)
        | Outcome::StreamBroken(_) => &FUNCTION_ERROR,
    };
    trace.push(What::FunctionFailed, Cause::Aws(fact));
    Ok(refusal(trace, 502, "Bad Gateway", fact))
}

/// How the target group of a route spells headers, and what decides that.
fn format(route: &Route) -> Result<(ProxyFormat, Cause), Undecided> {
    match route.target_group() {
        Some(group) => group.proxy_format(),
        None => Ok((ProxyFormat::Alb, Cause::Missing { at: route.span, key: "TargetGroupAttributes" })),
    }
}

fn answer(received: &Received<'_>, trace: &mut Trace, payload: &Payload) -> Result<Response, Undecided> {
    let route = received.route.expect("a function is only called for a route");
    if payload.bytes().len() as u64 > limits::ALB_RESPONSE.bytes {
        trace.push(What::AnswerTooLarge, Cause::Aws(&TOO_LARGE));
        return Ok(refusal(trace, 502, "Bad Gateway", &TOO_LARGE));
    }
    let (format, cause) = format(route)?;
    let answer = match payload::read(format, payload) {
        Reading::Answer(answer) => answer,
        Reading::Malformed(malformed) => {
            trace.push(What::AnswerMalformed(malformed), Cause::Payload);
            return Ok(page(trace, 502, "Bad Gateway", Cause::Payload));
        }
        Reading::Undecided(pointer) => {
            return Err(Undecided { span: route.span, needs: Needs::Answer(pointer) });
        }
    };
    let lost = if format == ProxyFormat::Alb { "multiValueHeaders" } else { "headers" };
    let there = payload.json().and_then(|json| json.get(lost));
    if matches!(there, Some(Json::Object(members)) if !members.is_empty()) {
        trace.push(What::HeadersLost { key: lost }, cause);
    }
    let step = trace.push(What::AnswerRead, Cause::Payload);
    let mut headers: Vec<By<Header>> = answer
        .headers
        .into_iter()
        // The guide: those of the connection do not count, and the length is worked out anew.
        .filter(|(name, _)| !is_of_connection(name) && !name.eq_ignore_ascii_case("Content-Length"))
        .map(|(name, value)| By { value: Header { name: Cow::Owned(name), value }, step })
        .collect();
    let has = |headers: &[By<Header>], name: &str| {
        headers.iter().any(|header| header.value.name.eq_ignore_ascii_case(name))
    };
    if !has(&headers, "Content-Type") {
        // Reported (serverless-java-container#347); that it is so of an empty body, too, is inferred.
        headers.push(header("Content-Type", "application/octet-stream", step));
    }
    if !has(&headers, "Server") {
        headers.push(header("Server", SERVER, step));
    }
    Ok(Response { status: By { value: answer.status, step }, headers, body: By { value: answer.body, step } })
}

/// Headers that are between two neighbours only. The guide names `Connection` and `Transfer-Encoding` as examples.
fn is_of_connection(name: &str) -> bool {
    [
        "Connection",
        "Keep-Alive",
        "Proxy-Authenticate",
        "Proxy-Authorization",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
    ]
    .iter()
    .any(|own| own.eq_ignore_ascii_case(name))
}

/// Where the load balancer stands, for requests that do not say it.
fn host(received: &Received<'_>) -> String {
    format!("{}.{}.elb.amazonaws.com", received.ambient.api_id, received.ambient.region)
}

/// `http` or `https`.
fn protocol(api: &Api) -> Result<String, Undecided> {
    let default = "HTTP".to_string();
    let Some(listener) = &api.listener else { return Ok("http".to_string()) };
    let (protocol, _) = listener.protocol.or(&default)?;
    Ok(protocol.to_ascii_lowercase())
}

fn port(api: &Api) -> Result<String, Undecided> {
    let Some(listener) = &api.listener else { return Ok("80".to_string()) };
    let default = if protocol(api)? == "https" { 443 } else { 80 };
    Ok(listener.port.or(&default)?.0.to_string())
}

/// The client's headers and those that the load balancer adds to every request, in lower case. An address in `X-Forwarded-For` is
/// appended to, a trace gets a part of its own (guide "Request tracing for your Application Load Balancer").
fn headers<'r>(received: &'r Received<'_>) -> Pairs<'r> {
    let (request, ambient) = (&received.request, received.ambient);
    let own = ["x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"];
    let mut headers = Pairs::with_capacity(request.headers.len() + 5);
    for (name, value) in &request.headers {
        let lower = name.to_ascii_lowercase();
        if !own.contains(&lower.as_str()) {
            headers.push((lower.into(), value.as_str().into()));
        }
    }
    if request.header("Host").is_none() {
        headers.push(("host".into(), host(received).into()));
    }
    let trace = match request.header("X-Amzn-Trace-Id") {
        Some(sent) => format!("Self={};{sent}", ambient.trace_root),
        None => format!("Root={}", ambient.trace_root),
    };
    let forwarded = match request.header("X-Forwarded-For") {
        Some(sent) => format!("{sent}, {}", ambient.source_ip),
        None => ambient.source_ip.clone(),
    };
    headers.push((own[0].into(), trace.into()));
    headers.push((own[1].into(), forwarded.into()));
    // What nobody knows of the listener is taken for its default: what an event looks like in a drill does not matter.
    headers.push((own[2].into(), port(received.api).unwrap_or_else(|_| "443".to_string()).into()));
    headers.push((own[3].into(), protocol(received.api).unwrap_or_else(|_| "https".to_string()).into()));
    headers
}

/// Whether the body goes to the function as text: by its type, and as long as nothing is said to encode it.
fn is_text(received: &Received<'_>) -> bool {
    let request = &received.request;
    let content_type = request.header("Content-Type").map(|t| media_type(t).to_ascii_lowercase());
    let textual = content_type.is_some_and(|t| {
        t.starts_with("text/")
            || ["application/json", "application/javascript", "application/xml"].contains(&t.as_str())
    });
    textual && request.header("Content-Encoding").is_none()
}

/// The event. Nothing of the path or the query string is decoded (the guide says so of the query; of the path it is inferred).
pub(crate) fn event(received: &Received<'_>) -> Vec<u8> {
    let request = &received.request;
    let multi_value = matches!(received.route.map(format), Some(Ok((ProxyFormat::AlbMultiValue, _))));
    let group = received.route.and_then(Route::target_group).map_or("targets", |group| group.name.as_str());
    let query: Pairs<'_> =
        request.query.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into())).collect();
    let headers = headers(received);
    let mut out = Vec::with_capacity(1_024 + request.body.len() * 2);
    write_object(&mut out, |event| {
        event.object("requestContext", |context| {
            context.object("elb", |elb| {
                let ambient = received.ambient;
                elb.joined(
                    "targetGroupArn",
                    [
                        "arn:aws:elasticloadbalancing:",
                        &ambient.region,
                        ":",
                        &ambient.account_id,
                        ":targetgroup/",
                        group,
                        "/",
                        GROUP_ID,
                    ],
                );
            });
        });
        event.text("httpMethod", &request.method);
        event.text("path", &request.path);
        let (of_query, of_headers) = match multi_value {
            true => ("multiValueQueryStringParameters", "multiValueHeaders"),
            false => ("queryStringParameters", "headers"),
        };
        // Without parameters there is an empty object (the guide's health check).
        for (key, pairs) in [(of_query, &query), (of_headers, &headers)] {
            match (pairs.is_empty(), multi_value) {
                (true, _) => event.object(key, |_| {}),
                (false, true) => all_values(event, key, pairs),
                (false, false) => last_values(event, key, pairs),
            }
        }
        body(event, received);
    });
    out
}

fn body(event: &mut Members<'_>, received: &Received<'_>) {
    let bytes = &received.request.body;
    let text = std::str::from_utf8(bytes).ok().filter(|_| bytes.is_empty() || is_text(received));
    match text {
        Some(text) => event.text("body", text),
        None => event.text("body", &base64::engine::general_purpose::STANDARD.encode(bytes)),
    }
    event.bool("isBase64Encoded", text.is_none());
}
