//! What a team has promised its clients: the statuses of a route, and by which members of a body they know an error.

use candor_contract::json::Json;
use candor_gateway::api::RouteKey;
use candor_handlers::{Place, Shape};
use candor_iac::Reading;

/// What clients may rely on. Empty where nothing is promised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Promises {
    /// Of routes, in the order in which they are written.
    pub(crate) routes: Vec<RoutePromise>,
    /// The members that a JSON body has, all of them, if and only if it tells of an error.
    pub(crate) error_envelope: Vec<String>,
}

/// What some routes promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoutePromise {
    /// `GET /orders/{id}`, `* /orders/**`
    pub(crate) route: String,
    /// At least one.
    pub(crate) statuses: Vec<Promised>,
}

/// A status, or a class of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promised {
    Status(u16),
    /// `4xx`: the first digit.
    Class(u16),
}

impl Promised {
    pub(crate) fn read(text: &str) -> Option<Promised> {
        let class = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX"));
        let number: u16 = class.unwrap_or(text).parse().ok()?;
        match class {
            Some(_) => (1..=5).contains(&number).then_some(Promised::Class(number)),
            None => (100..=599).contains(&number).then_some(Promised::Status(number)),
        }
    }

    fn holds(self, status: u16) -> bool {
        match self {
            Promised::Status(promised) => promised == status,
            Promised::Class(class) => status / 100 == class,
        }
    }

    fn words(self) -> String {
        match self {
            Promised::Status(status) => status.to_string(),
            Promised::Class(class) => format!("{class}xx"),
        }
    }
}

impl Promises {
    /// The statuses that a route promises, in words, if this is none of them. Of several promises that mean the route, the last counts.
    pub(crate) fn broken_by(&self, key: &RouteKey, status: u16) -> Option<String> {
        let promise = self.routes.iter().rev().find(|promise| promise.means(key))?;
        if promise.statuses.iter().any(|promised| promised.holds(status)) {
            return None;
        }
        let words: Vec<String> = promise.statuses.iter().map(|promised| promised.words()).collect();
        Some(words.join(", "))
    }

    /// Promises of routes that nothing of what was read has.
    pub fn of_nobody<'p>(&'p self, reading: &'p Reading) -> impl Iterator<Item = &'p str> {
        let has = |promise: &RoutePromise| {
            let mut routes = reading.projects.iter().flat_map(|p| &p.apis).flat_map(|api| &api.routes);
            routes.any(|route| promise.means(&route.key))
        };
        self.routes.iter().filter(move |promise| !has(promise)).map(|promise| promise.route.as_str())
    }

    /// Whether a body in JSON is an error by the team's own envelope; `None` where there is no such envelope, or the body is no object.
    pub(crate) fn is_error(&self, json: &Json) -> Option<bool> {
        if self.error_envelope.is_empty() || !matches!(json, Json::Object(_)) {
            return None;
        }
        Some(self.error_envelope.iter().all(|member| json.get(member).is_some()))
    }

    /// Where an answer has the first member of the team's envelope, if it has all of them.
    pub(crate) fn error_in(&self, shape: &Shape) -> Option<Place> {
        let first = shape.entry(self.error_envelope.first()?)?.at;
        self.error_envelope.iter().all(|member| shape.entry(member).is_some()).then_some(first)
    }
}

impl RoutePromise {
    fn means(&self, key: &RouteKey) -> bool {
        if self.route.trim() == key.path && key.is_default() {
            return true;
        }
        let Some((method, path)) = self.route.trim().split_once(' ') else { return false };
        // The braces of a path's parameters are no alternatives.
        let pattern = path.trim().replace('{', "\\{").replace('}', "\\}");
        (method == "*" || method.eq_ignore_ascii_case(&key.method))
            && fast_glob::glob_match(pattern, &key.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_promise_that_means_a_route_counts() {
        let promise = |route: &str, statuses: &[&str]| RoutePromise {
            route: route.to_string(),
            statuses: statuses.iter().filter_map(|s| Promised::read(s)).collect(),
        };
        let routes = vec![
            promise("* /orders/**", &["200", "4xx", "5xx"]),
            promise("GET /orders/{id}", &["200", "404"]),
            promise("$default", &["404"]),
        ];
        let promises = Promises { routes, error_envelope: Vec::new() };
        let broken =
            |method: &str, path: &str, status| promises.broken_by(&RouteKey::new(method, path), status);
        assert_eq!(broken("GET", "/orders/{id}", 404), None);
        assert_eq!(broken("GET", "/orders/{id}", 500).as_deref(), Some("200, 404"));
        assert_eq!(broken("POST", "/orders/{id}/lines", 503), None);
        assert_eq!(broken("POST", "/orders/{id}/lines", 202).as_deref(), Some("200, 4xx, 5xx"));
        assert_eq!(broken("GET", "/basket", 202), None);
        assert_eq!(promises.broken_by(&RouteKey::default_route(), 200).as_deref(), Some("404"));
        assert_eq!(Promised::read("600"), None);
        assert_eq!(Promised::read("7xx"), None);
    }
}
