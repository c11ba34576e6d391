//! Listeners of Application Load Balancers: rules, what a request must be like, and what is done with it.
//!
//! Each rule of a listener is a route, or several where it names several methods or paths. Source of all of it: Elastic Load
//! Balancing guide, "Listeners for your Application Load Balancers" and "Listener rules".

use core::net::IpAddr;
use std::sync::Arc;

use candor_contract::payload::ProxyFormat;

use crate::api::{Api, Route, RouteKey};
use crate::request::{Ambient, Request};
use crate::setting::{Cause, Needs, Setting, Undecided};
use crate::span::{Span, Text};
use crate::wildcard::is_like;

/// A listener: where a load balancer takes requests.
#[derive(Clone, Debug)]
pub struct Listener {
    /// The load balancer, as the template names it: `${Balancer}`.
    pub load_balancer: Setting<String>,
    /// `HTTP` or `HTTPS`.
    pub protocol: Setting<String>,
    /// The port.
    pub port: Setting<u16>,
}

/// What a listener does with some requests.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Lower ones come first; the default actions, which have none, last.
    pub priority: Option<Setting<u32>>,
    /// All must hold. The routes of one rule share them.
    pub conditions: Arc<[Condition]>,
    /// Whether users must have logged in.
    pub authenticate: Option<Authenticate>,
    /// What is done.
    pub action: Setting<Action>,
    /// Where the rule stands: several routes of one have the same.
    pub span: Span,
}

/// A condition: one of its patterns must fit.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What is looked at.
    pub field: Field,
    /// The patterns.
    pub values: Setting<Vec<Wanted>>,
}

/// What a condition looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// `host-header`, casing ignored.
    HostHeader,
    /// `path-pattern`, casing counts.
    PathPattern,
    /// `http-request-method`, exact.
    HttpRequestMethod,
    /// `http-header`, casing ignored.
    HttpHeader(String),
    /// `query-string`, casing ignored.
    QueryString,
    /// `source-ip`, as CIDR blocks.
    SourceIp,
    /// None of those that are known here.
    Other(String),
}

/// One pattern of a condition: `*` stands for any text, `?` for one character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The name in a query string, where one is asked for.
    pub key: Option<String>,
    /// The pattern.
    pub pattern: String,
}

/// Actions `authenticate-oidc` and `authenticate-cognito`.
#[derive(Clone, Debug)]
pub struct Authenticate {
    /// What is done with a request without a login: `authenticate`, the default, `deny` or `allow`.
    pub on_unauthenticated_request: Setting<String>,
    /// Where users log in.
    pub endpoint: Setting<String>,
    /// The cookie that says who has logged in.
    pub session_cookie_name: Setting<String>,
    /// Where the action stands.
    pub span: Span,
}

/// The last action of a rule.
#[derive(Clone, Debug)]
pub enum Action {
    /// `forward`, to this target group.
    Forward(TargetGroup),
    /// `fixed-response`
    FixedResponse {
        /// The status.
        status: Setting<u16>,
        /// `text/plain`, …
        content_type: Setting<String>,
        /// The body.
        body: Setting<Text>,
    },
    /// `redirect`
    Redirect(Redirect),
}

/// A target group.
#[derive(Clone, Debug)]
pub struct TargetGroup {
    /// The logical id, where the template has it.
    pub logical_id: Option<String>,
    /// Its name, or what the template calls it.
    pub name: String,
    /// `lambda.multi_value_headers.enabled`: off by default.
    pub multi_value_headers: Setting<bool>,
    /// Whether the function is asked for its health: off by default for functions.
    pub health_check_enabled: Setting<bool>,
    /// The statuses of a healthy target: `200`, `200,202`, `200-299`.
    pub matcher: Setting<String>,
    /// Where it stands.
    pub span: Span,
}

/// A redirect. What is not set stays as it was.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// `HTTP`, `HTTPS` or `#{protocol}`.
    pub protocol: Setting<String>,
    /// The host, or `#{host}`.
    pub host: Setting<String>,
    /// The port, or `#{port}`.
    pub port: Setting<String>,
    /// The path, or `/#{path}`.
    pub path: Setting<String>,
    /// The query string without its question mark, or `#{query}`.
    pub query: Setting<String>,
    /// 301 or 302.
    pub status: Setting<u16>,
}

