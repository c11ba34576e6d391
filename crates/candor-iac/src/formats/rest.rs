//! REST APIs as CloudFormation resources.

use std::collections::HashMap;

use candor_contract::ApiKind;
use candor_gateway::api::{
    ApiKeySource, Authorizer, GatewayResponse, GatewayResponseType, MethodRequest, MethodResponse, Route,
    RouteKey, Validator,
};
use candor_gateway::setting::{Needs, Setting};
use candor_gateway::span::Span;

use crate::formats::apis::{Draft, Drafts, empty};
use crate::formats::fields::{parameters, status, strings, templates};
use crate::formats::functions::{Functions, properties_of};
use crate::formats::integration::{self, REST_RESOURCE};
use crate::formats::stages::{self, fill_rest, stage};
use crate::formats::{authorizers, exists, method_request, openapi};
use crate::template::intrinsics::Scope;
use crate::template::{Resource, Template};
use crate::value::{Kind, Value};

const METHOD: &[&str] = &[
    "RestApiId",
    "ResourceId",
    "HttpMethod",
    "Integration",
    "MethodResponses",
    "ApiKeyRequired",
    "AuthorizationType",
    "AuthorizerId",
    "RequestValidatorId",
    "RequestParameters",
    "RequestModels",
];

/// Everything that a method's path needs of a resource.
struct PathPart {
    parent: Option<String>,
    part: String,
}

/// Reads REST APIs with their resources, methods, gateway responses and stages.
pub(super) fn read(scope: &Scope<'_>, functions: &Functions, drafts: &mut Drafts) {
    let of_type = |wanted: &'static str| {
        let resources = scope.template.resources.iter();
        resources.filter(move |r| r.resource_type == wanted && exists(scope, r))
    };
    for resource in of_type("AWS::ApiGateway::RestApi") {
        let keys = ["Name", "Body", "BodyS3Location", "BinaryMediaTypes", "ApiKeySourceType"];
        let value = properties_of(scope, resource, &keys);
        let draft = drafts.add(
            resource.id(),
            Draft { api: empty(resource.id(), ApiKind::Rest, resource.span()), stages: Vec::new() },
        );
        draft.api.name = name_of(&value, resource);
        draft.api.logical_id = Some(resource.id().to_string());
        draft.api.name_at_aws = name_at_aws(&value, value.get("Body"), resource.span());
        draft.api.binary_media_types = value.setting("BinaryMediaTypes", resource.span(), strings);
        draft.api.api_key_source = value.setting("ApiKeySourceType", resource.span(), |source| {
            source.parsed("source of API keys", ApiKeySource::read)
        });
        if let Some(body) = value.get("Body") {
            openapi::import(&mut draft.api, body, functions);
        }
        if let Some(location) = value.get("BodyS3Location") {
            scope.leave_open(location.span, Needs::File("that BodyS3Location names".to_string()));
        }
    }
    let parts: HashMap<&str, PathPart> = of_type("AWS::ApiGateway::Resource")
        .map(|resource| {
            let value = properties_of(scope, resource, &["ParentId", "PathPart"]);
            let parent =
                value.get("ParentId").map(|parent| match parent.as_scalar().and_then(|s| s.resource()) {
                    Some((id, None)) => id.to_string(),
                    Some((_, Some("RootResourceId"))) => String::new(),
                    _ => parent.as_str().unwrap_or("${?}").to_string(),
                });
            let part = value.get("PathPart").and_then(Value::as_str).unwrap_or("${?}").to_string();
            (resource.id(), PathPart { parent, part })
        })
        .collect();
    let validators: HashMap<&str, Validator> = of_type("AWS::ApiGateway::RequestValidator")
        .map(|resource| {
            let value = properties_of(scope, resource, &["ValidateRequestBody", "ValidateRequestParameters"]);
            (resource.id(), method_request::validator(&value, resource.span()))
        })
        .collect();
    let named_authorizers: HashMap<&str, Authorizer> = of_type("AWS::ApiGateway::Authorizer")
        .map(|resource| {
            let (id, at, spelling) = (resource.id(), resource.span(), &authorizers::REST_RESOURCE);
            let value = properties_of(scope, resource, &spelling.keys());
            (id, authorizers::authorizer(id, &value, at, spelling, "Authorization", functions))
        })
        .collect();
    for resource in of_type("AWS::ApiGateway::Model") {
        let value = properties_of(scope, resource, &["RestApiId", "Name", "Schema"]);
        let Some(draft) = drafts.of_reference(value.get("RestApiId"), ApiKind::Rest, resource.span()) else {
            continue;
        };
        // A template refers to it by its own name or by `Ref`.
        let own = value.get("Name").and_then(Value::as_str).map(str::to_string);
        let names = own.into_iter().chain([format!("${{{}}}", resource.id())]).collect();
        draft.api.models.push(method_request::model(names, value.get("Schema"), resource.span()));
    }
    for resource in of_type("AWS::ApiGateway::Method") {
        let value = properties_of(scope, resource, METHOD);
        let Some(draft) = drafts.of_reference(value.get("RestApiId"), ApiKind::Rest, resource.span()) else {
            continue;
        };
        let path = path_of(value.get("ResourceId"), &parts);
        let method = value.get("HttpMethod").and_then(Value::as_str).unwrap_or("ANY").to_string();
        let key = RouteKey::new(&method, &path);
        let request = method_request::of_method(
            &value,
            resource.span(),
            |id| validators.get(id).cloned(),
            |id| named_authorizers.get(id).cloned(),
        );
        draft.api.routes.push(method_of(&value, key, resource.span(), request, functions));
    }
    for resource in of_type("AWS::ApiGateway::GatewayResponse") {
        let keys = ["RestApiId", "ResponseType", "StatusCode", "ResponseTemplates", "ResponseParameters"];
        let value = properties_of(scope, resource, &keys);
        let response_type =
            value.get("ResponseType").and_then(Value::as_str).and_then(GatewayResponseType::read);
        let (Some(draft), Some(response_type)) =
            (drafts.of_reference(value.get("RestApiId"), ApiKind::Rest, resource.span()), response_type)
        else {
            continue;
        };
        draft.api.gateway_responses.push(GatewayResponse {
            response_type,
            status: value.setting("StatusCode", resource.span(), status),
            templates: templates(value.get("ResponseTemplates")),
            parameters: parameters(value.get("ResponseParameters")),
            span: resource.span(),
        });
    }
    stages(scope, scope.template, drafts);
}

