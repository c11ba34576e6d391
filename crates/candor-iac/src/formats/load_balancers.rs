//! Application Load Balancers as CloudFormation resources: listeners whose rules lead to functions.
//!
//! A listener becomes an API, its rules become routes. One that leads to no function is left out: nothing behind it is a function's
//! failure. Source: CloudFormation reference, the resource types `AWS::ElasticLoadBalancingV2::…`.

use std::collections::HashMap;
use std::sync::Arc;

use candor_contract::ApiKind;
use candor_gateway::api::{Api, Integration, IntegrationType, MethodRequest, Route, RouteKey, Target};
use candor_gateway::listener::{
    Action, Authenticate, Condition, Field, Listener, Redirect, Rule, TargetGroup, Wanted,
};
use candor_gateway::setting::{Needs, Setting};
use candor_gateway::span::Span;

use crate::formats::apis::empty;
use crate::formats::fields::{boolean, status};
use crate::formats::functions::{Functions, properties_of, proxy};
use crate::formats::surroundings::of_type;
use crate::formats::target;
use crate::template::Resource;
use crate::template::intrinsics::Scope;
use crate::value::Value;

const GROUP: &[&str] =
    &["Name", "TargetType", "Targets", "TargetGroupAttributes", "HealthCheckEnabled", "Matcher"];
const LISTENER: &[&str] = &["LoadBalancerArn", "Port", "Protocol", "DefaultActions"];
const RULE: &[&str] = &["ListenerArn", "Priority", "Conditions", "Actions", "Transforms"];

/// The most routes of one rule: AWS allows fewer patterns.
const MOST_ROUTES: usize = 64;

/// A target group and what stands behind it.
struct Group {
    group: TargetGroup,
    target_type: Setting<String>,
    target: Setting<Target>,
}

/// The listeners that lead to functions.
pub(super) fn read(scope: &Scope<'_>, functions: &Functions) -> Vec<Api> {
    let groups: HashMap<&str, Group> = of_type(scope, "AWS::ElasticLoadBalancingV2::TargetGroup")
        .map(|resource| (resource.id(), group(scope, resource, functions)))
        .collect();
    if groups.is_empty() {
        return Vec::new();
    }
    let mut listeners = Listeners::default();
    for resource in of_type(scope, "AWS::ElasticLoadBalancingV2::Listener") {
        let value = properties_of(scope, resource, LISTENER);
        let at = resource.span();
        let mut api = empty(resource.id(), ApiKind::Alb, at);
        api.logical_id = Some(resource.id().to_string());
        api.listener = Some(Listener {
            load_balancer: value.setting("LoadBalancerArn", at, Value::named),
            protocol: value.setting("Protocol", at, Value::string),
            port: value.setting("Port", at, |v| v.parsed("port", |text| text.parse().ok())),
        });
        if let Some(actions) = value.member("DefaultActions") {
            let place = actions.key.span();
            let read = Actions::read(&actions.value, &groups, place);
            api.routes.extend(read.routes(RouteKey::default_route(), None, &Arc::default(), place));
        }
        listeners.add(resource.id(), api);
    }
    for resource in of_type(scope, "AWS::ElasticLoadBalancingV2::ListenerRule") {
        let value = properties_of(scope, resource, RULE);
        if let Some(transforms) = value.get("Transforms") {
            let needs = Needs::Support("a listener rule that rewrites requests".to_string());
            scope.leave_open(transforms.span, needs);
        }
        let at = resource.span();
        let conditions: Arc<[Condition]> = conditions(value.get("Conditions")).into();
        let none = Value::unknown(at, Needs::Support("a rule without actions".to_string()));
        let actions = Actions::read(value.get("Actions").unwrap_or(&none), &groups, at);
        let priority = value.setting("Priority", at, |v| v.parsed("priority", |text| text.parse().ok()));
        let keys = keys(&conditions);
        if keys.len() > MOST_ROUTES {
            let what =
                format!("a rule with more than {MOST_ROUTES} methods and paths: the others are not played");
            scope.leave_open(at, Needs::Support(what));
        }
        let routes = keys
            .into_iter()
            .take(MOST_ROUTES)
            .flat_map(|key| actions.routes(key, Some(priority.clone()), &conditions, at));
        let routes: Vec<Route> = routes.collect();
        listeners.of(value.get("ListenerArn"), at).routes.extend(routes);
    }
    // Rules in the order in which they are asked; AWS refuses two of the same priority.
    let order = |route: &Route| match route.rule.as_ref().and_then(|rule| rule.priority.as_ref()) {
        Some(priority) => (false, priority.or(&u32::MAX).map_or(u32::MAX, |(priority, _)| *priority)),
        None => (true, 0),
    };
    let mut apis = listeners.apis;
    apis.iter_mut().for_each(|api| api.routes.sort_by_key(order));
    apis.retain(|api| api.routes.iter().any(|route| route.integration.calls_function()));
    apis
}