impl TargetGroup {
    /// How the function behind it gets and gives headers, and what decides that.
    ///
    /// # Errors
    /// [`Undecided`] where the attribute is not known.
    pub fn proxy_format(&self) -> Result<(ProxyFormat, Cause), Undecided> {
        let (multi_value, cause) = self.multi_value_headers.or(&false)?;
        Ok((if *multi_value { ProxyFormat::AlbMultiValue } else { ProxyFormat::Alb }, cause))
    }
}

impl Route {
    /// The target group that this route of a load balancer forwards to, as far as that is known.
    pub fn target_group(&self) -> Option<&TargetGroup> {
        match self.rule.as_ref()?.action.optional() {
            Ok((Some(Action::Forward(group)), _)) => Some(group),
            _ => None,
        }
    }

    /// The status of the fixed response that this route of a load balancer is, as far as that is known.
    pub fn fixed_status(&self) -> Option<&Setting<u16>> {
        match self.rule.as_ref()?.action.optional() {
            Ok((Some(Action::FixedResponse { status, .. }), _)) => Some(status),
            _ => None,
        }
    }
}

/// The route that takes a request: of the rules that fit, the one with the lowest priority.
///
/// # Errors
/// [`Undecided`] where a condition, a priority or a weight that matters is not known.
pub(crate) fn find<'a>(
    api: &'a Api,
    request: &Request,
    ambient: &Ambient,
) -> Result<Option<&'a Route>, Undecided> {
    /// A route that fits or may fit; `None` as priority: the default actions.
    struct Candidate<'a> {
        route: &'a Route,
        rule: &'a Rule,
        priority: Option<u32>,
        fits: Result<bool, Undecided>,
    }
    let mut candidates: Vec<Candidate<'a>> = Vec::new();
    let mut open: Option<Undecided> = None;
    for route in &api.routes {
        let Some(rule) = &route.rule else { continue };
        let fits = fits(route, rule, request, ambient);
        if fits == Ok(false) {
            continue;
        }
        let priority = match rule.priority.as_ref().map(|priority| priority.or(&u32::MAX)) {
            None => None,
            Some(Ok((priority, _))) => Some(*priority),
            Some(Err(undecided)) => {
                open = Some(undecided);
                Some(u32::MAX)
            }
        };
        candidates.push(Candidate { route, rule, priority, fits });
    }
    let first = candidates.iter().min_by_key(|c| (c.priority.is_none(), c.priority));
    let Some(first) = first else { return Ok(None) };
    let same = |other: &&Candidate<'_>| other.rule.span == first.rule.span;
    if let Some(undecided) = open
        && !candidates.iter().filter(|c| c.priority.is_some()).all(|c| same(&c))
    {
        return Err(undecided);
    }
    if let Err(undecided) = &first.fits {
        return Err(undecided.clone());
    }
    // Several groups of one rule share its requests by weight.
    let group = |c: &Candidate<'_>| c.route.target_group().map(|group| group.span);
    if candidates.iter().filter(same).any(|other| group(other) != group(first)) {
        let needs = Needs::Support("which of several target groups takes a request: by weight".to_string());
        return Err(Undecided { span: first.rule.span, needs });
    }
    Ok(Some(first.route))
}

fn fits(route: &Route, rule: &Rule, request: &Request, ambient: &Ambient) -> Result<bool, Undecided> {
    let RouteKey { method, path } = &route.key;
    let of_key = route.key.is_default()
        || ((method == "ANY" || *method == request.method) && is_like(path, &request.path));
    if !of_key {
        return Ok(false);
    }
    let mut open = None;
    for condition in rule.conditions.iter() {
        match condition.holds(request, ambient) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(undecided) => open = Some(undecided),
        }
    }
    open.map_or(Ok(true), Err)
}

