//! What SAM adds to CloudFormation: Globals, its own API resources, and the routes that functions' events make.

use std::borrow::Cow;

use candor_contract::ApiKind;
use candor_gateway::api::{
    Api, ApiKeySource, FunctionRef, GatewayResponse, GatewayResponseType, Integration, IntegrationResponse,
    IntegrationType, MappingTemplate, MethodRequest, MethodResponse, Parameter, Pattern, Route, RouteKey,
    Stage, Target, TemplateText,
};
use candor_gateway::setting::{Needs, Setting};
use candor_gateway::span::{Span, Text};

use crate::formats::apis::{Draft, Drafts, cors, empty};
use crate::formats::fields::{boolean, millis, parameters, status, strings, templates, transfer_mode};
use crate::formats::functions::{Functions, properties_of, proxy};
use crate::formats::rest::{name_at_aws, name_of};
use crate::formats::sam_authorizers::{self, Authorizers};
use crate::formats::stages::{fill_http, fill_rest, stage};
use crate::formats::{exists, http, method_request, openapi};
use crate::template::Resource;
use crate::template::intrinsics::{STACK_NAME, Scope};
use crate::value::{Kind, Value, placed};

/// The `Globals` section.
pub(crate) struct Globals(Option<Value>);

impl Globals {
    pub(super) fn read(scope: &Scope<'_>) -> Globals {
        Globals(scope.template.globals.and_then(|node| scope.resolve(node)))
    }

    /// A resource's properties over the globals of its section, unless it ignores them.
    pub(super) fn merged(&self, section: &str, value: Value, resource: &Resource<'_>) -> Value {
        let ignores = resource.node.get("IgnoreGlobals").is_some_and(|node| {
            node.as_str() == Some("*") || node.items().iter().any(|item| item.as_str() == Some("*"))
        });
        match self.section(section) {
            Some(global) if !ignores => Value::merged(global, value),
            _ => value,
        }
    }

    fn section(&self, section: &str) -> Option<&Value> {
        self.0.as_ref().and_then(|globals| globals.get(section))
    }
}

const API: &[&str] = &[
    "Name",
    "StageName",
    "DefinitionBody",
    "DefinitionUri",
    "MergeDefinitions",
    "Variables",
    "MethodSettings",
    "BinaryMediaTypes",
    "Cors",
    "GatewayResponses",
    "Models",
    "ApiKeySourceType",
    "Auth",
    "AccessLogSetting",
    "TracingEnabled",
];
const HTTP_API: &[&str] = &[
    "Name",
    "StageName",
    "DefinitionBody",
    "DefinitionUri",
    "CorsConfiguration",
    "Auth",
    "AccessLogSettings",
    "StageVariables",
    "DefaultRouteSettings",
    "RouteSettings",
];

/// The implicit APIs: what events without an API of their own share.
const IMPLICIT_REST: &str = "ServerlessRestApi";
const IMPLICIT_HTTP: &str = "ServerlessHttpApi";

