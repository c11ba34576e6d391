//! OpenAPI documents with AWS's extensions: in the body of an API, in a file of its own, or alone.

use std::borrow::Cow;

use candor_contract::ApiKind;
use candor_gateway::api::{
    Api, ApiKeySource, GatewayResponse, GatewayResponseType, MethodRequest, MethodResponse, Route, RouteKey,
};
use candor_gateway::setting::{Needs, Setting};
use candor_gateway::span::Span;

use crate::formats::apis::{cors, empty};
use crate::formats::authorizers;
use crate::formats::fields::{parameters, status, strings, templates};
use crate::formats::functions::Functions;
use crate::formats::integration::{self, OPENAPI};
use crate::formats::method_request;
use crate::syntax::Node;
use crate::template::intrinsics::{Scope, with_pseudo};
use crate::value::{Kind, Member, Value};

const INTEGRATION: &str = "x-amazon-apigateway-integration";
const ANY_METHOD: &str = "x-amazon-apigateway-any-method";
const GATEWAY_RESPONSES: &str = "x-amazon-apigateway-gateway-responses";
const BINARY_MEDIA_TYPES: &str = "x-amazon-apigateway-binary-media-types";
const API_KEY_SOURCE: &str = "x-amazon-apigateway-api-key-source";
const CORS: &str = "x-amazon-apigateway-cors";

/// Whether a tree is an OpenAPI document.
pub(crate) fn is_openapi(root: &Node) -> bool {
    root.get("openapi").is_some() || root.get("swagger").is_some()
}

/// Whether a tree is an OpenAPI document that says how API Gateway is to serve it.
pub(crate) fn is_document(root: &Node) -> bool {
    let paths = root.get("paths").map_or(&[][..], Node::entries);
    let mut operations = paths.iter().flat_map(|path| path.value.entries());
    is_openapi(root)
        && (operations.any(|operation| operation.value.get(INTEGRATION).is_some())
            || root.get(GATEWAY_RESPONSES).is_some())
}

/// Reads a document as an API of its own, with one stage.
pub(crate) fn read_alone(
    root: &Node,
    stage_name: &str,
    variables: &[(String, String)],
    scope: &Scope<'_>,
) -> Api {
    let at = root.entries().first().map_or(root.span, |e| e.key.span());
    let document = scope.resolve(root).unwrap_or(Value { span: root.span, kind: Kind::Null });
    let title = document.get("info").and_then(|info| info.get("title")).and_then(Value::as_str);
    let name = title.unwrap_or("OpenAPI document").to_string();
    let mut api = empty(&name, kind_of(&document), at);
    if title.is_some() {
        api.name_at_aws = Setting::written(name.clone(), at);
    }
    if !stage_name.is_empty() {
        let variables = variables.iter().map(|(k, v)| (k.clone(), Setting::written(v.clone(), at))).collect();
        api.stage.name = Setting::written(stage_name.to_string(), at);
        api.stage.variables = variables;
    }
    import(&mut api, &document, &Functions::default());
    api
}

/// The kind of the API that a document describes: only HTTP APIs know payload formats and CORS settings of their own.
fn kind_of(document: &Value) -> ApiKind {
    let versioned =
        |value: &Value| value.get(INTEGRATION).and_then(|i| i.get("payloadFormatVersion")).is_some();
    let paths = document.get("paths").map_or(&[][..], Value::members);
    let mut operations = paths.iter().flat_map(|path| path.value.members());
    let shared = document.get("components").and_then(|c| c.get("x-amazon-apigateway-integrations")).is_some();
    let http = document.get(CORS).is_some() || shared || operations.any(|o| versioned(&o.value));
    if http { ApiKind::Http } else { ApiKind::Rest }
}

/// What API Gateway itself puts into a document, in a file or in a template's body, when it imports it (Amazon API Gateway Developer
/// Guide, "AWS variables for OpenAPI import").
const VARIABLES: &[&str] = &["AWS::AccountId", "AWS::Partition", "AWS::Region"];

/// A document as it reads once its variables are resolved; borrowed where it has none.
fn imported(document: &Value) -> Cow<'_, Value> {
    /// The value with its variables resolved, if there are any in it.
    fn resolved(value: &Value) -> Option<Value> {
        let kind = match &value.kind {
            Kind::Scalar(scalar) => return with_pseudo(scalar, VARIABLES, value.span),
            Kind::List(items) => {
                let changed: Vec<Option<Value>> = items.iter().map(resolved).collect();
                changed.iter().any(Option::is_some).then(|| {
                    Kind::List(
                        items
                            .iter()
                            .zip(changed)
                            .map(|(item, new)| new.unwrap_or_else(|| item.clone()))
                            .collect(),
                    )
                })
            }
            Kind::Map(members) => {
                let changed: Vec<Option<Value>> =
                    members.iter().map(|member| resolved(&member.value)).collect();
                changed.iter().any(Option::is_some).then(|| {
                    Kind::Map(
                        members
                            .iter()
                            .zip(changed)
                            .map(|(member, new)| match new {
                                Some(value) => Member { key: member.key.clone(), value },
                                None => member.clone(),
                            })
                            .collect(),
                    )
                })
            }
            Kind::Null | Kind::Unknown(_) => None,
        }?;
        Some(Value { span: value.span, kind })
    }
    resolved(document).map_or(Cow::Borrowed(document), Cow::Owned)
}