/// The listeners, and under which name a rule refers to them: the logical id, or whatever stands for one outside the template.
#[derive(Default)]
struct Listeners {
    apis: Vec<Api>,
    by_name: HashMap<String, usize>,
}

impl Listeners {
    fn add(&mut self, name: &str, api: Api) -> usize {
        self.by_name.insert(name.to_string(), self.apis.len());
        self.apis.push(api);
        self.apis.len() - 1
    }

    /// The listener that a rule belongs to; one that stands outside the template is made on the spot.
    fn of(&mut self, listener: Option<&Value>, at: Span) -> &mut Api {
        let scalar = listener.and_then(Value::as_scalar);
        let name = match scalar.and_then(|scalar| scalar.resource()) {
            Some((id, _)) => id.to_string(),
            None => scalar.map_or_else(String::new, |scalar| scalar.text.as_str().to_string()),
        };
        let index = match self.by_name.get(&name) {
            Some(index) => *index,
            None => {
                let needs = || Needs::Attribute("a listener outside the template".to_string());
                let span = listener.map_or(at, |listener| listener.span);
                let mut api = empty("a listener outside the template", ApiKind::Alb, span);
                api.listener = Some(Listener {
                    load_balancer: Setting::unknown(span, needs()),
                    protocol: Setting::unknown(span, needs()),
                    port: Setting::unknown(span, needs()),
                });
                self.add(&name, api)
            }
        };
        &mut self.apis[index]
    }
}

fn group(scope: &Scope<'_>, resource: &Resource<'_>, functions: &Functions) -> Group {
    let value = properties_of(scope, resource, GROUP);
    let at = resource.span();
    let attributes = value.get("TargetGroupAttributes").map_or(&[][..], Value::items);
    let multi_value = attributes
        .iter()
        .find(|item| item.get("Key").and_then(Value::as_str) == Some("lambda.multi_value_headers.enabled"));
    let multi_value_headers = match (multi_value, value.get("TargetGroupAttributes").and_then(Value::open)) {
        (Some(item), _) => item.setting("Value", item.span, boolean),
        (None, Some(needs)) => Setting::unknown(at, needs),
        (None, None) => Setting::absent(at, "TargetGroupAttributes"),
    };
    let matcher = match value.get("Matcher") {
        Some(matcher) => matcher.setting("HttpCode", matcher.span, Value::string),
        None => Setting::absent(at, "Matcher"),
    };
    let id = resource.id();
    let target_type = value.setting("TargetType", at, Value::string);
    let target = match target_type.optional() {
        Ok((Some(of_type), _)) if of_type == "lambda" => match value.get("Targets") {
            Some(targets) => match targets.items().first().and_then(|target| target.get("Id")) {
                Some(function) => target::read(function, true, functions),
                None => Setting::unknown(
                    targets.span,
                    targets.open().unwrap_or_else(|| Needs::Support("a target without an id".to_string())),
                ),
            },
            None => {
                let needs =
                    Needs::Support("a target group whose function is registered elsewhere".to_string());
                Setting::unknown(at, needs)
            }
        },
        // Instances, addresses, another load balancer: whatever they are, they answer by HTTP.
        Ok(_) => Setting::written(Target::Url(format!("http://{id}")), at),
        Err(undecided) => Setting::unknown(undecided.span, undecided.needs),
    };
    let group = TargetGroup {
        logical_id: Some(id.to_string()),
        name: value.get("Name").and_then(Value::as_str).unwrap_or(id).to_string(),
        multi_value_headers,
        health_check_enabled: value.setting("HealthCheckEnabled", at, boolean),
        matcher,
        span: at,
    };
    Group { group, target_type, target }
}

