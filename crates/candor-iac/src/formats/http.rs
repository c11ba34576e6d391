//! HTTP APIs as CloudFormation resources.

use std::collections::HashMap;

use candor_contract::ApiKind;
use candor_gateway::api::{Authorizer, Integration, MethodRequest, Route, RouteKey};
use candor_gateway::setting::{Needs, Setting};
use candor_gateway::span::Span;

use crate::formats::apis::{Draft, Drafts, cors, empty};
use crate::formats::functions::{Functions, properties_of, proxy};
use crate::formats::integration::{self, HTTP_RESOURCE};
use crate::formats::rest::name_of;
use crate::formats::stages::{self, fill_http, stage};
use crate::formats::{authorizers, exists, openapi, target};
use crate::template::intrinsics::Scope;
use crate::value::Value;

const INTEGRATION: &[&str] = &[
    "ApiId",
    "IntegrationType",
    "IntegrationUri",
    "IntegrationMethod",
    "IntegrationSubtype",
    "PayloadFormatVersion",
    "TimeoutInMillis",
    "CredentialsArn",
    "RequestParameters",
    "ResponseParameters",
];

/// Reads HTTP APIs with their integrations, routes and stages. WebSocket APIs answer no requests with statuses.
pub(super) fn read(scope: &Scope<'_>, functions: &Functions, drafts: &mut Drafts) {
    let of_type = |wanted: &'static str| {
        let resources = scope.template.resources.iter();
        resources.filter(move |r| r.resource_type == wanted && exists(scope, r))
    };
    let mut websockets = Vec::new();
    for resource in of_type("AWS::ApiGatewayV2::Api") {
        let keys =
            ["Name", "ProtocolType", "Body", "BodyS3Location", "CorsConfiguration", "Target", "RouteKey"];
        let value = properties_of(scope, resource, &keys);
        if value.get("ProtocolType").and_then(Value::as_str) == Some("WEBSOCKET") {
            websockets.push(resource.id());
            continue;
        }
        let at = resource.span();
        let draft = drafts
            .add(resource.id(), Draft { api: empty(resource.id(), ApiKind::Http, at), stages: Vec::new() });
        draft.api.name = name_of(&value, resource);
        draft.api.logical_id = Some(resource.id().to_string());
        if let Some(body) = value.get("Body") {
            openapi::import(&mut draft.api, body, functions);
        }
        if let Some(location) = value.get("BodyS3Location") {
            scope.leave_open(location.span, Needs::File("that BodyS3Location names".to_string()));
        }
        if let Some(written) = value.get("CorsConfiguration") {
            draft.api.cors = cors(written);
        }
        // Quick create: one integration with payload 2.0, a route to it, and the stage $default.
        if let Some(target) = value.member("Target") {
            let place = target.key.span();
            draft.api.stage = stage(draft.api.stage.name.clone(), at);
            let target = target::read(&target.value, false, functions);
            let mut integration = proxy(target, Setting::written("2.0".to_string(), place), place);
            integration.credentials = value.setting("CredentialsArn", place, Value::string);
            let key =
                value.get("RouteKey").and_then(Value::as_str).map_or_else(RouteKey::default_route, route_key);
            draft.api.routes.push(route(key, integration, place));
        }
    }
    let integrations: HashMap<&str, Integration> = of_type("AWS::ApiGatewayV2::Integration")
        .map(|resource| {
            let value = properties_of(scope, resource, INTEGRATION);
            let read = integration::read(&value, resource.span(), &HTTP_RESOURCE, ApiKind::Http, functions);
            (resource.id(), read)
        })
        .collect();
    let named_authorizers: HashMap<&str, Authorizer> = of_type("AWS::ApiGatewayV2::Authorizer")
        .map(|resource| {
            let (id, at, spelling) = (resource.id(), resource.span(), &authorizers::HTTP_RESOURCE);
            let value = properties_of(scope, resource, &spelling.keys());
            (id, authorizers::authorizer(id, &value, at, spelling, "Authorization", functions))
        })
        .collect();
    for resource in of_type("AWS::ApiGatewayV2::Route") {
        let value = properties_of(
            scope,
            resource,
            &["ApiId", "RouteKey", "Target", "AuthorizationType", "AuthorizerId"],
        );
        let api = value.get("ApiId");
        let of_websocket = api.and_then(Value::as_scalar).and_then(|s| s.resource());
        let key = value.get("RouteKey").and_then(Value::as_str).unwrap_or("$default");
        // `$connect` and its like belong to WebSocket APIs wherever these stand.
        let is_websocket = of_websocket.is_some_and(|(id, _)| websockets.contains(&id))
            || (key != "$default" && !key.contains('/'));
        if is_websocket {
            continue;
        }
        let Some(draft) = drafts.of_reference(api, ApiKind::Http, resource.span()) else { continue };
        let at = resource.span();
        let target = value.get("Target").and_then(Value::as_scalar);
        let id = target.and_then(|scalar| {
            scalar.symbols.iter().find_map(|symbol| match &symbol.name {
                crate::value::Name::Resource { logical_id, .. } => Some(logical_id.as_str()),
                _ => None,
            })
        });
        let integration = id.and_then(|id| integrations.get(id)).cloned().unwrap_or_else(|| {
            let needs = match value.get("Target") {
                Some(_) => Needs::Attribute("an integration outside the template".to_string()),
                None => Needs::Support("a route without target".to_string()),
            };
            let nothing = Value::unknown(value.get("Target").map_or(at, |t| t.span), needs);
            integration::read(&nothing, at, &HTTP_RESOURCE, ApiKind::Http, functions)
        });
        let mut route = route(route_key(key), integration, at);
        route.request.authorizer = authorizers::of_route(&value, at, |id| named_authorizers.get(id).cloned());
        draft.api.routes.push(route);
    }
    for resource in of_type("AWS::ApiGatewayV2::Stage") {
        let value = properties_of(scope, resource, stages::HTTP);
        let of_websocket = value.get("ApiId").and_then(Value::as_scalar).and_then(|s| s.resource());
        if of_websocket.is_some_and(|(id, _)| websockets.contains(&id)) {
            continue;
        }
        let Some(draft) = drafts.of_reference(value.get("ApiId"), ApiKind::Http, resource.span()) else {
            continue;
        };
        let mut stage = stage(value.setting("StageName", resource.span(), Value::string), resource.span());
        stage.logical_id = Some(resource.id().to_string());
        fill_http(&mut stage, &value);
        draft.stages.push(stage);
    }
}

/// `GET /orders`, `ANY /orders`, `$default`.
pub(super) fn route_key(text: &str) -> RouteKey {
    match text.trim().split_once(' ') {
        Some((method, path)) => RouteKey::new(method, path.trim()),
        None if text.trim().starts_with('/') => RouteKey::new("ANY", text.trim()),
        None => RouteKey::default_route(),
    }
}

/// A route of an HTTP API: it has no method responses.
pub(super) fn route(key: RouteKey, integration: Integration, at: Span) -> Route {
    let method_responses = Setting::absent(at, "responses");
    Route { key, integration, method_responses, request: MethodRequest::open(at), rule: None, span: at }
}