/// Adds to an API what a document says: routes, gateway responses, binary media types, CORS.
pub(super) fn import(api: &mut Api, document: &Value, functions: &Functions) {
    let document = &*imported(document);
    for path in document.get("paths").map_or(&[][..], Value::members) {
        for operation in path.value.members() {
            let Some(method) = method_of(operation.key.as_str()) else { continue };
            let key = match (path.key.as_str(), api.kind) {
                ("/$default" | "$default", ApiKind::Http) => RouteKey::default_route(),
                (written, _) => RouteKey::new(method, written),
            };
            api.routes.push(route(
                &operation.value,
                &path.value,
                key,
                operation.key.span(),
                api.kind,
                document,
                functions,
            ));
        }
    }
    for member in document.get(GATEWAY_RESPONSES).map_or(&[][..], Value::members) {
        if let Some(response_type) = GatewayResponseType::read(member.key.as_str()) {
            api.gateway_responses.push(gateway_response(response_type, &member.value, member.key.span()));
        }
    }
    if let Some(types) = document.get(BINARY_MEDIA_TYPES) {
        api.binary_media_types = strings(types);
    }
    if api.kind == ApiKind::Rest {
        api.models.extend(method_request::document_models(document));
        if let Some(source) = document.get(API_KEY_SOURCE) {
            api.api_key_source = source.parsed("source of API keys", ApiKeySource::read);
        }
    }
    if let Some(written) = document.get(CORS) {
        api.cors = cors(written);
    }
}

/// The method that a key of a path item stands for.
fn method_of(key: &str) -> Option<&str> {
    match key {
        ANY_METHOD => Some("ANY"),
        "get" | "put" | "post" | "delete" | "options" | "head" | "patch" => Some(key),
        _ => ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"].contains(&key).then_some(key),
    }
}

fn route(
    operation: &Value,
    path: &Value,
    key: RouteKey,
    at: Span,
    kind: ApiKind,
    document: &Value,
    functions: &Functions,
) -> Route {
    let integration = match operation.member(INTEGRATION) {
        Some(member) => {
            let value = referred(&member.value, document);
            integration::read(value, member.key.span(), &OPENAPI, kind, functions)
        }
        None => {
            let needs = Needs::Support("an operation without x-amazon-apigateway-integration".to_string());
            let none = Value::unknown(operation.span, needs);
            integration::read(&none, at, &OPENAPI, kind, functions)
        }
    };
    let method_responses = operation.setting("responses", at, |responses| match responses.open() {
        Some(needs) => Setting::unknown(responses.span, needs),
        None => {
            let listed = responses.members().iter().filter_map(|member| {
                // Only statuses count; `default` is kept by HTTP APIs, which have no method responses.
                let status_code: u16 = member.key.as_str().parse().ok()?;
                let response = referred(&member.value, document);
                let headers = response.get("headers").map_or(&[][..], Value::members);
                Some(MethodResponse {
                    status: Setting::written(status_code, member.key.span()),
                    headers: headers.iter().map(|h| h.key.as_str().to_string()).collect(),
                    span: member.key.span(),
                })
            });
            Setting::written(listed.collect(), responses.span)
        }
    });
    let request = match kind {
        ApiKind::Rest => method_request::of_operation(operation, path, document, at, functions),
        ApiKind::Http | ApiKind::FunctionUrl | ApiKind::Alb => MethodRequest {
            authorizer: authorizers::of_operation(operation, document, at, functions),
            ..MethodRequest::open(at)
        },
    };
    Route { key, integration, method_responses, request, rule: None, span: at }
}

/// The value itself, or what its `$ref` leads to in the same document.
pub(super) fn referred<'v>(value: &'v Value, document: &'v Value) -> &'v Value {
    let Some(pointer) = value.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix("#/")) else {
        return value;
    };
    let mut at = document;
    for part in pointer.split('/') {
        let part = part.replace("~1", "/").replace("~0", "~");
        match at.get(&part) {
            Some(next) => at = next,
            None => return value,
        }
    }
    at
}

fn gateway_response(response_type: GatewayResponseType, value: &Value, at: Span) -> GatewayResponse {
    GatewayResponse {
        response_type,
        status: value.setting("statusCode", at, status),
        templates: templates(value.get("responseTemplates")),
        parameters: parameters(value.get("responseParameters")),
        span: at,
    }
}
