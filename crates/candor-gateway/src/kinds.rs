//! The kinds of gateway, a file each: build the event, read the answer, that kind's own rules. Repetition between them is
//! fine: they differ in exactly what matters.

pub(crate) mod alb;
pub(crate) mod function_url;
pub(crate) mod http;
pub(crate) mod rest;

use candor_contract::ApiKind;

use crate::api::Route;
use crate::authorizer::Authorization;
use crate::exchange::Response;
use crate::in_flight::Received;
use crate::request::Request;
use crate::setting::Undecided;
use crate::trace::Trace;
use crate::{authorizer, cors, listener, validation};

/// What the gateway answers before it looks at what stands behind the route: a refusal (REST), a preflight's answer (HTTP APIs and
/// function URLs), a login (load balancers).
pub(crate) fn by_itself(
    received: &Received<'_>,
    trace: &mut Trace,
    says: Authorization,
) -> Result<Option<Response>, Undecided> {
    match received.api.kind {
        ApiKind::Rest => match authorizer::refusal(received, trace, says)? {
            Some(refused) => Ok(Some(refused)),
            None => validation::refusal(received, trace),
        },
        ApiKind::Http if validation::is_too_large(received) => Ok(Some(http::too_large(received, trace))),
        ApiKind::Http => match cors::preflight(received, trace)? {
            Some(answered) => Ok(Some(answered)),
            None => authorizer::refusal(received, trace, says),
        },
        ApiKind::FunctionUrl => match cors::preflight(received, trace)? {
            Some(answered) => Ok(Some(answered)),
            None => authorizer::refusal(received, trace, says),
        },
        ApiKind::Alb => alb::by_itself(received, trace),
    }
}

/// A request that reaches this route, for drills: parameters get a value, ANY becomes GET.
pub(crate) fn example_request(route: &Route) -> (Request, Vec<(String, String)>) {
    if let Some(rule) = &route.rule {
        return (listener::example_request(&route.key, rule), Vec::new());
    }
    let method = match route.key.method.as_str() {
        "ANY" | "" => "GET",
        other => other,
    };
    let (mut path, mut parameters) = (String::new(), Vec::new());
    let template = if route.key.is_default() { "/" } else { route.key.path.as_str() };
    for segment in template.split('/').filter(|s| !s.is_empty()) {
        path.push('/');
        match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            Some(name) => {
                parameters.push((name.trim_end_matches('+').to_string(), "1".to_string()));
                path.push('1');
            }
            None => path.push_str(segment),
        }
    }
    if path.is_empty() {
        path.push('/');
    }
    (Request { method: method.to_string(), path, ..Request::default() }, parameters)
}