/// Reads SAM's APIs and adds the routes of events.
pub(super) fn read(scope: &Scope<'_>, globals: &Globals, functions: &Functions, drafts: &mut Drafts) {
    // APIs that have a definition, or that SAM does not make: events add nothing to them but a permission ("Api" event
    // source: its RestApiId names an AWS::Serverless::Api).
    let not_made_by_sam = |r: &&Resource<'_>| {
        matches!(r.resource_type, "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api") && exists(scope, r)
    };
    let mut defined: Vec<&str> =
        scope.template.resources.iter().filter(not_made_by_sam).map(Resource::id).collect();
    let mut with_keys: Vec<(String, Keys)> = Vec::new();
    let mut with_authorizers: Vec<(String, Authorizers)> = Vec::new();
    let mut with_cors: Vec<(String, Value, Span)> = Vec::new();
    for resource in &scope.template.resources {
        let (kind, keys, section) = match resource.resource_type {
            "AWS::Serverless::Api" => (ApiKind::Rest, API, "Api"),
            "AWS::Serverless::HttpApi" => (ApiKind::Http, HTTP_API, "HttpApi"),
            _ => continue,
        };
        if !exists(scope, resource) {
            continue;
        }
        let value = globals.merged(section, properties_of(scope, resource, keys), resource);
        // An HTTP API takes routes into the body that it was given; a REST API only where it is told to.
        let has_definition = define(scope, resource, kind, &value, functions, drafts);
        let takes_events = match kind {
            ApiKind::Http => value.get("DefinitionBody").is_some(),
            ApiKind::Rest | ApiKind::FunctionUrl | ApiKind::Alb => value.is_true("MergeDefinitions"),
        };
        if has_definition && !takes_events {
            defined.push(resource.id());
        }
        if let Some(auth) = value.get("Auth") {
            with_authorizers.push((resource.id().to_string(), Authorizers::read(auth, kind, functions)));
        }
        if let Some(keys) = value.get("Auth").and_then(|auth| Keys::read(auth, resource.span())) {
            with_keys.push((resource.id().to_string(), keys));
        }
        if let Some(cors) = value.member("Cors").filter(|_| kind == ApiKind::Rest) {
            with_cors.push((resource.id().to_string(), cors.value.clone(), cors.key.span()));
        }
    }
    for (function, events) in &functions.events {
        let target = Target::Function(FunctionRef {
            logical_id: Some(function.clone()),
            name: function.clone(),
            qualifier: None,
        });
        add_events(events, &Behind { target, machine: None }, globals, &defined, drafts);
    }
    for resource in
        scope.template.resources.iter().filter(|r| r.resource_type == "AWS::Serverless::StateMachine")
    {
        let value = properties_of(scope, resource, &["Events", "Type"]);
        if let Some(events) = value.get("Events").filter(|_| exists(scope, resource)) {
            let express = value.get("Type").and_then(Value::as_str) == Some("EXPRESS");
            let action = if express { "StartSyncExecution" } else { "StartExecution" };
            let target = Target::Service { service: "states".to_string(), action: action.to_string() };
            add_events(events, &Behind { target, machine: Some(resource.id()) }, globals, &defined, drafts);
        }
    }
    if let Some(api) = globals.section("Api")
        && let Some(keys) = api.get("Auth").and_then(|auth| Keys::read(auth, auth.span))
    {
        with_keys.push((IMPLICIT_REST.to_string(), keys));
    }
    if let Some(cors) = globals.section("Api").and_then(|api| api.member("Cors")) {
        with_cors.push((IMPLICIT_REST.to_string(), cors.value.clone(), cors.key.span()));
    }
    if let Some(of_all) = globals.section("Api")
        && let Some(draft) = drafts.get(IMPLICIT_REST)
        && let Some(types) = binary_media_types(of_all, of_all.span)
    {
        draft.api.binary_media_types = types;
    }
    for (id, value, at) in with_cors {
        if let Some(draft) = drafts.get(&id) {
            add_preflights(&mut draft.api, &value, at);
        }
    }
    for (id, keys) in with_keys {
        if let Some(draft) = drafts.get(&id) {
            keys.ask(&mut draft.api);
        }
    }
    let implicit = [("Api", ApiKind::Rest, IMPLICIT_REST), ("HttpApi", ApiKind::Http, IMPLICIT_HTTP)];
    let of_all = implicit.into_iter().filter_map(|(section, kind, id)| {
        let auth = globals.section(section)?.get("Auth")?;
        Some((id.to_string(), Authorizers::read(auth, kind, functions)))
    });
    for (id, authorizers) in with_authorizers.into_iter().chain(of_all) {
        if let Some(draft) = drafts.get(&id) {
            authorizers.guard(&mut draft.api);
        }
    }
    drafts.each(|draft| sam_authorizers::without_names(&mut draft.api));
}

/// That all methods of an API need a key (`Auth.ApiKeyRequired`).
struct Keys {
    required: Setting<bool>,
    /// Whether preflights need one, too (`AddApiKeyRequiredToCorsPreflight`, true where nothing is written).
    of_preflights: bool,
}

impl Keys {
    fn read(auth: &Value, at: Span) -> Option<Keys> {
        auth.get("ApiKeyRequired")?;
        let spared = auth.get("AddApiKeyRequiredToCorsPreflight").is_some()
            && !auth.is_true("AddApiKeyRequiredToCorsPreflight");
        Some(Keys { required: auth.setting("ApiKeyRequired", at, boolean), of_preflights: !spared })
    }

    /// Sets it for every method that says nothing of its own.
    fn ask(&self, api: &mut Api) {
        for route in &mut api.routes {
            let own = !matches!(route.request.api_key_required.optional(), Ok((None, _)));
            if !own && (self.of_preflights || route.key.method != "OPTIONS") {
                route.request.api_key_required = self.required.clone();
            }
        }
    }
}