impl Condition {
    fn holds(&self, request: &Request, ambient: &Ambient) -> Result<bool, Undecided> {
        let none = Vec::new();
        let (values, _) = self.values.or(&none)?;
        let like = |text: &str| values.iter().any(|wanted| is_like(&wanted.pattern, text));
        let lower = |text: &str| text.to_ascii_lowercase();
        let like_lower =
            |text: &str| values.iter().any(|wanted| is_like(&lower(&wanted.pattern), &lower(text)));
        Ok(match &self.field {
            // A port is no part of the host's name.
            Field::HostHeader => request
                .header("Host")
                .is_some_and(|host| like_lower(host.rsplit_once(':').map_or(host, |(host, _)| host))),
            Field::PathPattern => like(&request.path),
            Field::HttpRequestMethod => values.iter().any(|wanted| wanted.pattern == request.method),
            Field::HttpHeader(name) => {
                let mut sent = request.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
                sent.any(|(_, value)| like_lower(value))
            }
            Field::QueryString => values.iter().any(|wanted| {
                request.query.iter().any(|(key, value)| {
                    let named = wanted.key.as_ref().is_none_or(|wanted| is_like(&lower(wanted), &lower(key)));
                    named && is_like(&lower(&wanted.pattern), &lower(value))
                })
            }),
            Field::SourceIp => values.iter().any(|wanted| is_within(&wanted.pattern, &ambient.source_ip)),
            Field::Other(name) => {
                let needs = Needs::Support(format!("the condition `{name}` of a listener rule"));
                return Err(Undecided { span: self.values.span(), needs });
            }
        })
    }
}

/// A request that the rule takes, as far as its conditions are known: patterns with `1` for what they leave open.
pub(crate) fn example_request(key: &RouteKey, rule: &Rule) -> Request {
    let filled = |pattern: &str| pattern.replace(['*', '?'], "1");
    let method = match key.method.as_str() {
        "ANY" | "" => "GET",
        method => method,
    };
    let path = if key.is_default() { "/".to_string() } else { filled(&key.path) };
    // A pattern need not begin with a slash, and what stands for any text may be one.
    let path = if path.starts_with('/') { path } else { format!("/{}", path.trim_start_matches('1')) };
    let mut request = Request { method: method.to_string(), path, ..Request::default() };
    for condition in rule.conditions.iter() {
        let Ok((Some(values), _)) = condition.values.optional() else { continue };
        let Some(wanted) = values.first() else { continue };
        match &condition.field {
            Field::HostHeader => request.headers.push(("Host".to_string(), filled(&wanted.pattern))),
            Field::HttpHeader(name) => request.headers.push((name.clone(), filled(&wanted.pattern))),
            Field::QueryString => {
                let key = wanted.key.as_deref().map_or_else(|| "q".to_string(), filled);
                request.query.push((key, filled(&wanted.pattern)));
            }
            Field::PathPattern | Field::HttpRequestMethod | Field::SourceIp | Field::Other(_) => {}
        }
    }
    request
}

/// Whether an address is in a block: `192.0.2.0/24`.
fn is_within(block: &str, address: &str) -> bool {
    let (network, length) = block.split_once('/').unwrap_or((block, "128"));
    let bits = |address: &str| match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => Some((u128::from(u32::from(address)) << 96, 32)),
        Ok(IpAddr::V6(address)) => Some((u128::from(address), 128)),
        Err(_) => None,
    };
    let (Some((network, of)), Some((address, own)), Ok(length)) =
        (bits(network), bits(address), length.parse::<u32>())
    else {
        return false;
    };
    let length = length.min(of);
    own == of && (length == 0 || (network ^ address) >> (128 - length) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_a_block() {
        assert!(is_within("192.0.2.0/24", "192.0.2.77"));
        assert!(!is_within("192.0.2.0/24", "192.0.3.77"));
        assert!(is_within("0.0.0.0/0", "203.0.113.7"));
        assert!(is_within("203.0.113.7/32", "203.0.113.7"));
        assert!(is_within("2001:db8::/32", "2001:db8::1"));
        assert!(!is_within("2001:db8::/32", "203.0.113.7"));
        assert!(!is_within("none", "203.0.113.7"));
    }
}