/// The actions of a rule.
struct Actions {
    authenticate: Option<Authenticate>,
    /// The last one: several for a forward to several groups.
    last: Vec<(Setting<Action>, Integration)>,
}

impl Actions {
    fn read(value: &Value, groups: &HashMap<&str, Group>, at: Span) -> Actions {
        let mut actions = Actions { authenticate: None, last: Vec::new() };
        for action in value.items() {
            match action.get("Type").and_then(Value::as_str) {
                Some("authenticate-oidc") => {
                    actions.authenticate = action.get("AuthenticateOidcConfig").map(|config| {
                        authenticate(
                            config,
                            config.setting("AuthorizationEndpoint", config.span, Value::named),
                        )
                    });
                }
                Some("authenticate-cognito") => {
                    actions.authenticate = action.get("AuthenticateCognitoConfig").map(|config| {
                        let domain = config.setting("UserPoolDomain", config.span, Value::named);
                        // Guide "Cognito user pools": domains of Amazon's. A domain of one's own stands whole.
                        let endpoint = domain.and_then(|domain, span| {
                            let whole = domain.contains('.') && !domain.starts_with("${");
                            let host = match whole {
                                true => domain,
                                false => format!("{domain}.auth.us-east-1.amazoncognito.com"),
                            };
                            Setting::written(format!("https://{host}/oauth2/authorize"), span)
                        });
                        authenticate(config, endpoint)
                    });
                }
                Some("forward") => {
                    let groups = forwarded(action, groups);
                    actions.last.extend(groups);
                }
                Some("fixed-response") => actions.last.push(fixed(action)),
                Some("redirect") => actions.last.push(redirected(action)),
                Some(_) | None => {
                    let needs = action
                        .get("Type")
                        .and_then(Value::open)
                        .unwrap_or_else(|| Needs::Support("an action of this type".to_string()));
                    actions.last.push(unknown(action.span, needs));
                }
            }
        }
        if actions.last.is_empty() {
            let needs =
                value.open().unwrap_or_else(|| Needs::Support("actions that lead nowhere".to_string()));
            actions.last.push(unknown(at, needs));
        }
        actions
    }

    fn routes(
        &self,
        key: RouteKey,
        priority: Option<Setting<u32>>,
        conditions: &Arc<[Condition]>,
        span: Span,
    ) -> Vec<Route> {
        let route = |(action, integration): &(Setting<Action>, Integration)| Route {
            key: key.clone(),
            integration: integration.clone(),
            method_responses: Setting::absent(span, "MethodResponses"),
            request: MethodRequest::open(span),
            rule: Some(Box::new(Rule {
                priority: priority.clone(),
                conditions: Arc::clone(conditions),
                authenticate: self.authenticate.clone(),
                action: action.clone(),
                span,
            })),
            span,
        };
        self.last.iter().map(route).collect()
    }
}

fn unknown(span: Span, needs: Needs) -> (Setting<Action>, Integration) {
    let target = Setting::unknown(span, needs.clone());
    let integration = proxy(target, Setting::absent(span, "PayloadFormatVersion"), span);
    (Setting::unknown(span, needs), integration)
}