/// The binary media types that are set here, if any are; undecided where nobody can tell.
fn binary_media_types(value: &Value, at: Span) -> Option<Setting<Vec<String>>> {
    value.get("BinaryMediaTypes")?;
    let own = value.setting("BinaryMediaTypes", at, strings);
    match own.optional() {
        // A slash would end the key in SAM's own template: `image~1png`.
        Ok((Some(types), _)) => {
            let types = types.iter().map(|t| t.replace("~1", "/")).collect();
            Some(Setting::written(types, own.span()))
        }
        Ok((None, _)) => None,
        Err(_) => Some(own),
    }
}

/// Adds an API resource; whether it has a definition of its own.
fn define(
    scope: &Scope<'_>,
    resource: &Resource<'_>,
    kind: ApiKind,
    value: &Value,
    functions: &Functions,
    drafts: &mut Drafts,
) -> bool {
    let at = resource.span();
    let mut api = empty(resource.id(), kind, at);
    api.name = name_of(value, resource);
    api.logical_id = Some(resource.id().to_string());
    let definition = match (value.get("DefinitionBody"), value.get("DefinitionUri")) {
        (Some(body), _) => Some(Cow::Borrowed(body)),
        // A bucket and a key: nothing on this machine.
        (None, Some(uri)) if matches!(uri.kind, Kind::Map(_)) => {
            let needs = Needs::File("that DefinitionUri names".to_string());
            scope.leave_open(uri.span, needs.clone());
            Some(Cow::Owned(Value::unknown(uri.span, needs)))
        }
        (None, Some(uri)) => Some(Cow::Owned(scope.file(uri))),
        (None, None) => None,
    };
    if let Some(definition) = &definition {
        openapi::import(&mut api, definition, functions);
    }
    if kind == ApiKind::Rest {
        api.name_at_aws = match (&definition, value.get("Name")) {
            (None, None) => Setting::written(STACK_NAME.to_string(), at),
            (definition, _) => name_at_aws(value, definition.as_deref(), at),
        };
        if let Some(types) = binary_media_types(value, at) {
            api.binary_media_types = types;
        }
        for member in value.get("Models").map_or(&[][..], Value::members) {
            let name = member.key.as_str();
            // SAM writes the names of models in lower case.
            let names = vec![name.to_string(), name.to_lowercase()];
            api.models.push(method_request::model(names, Some(&member.value), member.key.span()));
        }
        if value.get("ApiKeySourceType").is_some() {
            api.api_key_source = value.setting("ApiKeySourceType", at, |source| {
                source.parsed("source of API keys", ApiKeySource::read)
            });
        }
        for member in value.get("GatewayResponses").map_or(&[][..], Value::members) {
            if let Some(response_type) = GatewayResponseType::read(member.key.as_str()) {
                api.gateway_responses.push(gateway_response(response_type, &member.value, member.key.span()));
            }
        }
    } else if let Some(written) = value.get("CorsConfiguration") {
        api.cors = cors(written);
    }
    let mut own = match value.get("StageName") {
        Some(name) => stage(name.string(), at),
        None => stage(api.stage.name.clone(), at),
    };
    fill(&mut own, kind, value);
    drafts.add(resource.id(), Draft { api, stages: vec![own] });
    definition.is_some()
}

fn fill(stage: &mut Stage, kind: ApiKind, properties: &Value) {
    match kind {
        ApiKind::Rest => fill_rest(stage, properties),
        ApiKind::Http | ApiKind::FunctionUrl | ApiKind::Alb => fill_http(stage, properties),
    }
}

/// SAM's spelling of a gateway response: capitals, and headers in a mapping of their own.
fn gateway_response(response_type: GatewayResponseType, value: &Value, at: Span) -> GatewayResponse {
    let headers = value.get("ResponseParameters").and_then(|p| p.get("Headers"));
    let headers = parameters(headers)
        .into_iter()
        .map(|p| Parameter { destination: format!("gatewayresponse.header.{}", p.destination), ..p });
    GatewayResponse {
        response_type,
        status: value.setting("StatusCode", at, status),
        templates: templates(value.get("ResponseTemplates")),
        parameters: headers.collect(),
        span: at,
    }
}

/// What stands behind the routes of a resource's events.
struct Behind<'a> {
    target: Target,
    /// The state machine that a request starts.
    machine: Option<&'a str>,
}

