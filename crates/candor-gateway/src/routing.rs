//! Which route takes a request. Load balancers ask more than the path: [`crate::listener`].

use std::cmp::Ordering;

use candor_contract::ApiKind;

use crate::api::{Api, Route};
use crate::listener;
use crate::request::{Ambient, Request};

/// A route and the path parameters that the request gave it.
#[derive(Clone, Debug)]
pub struct Matched<'a> {
    /// The route.
    pub route: &'a Route,
    /// Path parameters as on the wire.
    pub parameters: Vec<(String, String)>,
}

/// How specific one segment of a route's path is; the smaller wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Fixed,
    Parameter,
    Greedy,
    Default,
}

/// The route that takes this method and path, if any.
///
/// A fixed segment beats a parameter, which beats a greedy one; a resource that lacks the method gives way to a greedy one
/// that has it; a specific method beats ANY (guide "Set up a method request", recorded in
/// `test_rest_api_gateway_path_routing`). HTTP APIs take `$default` last.
pub fn find<'a>(api: &'a Api, method: &str, path: &str) -> Option<Matched<'a>> {
    let segments: Vec<(usize, &str)> = segments(path).collect();
    let mut best: Option<(&Route, bool)> = None;
    for route in &api.routes {
        let any = match route.key.method.as_str() {
            "ANY" | "" => true,
            m if m.eq_ignore_ascii_case(method) => false,
            _ => continue,
        };
        if !fits(route, &segments) {
            continue;
        }
        let better = best.is_none_or(|(other, other_any)| {
            ranks(route).cmp(ranks(other)).then(any.cmp(&other_any)) == Ordering::Less
        });
        if better {
            best = Some((route, any));
        }
    }
    best.map(|(route, _)| Matched { route, parameters: parameters(route, path, &segments) })
}

/// Whether an API has a route for this request, as far as that is known: of a load balancer, what nobody knows may.
pub fn takes(api: &Api, request: &Request, ambient: &Ambient) -> bool {
    match api.kind {
        ApiKind::Alb => !matches!(listener::find(api, request, ambient), Ok(None)),
        ApiKind::Rest | ApiKind::Http | ApiKind::FunctionUrl => {
            find(api, &request.method, &request.path).is_some()
        }
    }
}

/// The segments of a path and where they start. Doubled and trailing slashes make no segment of their own.
fn segments(path: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    let placed = path.split('/').map(move |segment| {
        let start = next;
        next += segment.len() + 1;
        (start, segment)
    });
    placed.filter(|(_, segment)| !segment.is_empty())
}

/// What stands in one segment of a route's path.
enum Segment<'p> {
    Fixed(&'p str),
    Parameter(&'p str),
    Greedy(&'p str),
}

/// The segments of a route's path; none of `$default`.
fn pattern(route: &Route) -> impl Iterator<Item = Segment<'_>> {
    let path = if route.key.is_default() { "" } else { route.key.path.as_str() };
    segments(path).map(|(_, segment)| match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
        Some(name) => match name.strip_suffix('+') {
            Some(greedy) => Segment::Greedy(greedy),
            None => Segment::Parameter(name),
        },
        None => Segment::Fixed(segment),
    })
}

/// How specific the route is, segment by segment.
fn ranks(route: &Route) -> impl Iterator<Item = Rank> {
    let of_default = route.key.is_default().then_some(Rank::Default);
    of_default.into_iter().chain(pattern(route).map(|segment| match segment {
        Segment::Fixed(_) => Rank::Fixed,
        Segment::Parameter(_) => Rank::Parameter,
        Segment::Greedy(_) => Rank::Greedy,
    }))
}

/// Whether the route's path takes these segments.
fn fits(route: &Route, request: &[(usize, &str)]) -> bool {
    let mut rest = request.iter();
    for segment in pattern(route) {
        let next = rest.next();
        match (segment, next) {
            (_, None) => return false,
            (Segment::Greedy(_), Some(_)) => rest = [].iter(),
            (Segment::Parameter(_), Some(_)) => {}
            (Segment::Fixed(fixed), Some((_, segment))) if fixed == *segment => {}
            (Segment::Fixed(_), Some(_)) => return false,
        }
    }
    rest.next().is_none() || route.key.is_default()
}

/// The path parameters that a request gives to the route that takes it.
fn parameters(route: &Route, path: &str, request: &[(usize, &str)]) -> Vec<(String, String)> {
    let named = pattern(route).zip(request).filter_map(|(segment, (start, value))| match segment {
        Segment::Fixed(_) => None,
        Segment::Parameter(name) => Some((name.to_string(), (*value).to_string())),
        // Recorded: slashes inside stay as many as they are (`test_lambda_aws_proxy_integration`).
        Segment::Greedy(name) => Some((name.to_string(), path[*start..].trim_end_matches('/').to_string())),
    });
    named.collect()
}
