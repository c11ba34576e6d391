//! Which route takes a request.

use crate::api::{Api, Route};

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
    let segments = segments(path);
    api.routes
        .iter()
        .filter_map(|route| {
            let any = match route.key.method.as_str() {
                "ANY" | "" => true,
                m if m.eq_ignore_ascii_case(method) => false,
                _ => return None,
            };
            let mut parameters = Vec::new();
            let ranks = matches(route, path, &segments, &mut parameters)?;
            Some((ranks, any, Matched { route, parameters }))
        })
        .min_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(&b.1)))
        .map(|(_, _, matched)| matched)
}

/// The segments of a path and where they start. Doubled and trailing slashes make no segment of their own.
fn segments(path: &str) -> Vec<(usize, &str)> {
    let mut next = 0;
    let placed = path.split('/').map(|segment| {
        let start = next;
        next += segment.len() + 1;
        (start, segment)
    });
    placed.filter(|(_, segment)| !segment.is_empty()).collect()
}

/// How specific the route is, segment by segment, if its path fits; its path parameters are added to `parameters`.
fn matches(
    route: &Route,
    path: &str,
    request: &[(usize, &str)],
    parameters: &mut Vec<(String, String)>,
) -> Option<Vec<Rank>> {
    if route.key.is_default() {
        return Some(vec![Rank::Default]);
    }
    let mut ranks = Vec::new();
    let mut rest = request.iter();
    for (_, segment) in segments(&route.key.path) {
        if let Some(name) = segment.strip_prefix('{').and_then(|s| s.strip_suffix("+}")) {
            let (start, _) = rest.next()?;
            rest = [].iter();
            ranks.push(Rank::Greedy);
            // Recorded: slashes inside stay as many as they are (`test_lambda_aws_proxy_integration`).
            parameters.push((name.to_string(), path[*start..].trim_end_matches('/').to_string()));
        } else if let Some(name) = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            ranks.push(Rank::Parameter);
            parameters.push((name.to_string(), rest.next()?.1.to_string()));
        } else {
            if rest.next()?.1 != segment {
                return None;
            }
            ranks.push(Rank::Fixed);
        }
    }
    rest.next().is_none().then_some(ranks)
}