/// Adds the routes that the events of one resource make.
fn add_events(events: &Value, behind: &Behind<'_>, globals: &Globals, defined: &[&str], drafts: &mut Drafts) {
    for event in events.members() {
        let (kind, implicit, api_key) = match event.value.get("Type").and_then(Value::as_str) {
            Some("Api") => (ApiKind::Rest, IMPLICIT_REST, "RestApiId"),
            Some("HttpApi") => (ApiKind::Http, IMPLICIT_HTTP, "ApiId"),
            _ => continue,
        };
        let at = event.key.span();
        let nothing = Value { span: at, kind: Kind::Map(Vec::new()) };
        let properties = event.value.get("Properties").unwrap_or(&nothing);
        let text = |key: &str| properties.get(key).and_then(Value::as_str);
        let key = match (text("Path"), text("Method")) {
            (None, None) if kind == ApiKind::Http => RouteKey::default_route(),
            (Some("$default" | "/$default"), _) if kind == ApiKind::Http => RouteKey::default_route(),
            (path, method) => RouteKey::new(method.unwrap_or("ANY"), path.unwrap_or("${?}")),
        };
        let draft = match properties.get(api_key) {
            Some(reference) => {
                // SAM takes `!Ref Api` and the bare name.
                let id = reference.as_scalar().and_then(|s| s.resource()).map(|(id, _)| id);
                if id.or(reference.as_str()).is_some_and(|id| defined.contains(&id)) {
                    continue;
                }
                drafts.of_reference(Some(reference), kind, at)
            }
            None if defined.contains(&implicit) => continue,
            None => Some(implicit_api(drafts, globals, kind, implicit, at)),
        };
        let Some(draft) = draft else { continue };
        merge(&mut draft.api, event_route(key, properties, behind, kind, at));
    }
}

/// Adds an event's route. Where a definition has the same method and path, the event's integration takes the place of a
/// REST API's (SAM's `MergeDefinitions`), but an HTTP API's stands if there is one.
fn merge(api: &mut Api, route: Route) {
    let Some(known) = api.routes.iter_mut().find(|known| known.key == route.key) else {
        return api.routes.push(route);
    };
    let stands = api.kind == ApiKind::Http && known.integration.integration_type.optional().is_ok();
    if !stands {
        known.integration = route.integration;
    }
}

fn implicit_api<'d>(
    drafts: &'d mut Drafts,
    globals: &Globals,
    kind: ApiKind,
    id: &str,
    at: Span,
) -> &'d mut Draft {
    if drafts.get(id).is_none() {
        let section = if kind == ApiKind::Rest { "Api" } else { "HttpApi" };
        let mut api = empty(id, kind, at);
        let name = if kind == ApiKind::Rest { "Prod" } else { "$default" };
        let mut own = stage(Setting::written(name.to_string(), at), at);
        api.logical_id = Some(id.to_string());
        // What SAM generates has the stack's name for its title.
        api.name_at_aws = Setting::written(STACK_NAME.to_string(), at);
        if let Some(global) = globals.section(section) {
            fill(&mut own, kind, global);
            if let Some(written) = global.get("CorsConfiguration") {
                api.cors = cors(written);
            }
            for member in global.get("GatewayResponses").map_or(&[][..], Value::members) {
                if let Some(response_type) = GatewayResponseType::read(member.key.as_str()) {
                    api.gateway_responses.push(gateway_response(
                        response_type,
                        &member.value,
                        member.key.span(),
                    ));
                }
            }
        }
        drafts.add(id, Draft { api, stages: vec![own] });
    }
    drafts.get(id).expect("it has just been added")
}

fn event_route(key: RouteKey, properties: &Value, behind: &Behind<'_>, kind: ApiKind, at: Span) -> Route {
    let written = Setting::written(behind.target.clone(), at);
    let version = match properties.get("PayloadFormatVersion") {
        Some(version) => version.string(),
        None => Setting::written("2.0".to_string(), at),
    };
    let integration = Integration {
        timeout: properties.setting("TimeoutInMillis", at, millis),
        transfer_mode: properties.setting("ResponseTransferMode", at, transfer_mode),
        ..proxy(written, version, at)
    };
    let authorizer = sam_authorizers::of_event(properties, at);
    match kind {
        ApiKind::Http => {
            let mut route = http::route(key, integration, at);
            route.request.authorizer = authorizer;
            route
        }
        _ => {
            let request = MethodRequest { authorizer, ..method_request::of_event(properties, at) };
            let method_responses = Setting::absent(at, "Responses");
            let route = Route { key, integration, method_responses, request, rule: None, span: at };
            match behind.machine {
                Some(machine) => starting(machine, properties, route),
                None => route,
            }
        }
    }
}