fn authenticate(config: &Value, endpoint: Setting<String>) -> Authenticate {
    let at = config.span;
    Authenticate {
        on_unauthenticated_request: config.setting("OnUnauthenticatedRequest", at, Value::string),
        endpoint,
        session_cookie_name: config.setting("SessionCookieName", at, Value::string),
        span: at,
    }
}

/// The groups that a forward leads to; those of weight zero get nothing.
fn forwarded(action: &Value, groups: &HashMap<&str, Group>) -> Vec<(Setting<Action>, Integration)> {
    let weighted = action.get("ForwardConfig").and_then(|config| config.get("TargetGroups"));
    let listed = weighted
        .map_or(&[][..], Value::items)
        .iter()
        .filter(|item| item.get("Weight").and_then(Value::as_str).is_none_or(|weight| weight.trim() != "0"));
    let mut arns: Vec<&Value> = listed.filter_map(|item| item.get("TargetGroupArn")).collect();
    if arns.is_empty() {
        arns.extend(action.get("TargetGroupArn"));
    }
    if arns.is_empty() {
        let needs = weighted
            .and_then(Value::open)
            .unwrap_or_else(|| Needs::Support("a forward without a target group".to_string()));
        return vec![unknown(action.span, needs)];
    }
    let of = |arn: &Value| {
        let id = arn.as_scalar().and_then(|scalar| scalar.resource()).map(|(id, _)| id);
        let Some(group) = id.and_then(|id| groups.get(id)) else {
            let needs = arn
                .open()
                .unwrap_or_else(|| Needs::Support("a target group outside the template".to_string()));
            return unknown(arn.span, needs);
        };
        let of_function = matches!(group.target_type.optional(), Ok((Some(of), _)) if of == "lambda");
        let mut integration =
            proxy(group.target.clone(), Setting::absent(arn.span, "PayloadFormatVersion"), arn.span);
        if !of_function {
            integration.integration_type = Setting::written(IntegrationType::HttpProxy, arn.span);
        }
        (Setting::written(Action::Forward(group.group.clone()), arn.span), integration)
    };
    arns.into_iter().map(of).collect()
}

fn fixed(action: &Value) -> (Setting<Action>, Integration) {
    let Some(config) = action.get("FixedResponseConfig") else {
        return unknown(action.span, Needs::Support("a fixed response without its settings".to_string()));
    };
    let at = config.span;
    let fixed = Action::FixedResponse {
        status: config.setting("StatusCode", at, status),
        content_type: config.setting("ContentType", at, Value::string),
        body: config.setting("MessageBody", at, Value::text),
    };
    (Setting::written(fixed, at), by_itself(at))
}

fn redirected(action: &Value) -> (Setting<Action>, Integration) {
    let Some(config) = action.get("RedirectConfig") else {
        return unknown(action.span, Needs::Support("a redirect without its settings".to_string()));
    };
    let at = config.span;
    let redirect = Redirect {
        protocol: config.setting("Protocol", at, Value::string),
        host: config.setting("Host", at, Value::string),
        port: config.setting("Port", at, Value::string),
        path: config.setting("Path", at, Value::string),
        query: config.setting("Query", at, Value::string),
        status: config.setting("StatusCode", at, |v| {
            v.parsed("redirect", |text| text.trim_start_matches("HTTP_").parse().ok())
        }),
    };
    (Setting::written(Action::Redirect(redirect), at), by_itself(at))
}

/// Nothing is asked: the load balancer answers.
fn by_itself(at: Span) -> Integration {
    Integration {
        integration_type: Setting::written(IntegrationType::Mock, at),
        ..proxy(Setting::written(Target::Nothing, at), Setting::absent(at, "PayloadFormatVersion"), at)
    }
}