fn stages(scope: &Scope<'_>, template: &Template<'_>, drafts: &mut Drafts) {
    for resource in template.resources.iter().filter(|r| r.resource_type == "AWS::ApiGateway::Stage") {
        if !exists(scope, resource) {
            continue;
        }
        let value = properties_of(scope, resource, stages::REST);
        let Some(draft) = drafts.of_reference(value.get("RestApiId"), ApiKind::Rest, resource.span()) else {
            continue;
        };
        let mut stage = stage(value.setting("StageName", resource.span(), Value::string), resource.span());
        stage.logical_id = Some(resource.id().to_string());
        fill_rest(&mut stage, &value);
        draft.stages.push(stage);
    }
    // A deployment makes a stage of its own where it names one.
    for resource in template.resources.iter().filter(|r| r.resource_type == "AWS::ApiGateway::Deployment") {
        if !exists(scope, resource) {
            continue;
        }
        let value = properties_of(scope, resource, &["RestApiId", "StageName", "StageDescription"]);
        let Some(name) = value.get("StageName") else { continue };
        let Some(draft) = drafts.of_reference(value.get("RestApiId"), ApiKind::Rest, resource.span()) else {
            continue;
        };
        let known = draft.stages.iter().any(
            |s| matches!(s.name.optional(), Ok((Some(known), _)) if Some(known.as_str()) == name.as_str()),
        );
        if !known {
            let mut stage = stage(name.string(), resource.span());
            if let Some(description) = value.get("StageDescription") {
                fill_rest(&mut stage, description);
            }
            draft.stages.push(stage);
        }
    }
}

/// The name of an API for people.
pub(super) fn name_of(value: &Value, resource: &Resource<'_>) -> String {
    let name = value.get("Name").filter(|name| name.open().is_none()).and_then(Value::as_str);
    name.unwrap_or(resource.id()).to_string()
}

/// The name that AWS knows a REST API by: its own, or the title of its definition.
pub(super) fn name_at_aws(value: &Value, definition: Option<&Value>, at: Span) -> Setting<String> {
    let of_definition = |d: &Value| match (d.open(), d.get("info").and_then(|info| info.get("title"))) {
        (Some(needs), _) => Setting::unknown(d.span, needs),
        (None, Some(title)) => title.named(),
        (None, None) => Setting::absent(at, "Name"),
    };
    match (value.get("Name"), definition) {
        (Some(name), _) => name.named(),
        (None, Some(definition)) => of_definition(definition),
        (None, None) => Setting::absent(at, "Name"),
    }
}

/// The path of a resource, from the root down. A parent that the template does not hold shows as its name.
fn path_of(resource: Option<&Value>, parts: &HashMap<&str, PathPart>) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut at = match resource.and_then(Value::as_scalar) {
        Some(scalar) => match scalar.resource() {
            Some((_, Some("RootResourceId"))) => return "/".to_string(),
            Some((id, None)) => Some(id.to_string()),
            _ => Some(scalar.text.as_str().to_string()),
        },
        None => None,
    };
    // A chain that bites its own tail ends here: no path of AWS's has so many parts.
    for _ in 0..64 {
        let Some(id) = at.filter(|id| !id.is_empty()) else { break };
        match parts.get(id.as_str()) {
            Some(part) => {
                names.push(part.part.clone());
                at = part.parent.clone();
            }
            None => {
                names.push(if id.starts_with('$') { id } else { format!("${{{id}}}") });
                break;
            }
        }
    }
    names.reverse();
    format!("/{}", names.join("/"))
}

fn method_of(value: &Value, key: RouteKey, at: Span, request: MethodRequest, functions: &Functions) -> Route {
    let integration = match value.member("Integration") {
        Some(member) => {
            integration::read(&member.value, member.key.span(), &REST_RESOURCE, ApiKind::Rest, functions)
        }
        None => {
            let none = Value { span: at, kind: Kind::Map(Vec::new()) };
            integration::read(&none, at, &REST_RESOURCE, ApiKind::Rest, functions)
        }
    };
    let method_responses = value.setting("MethodResponses", at, |list| match list.open() {
        Some(needs) => Setting::unknown(list.span, needs),
        None => Setting::written(list.items().iter().map(method_response).collect(), list.span),
    });
    Route { key, integration, method_responses, request, rule: None, span: at }
}

fn method_response(value: &Value) -> MethodResponse {
    let at = value.members().first().map_or(value.span, |m| m.key.span());
    let headers = value.get("ResponseParameters").map_or(&[][..], Value::members);
    MethodResponse {
        status: value.setting("StatusCode", at, status),
        headers: headers
            .iter()
            .filter_map(|m| m.key.as_str().strip_prefix("method.response.header.").map(str::to_string))
            .collect(),
        span: at,
    }
}