/// A route that starts a state machine, with what SAM writes for it: a request template, and integration responses for 200 and 400
/// (`add_state_machine_integration` and `_generate_request_template` of the SAM translator).
fn starting(machine: &str, properties: &Value, route: Route) -> Route {
    let at = route.span;
    let unescaped =
        if properties.is_true("UnescapeMappingTemplate") { r#".replaceAll("\\'","'")"# } else { "" };
    let template = format!(
        r#"{{"input": "$util.escapeJavaScript($input.json('$')){unescaped}", "stateMachineArn": "${{{machine}}}"}}"#
    );
    let response = |status: u16| IntegrationResponse {
        selection_pattern: Setting::written(Pattern::new(placed(&status.to_string(), at)), at),
        status: Setting::written(status, at),
        content_handling: Setting::absent(at, "contentHandling"),
        templates: Vec::new(),
        parameters: Vec::new(),
        span: at,
    };
    let declared =
        |status: u16| MethodResponse { status: Setting::written(status, at), headers: Vec::new(), span: at };
    let request = MappingTemplate {
        content_type: "application/json".to_string(),
        template: Setting::written(TemplateText::new(placed(&template, at)), at),
        key: at,
    };
    Route {
        integration: Integration {
            integration_type: Setting::written(IntegrationType::Aws, at),
            request_templates: vec![request],
            responses: Setting::written(vec![response(200), response(400)], at),
            ..route.integration
        },
        method_responses: Setting::written(vec![declared(200), declared(400)], at),
        ..route
    }
}

/// SAM's `Cors`: an OPTIONS method with a mock for every path that has none; a method for ANY does not count.
fn add_preflights(api: &mut Api, value: &Value, at: Span) {
    let quoted = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_string);
    let origin = value
        .as_str()
        .map(str::to_string)
        .or_else(|| quoted("AllowOrigin"))
        .unwrap_or_else(|| "'*'".to_string());
    let headers: Vec<(&str, String)> = [
        ("Access-Control-Allow-Origin", Some(origin)),
        ("Access-Control-Allow-Headers", quoted("AllowHeaders")),
        ("Access-Control-Allow-Methods", quoted("AllowMethods")),
        ("Access-Control-Max-Age", quoted("MaxAge")),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect();
    let mut paths: Vec<String> = Vec::new();
    for route in &api.routes {
        let answered = |key: &RouteKey| key.path == route.key.path && key.method == "OPTIONS";
        if !api.routes.iter().any(|r| answered(&r.key)) && paths.last() != Some(&route.key.path) {
            paths.push(route.key.path.clone());
        }
    }
    paths.sort();
    paths.dedup();
    api.routes.extend(paths.iter().map(|path| preflight(path, &headers, at)));
}

fn preflight(path: &str, headers: &[(&str, String)], at: Span) -> Route {
    let template = |text: &str| MappingTemplate {
        content_type: "application/json".to_string(),
        template: Setting::written(TemplateText::new(Text::mapped(text, Vec::new(), at)), at),
        key: at,
    };
    let response = IntegrationResponse {
        selection_pattern: Setting::absent(at, "responses"),
        status: Setting::written(200, at),
        content_handling: Setting::absent(at, "contentHandling"),
        templates: vec![template("{}")],
        parameters: headers
            .iter()
            .map(|(name, value)| Parameter {
                destination: format!("method.response.header.{name}"),
                source: Setting::written(value.clone(), at),
                span: at,
            })
            .collect(),
        span: at,
    };
    let method_response = MethodResponse {
        status: Setting::written(200, at),
        headers: headers.iter().map(|(name, _)| (*name).to_string()).collect(),
        span: at,
    };
    let nothing = Setting::written(Target::Nothing, at);
    let integration = Integration {
        integration_type: Setting::written(IntegrationType::Mock, at),
        request_templates: vec![template("{\"statusCode\": 200}")],
        responses: Setting::written(vec![response], at),
        ..proxy(nothing, Setting::absent(at, "payloadFormatVersion"), at)
    };
    Route {
        key: RouteKey::new("OPTIONS", path),
        integration,
        method_responses: Setting::written(vec![method_response], at),
        request: MethodRequest::open(at),
        rule: None,
        span: at,
    }
}