fn conditions(value: Option<&Value>) -> Vec<Condition> {
    let Some(value) = value else { return Vec::new() };
    if let Some(needs) = value.open() {
        let values = Setting::unknown(value.span, needs);
        return vec![Condition { field: Field::Other("conditions".to_string()), values }];
    }
    value.items().iter().map(condition).collect()
}

fn condition(value: &Value) -> Condition {
    let named = value.get("Field").and_then(Value::as_str).unwrap_or_default();
    let (field, config) = match named {
        "host-header" => (Field::HostHeader, "HostHeaderConfig"),
        "path-pattern" => (Field::PathPattern, "PathPatternConfig"),
        "http-request-method" => (Field::HttpRequestMethod, "HttpRequestMethodConfig"),
        "query-string" => (Field::QueryString, "QueryStringConfig"),
        "source-ip" => (Field::SourceIp, "SourceIpConfig"),
        "http-header" => {
            let name = value.get("HttpHeaderConfig").and_then(|c| c.get("HttpHeaderName"));
            match name.and_then(Value::as_str) {
                Some(name) => (Field::HttpHeader(name.to_string()), "HttpHeaderConfig"),
                None => (Field::Other(named.to_string()), "HttpHeaderConfig"),
            }
        }
        other => (Field::Other(other.to_string()), ""),
    };
    let config = value.get(config);
    let listed = config.and_then(|config| config.get("Values")).or_else(|| value.get("Values"));
    let values = match (listed, config.and_then(|config| config.get("RegexValues"))) {
        (_, Some(regexes)) => {
            let needs = Needs::Support("a condition with regular expressions".to_string());
            Setting::unknown(regexes.span, needs)
        }
        (Some(listed), None) => wanted(listed),
        (None, None) => {
            let needs =
                value.open().unwrap_or_else(|| Needs::Support("a condition without values".to_string()));
            Setting::unknown(value.span, needs)
        }
    };
    Condition { field, values }
}

/// The patterns of a condition: all of them are known, or none is.
fn wanted(listed: &Value) -> Setting<Vec<Wanted>> {
    if let Some(needs) = listed.open() {
        return Setting::unknown(listed.span, needs);
    }
    let own = listed.as_scalar().map(|_| listed);
    let mut all = Vec::new();
    for item in own.into_iter().chain(listed.items()) {
        let key = item.get("Key").map(Value::string);
        let pattern = item.get("Value").unwrap_or(item).string();
        let key = match key.as_ref().map(Setting::optional) {
            None => None,
            Some(Ok((key, _))) => key.cloned(),
            Some(Err(undecided)) => return Setting::unknown(undecided.span, undecided.needs),
        };
        match pattern.optional() {
            Ok((Some(pattern), _)) => all.push(Wanted { key, pattern: pattern.clone() }),
            Ok((None, _)) => {}
            Err(undecided) => return Setting::unknown(undecided.span, undecided.needs),
        }
    }
    Setting::written(all, listed.span)
}

/// The routes of a rule: each method with each path, as far as conditions name them.
fn keys(conditions: &[Condition]) -> Vec<RouteKey> {
    let of = |field: &Field, else_: &str| {
        let found = conditions.iter().find(|condition| condition.field == *field);
        let values = found.and_then(|condition| condition.values.optional().ok()?.0);
        let patterns: Vec<String> =
            values.into_iter().flatten().map(|wanted| wanted.pattern.clone()).take(MOST_ROUTES + 1).collect();
        if patterns.is_empty() { vec![else_.to_string()] } else { patterns }
    };
    let (methods, paths) = (of(&Field::HttpRequestMethod, "ANY"), of(&Field::PathPattern, "/*"));
    // A pattern stays as it is written: with a slash before it, it would be another.
    let key = |method: &String, path: &String| RouteKey { method: method.clone(), path: path.clone() };
    let of_path = |path: &String| methods.iter().map(|method| key(method, path)).collect::<Vec<_>>();
    paths.iter().flat_map(of_path).take(MOST_ROUTES + 1).collect()
}
