//! What methods of REST APIs ask of a request: API keys, validators, parameters and models, in the words of each format.

use candor_contract::json::Json;
use candor_gateway::api::{
    Authorizer, MethodRequest, Model, ParameterPlace, RequestModel, RequestParameter, Validator,
};
use candor_gateway::setting::{Needs, Setting, Undecided};
use candor_gateway::span::Span;

use crate::formats::authorizers::{self, AUTHORIZER, AUTHTYPE};
use crate::formats::fields::boolean;
use crate::formats::functions::Functions;
use crate::formats::openapi::referred;
use crate::value::{Kind, Name, Value};

const VALIDATOR: &str = "x-amazon-apigateway-request-validator";
const VALIDATORS: &str = "x-amazon-apigateway-request-validators";

/// A value as JSON: what stands without quotes is a number, a boolean or null where it reads like one.
fn json(value: &Value) -> Result<Json, Undecided> {
    Ok(match &value.kind {
        Kind::Null => Json::Null,
        Kind::Unknown(needs) => return Err(Undecided { span: value.span, needs: needs.clone() }),
        Kind::Scalar(scalar) => {
            for symbol in &scalar.symbols {
                if let Name::Open(needs) = &symbol.name {
                    return Err(Undecided { span: value.span, needs: needs.clone() });
                }
            }
            let text = scalar.text.as_str();
            match Json::read(text) {
                Ok(read @ (Json::Number(_) | Json::Bool(_) | Json::Null)) if scalar.plain => read,
                _ => Json::string(text),
            }
        }
        Kind::List(items) => Json::Array(items.iter().map(json).collect::<Result<_, _>>()?),
        Kind::Map(members) => Json::Object(
            members
                .iter()
                .map(|m| Ok((m.key.as_str().to_string(), json(&m.value)?)))
                .collect::<Result<_, Undecided>>()?,
        ),
    })
}

/// A schema: a mapping, or a text that holds JSON.
fn schema(value: &Value) -> Setting<Json> {
    let read = match value.text().optional() {
        Ok((Some(text), _)) => match Json::read(text.as_str()) {
            Ok(read) => Ok(read),
            Err(_) => {
                let needs = Needs::Support("a schema that is a text and no JSON".to_string());
                Err(Undecided { span: value.span, needs })
            }
        },
        Ok((None, _)) | Err(_) => json(value),
    };
    match read {
        Ok(read) => Setting::written(read, value.span),
        Err(undecided) => Setting::unknown(undecided.span, undecided.needs),
    }
}

/// A reference to a model by its name.
fn named(name: &str) -> Json {
    Json::object([("$ref", Json::string(format!("#/definitions/{}", name.replace('/', "~1"))))])
}

/// A model.
pub(super) fn model(names: Vec<String>, written: Option<&Value>, at: Span) -> Model {
    Model { names, schema: written.map_or_else(|| Setting::absent(at, "Schema"), schema) }
}

/// The models of an OpenAPI document: `components.schemas`, or `definitions` before 3.0.
pub(super) fn document_models(document: &Value) -> Vec<Model> {
    let modern = document.get("components").and_then(|c| c.get("schemas"));
    let listed = [modern, document.get("definitions")].into_iter().flatten().flat_map(Value::members);
    listed.map(|m| model(vec![m.key.as_str().to_string()], Some(&m.value), m.key.span())).collect()
}

/// What an operation of an OpenAPI document asks. `path`: its path item, whose parameters it shares.
pub(super) fn of_operation(
    operation: &Value,
    path: &Value,
    document: &Value,
    at: Span,
    functions: &Functions,
) -> MethodRequest {
    MethodRequest {
        authorizer: authorizers::of_operation(operation, document, at, functions),
        api_key_required: api_key(operation, document, at),
        validator: document_validator(operation, document, at),
        parameters: operation_parameters(operation, path, document, at),
        models: operation_models(operation, path, document, at),
    }
}

/// Root-level `security` is ignored on import ("Amazon API Gateway important notes"); a scheme of the type `apiKey` may also
/// be an authorizer's.
fn api_key(operation: &Value, document: &Value, at: Span) -> Setting<bool> {
    let Some(security) = operation.member("security") else { return Setting::absent(at, "security") };
    let schemes = document
        .get("components")
        .and_then(|c| c.get("securitySchemes"))
        .or_else(|| document.get("securityDefinitions"));
    let is_key = |name: &str| {
        let Some(scheme) = schemes.and_then(|s| s.get(name)).map(|s| referred(s, document)) else {
            return false;
        };
        let says = |key: &str, wanted: &str| {
            scheme.get(key).and_then(Value::as_str).is_some_and(|text| text.eq_ignore_ascii_case(wanted))
        };
        says("type", "apiKey")
            && says("name", "x-api-key")
            && says("in", "header")
            && scheme.get(AUTHORIZER).is_none()
            && scheme.get(AUTHTYPE).is_none()
    };
    let mut named = security.value.items().iter().flat_map(Value::members);
    Setting::written(named.any(|m| is_key(m.key.as_str())), security.key.span())
}

fn document_validator(operation: &Value, document: &Value, at: Span) -> Setting<Validator> {
    let Some(member) = operation.member(VALIDATOR).or_else(|| document.member(VALIDATOR)) else {
        return Setting::absent(at, VALIDATOR);
    };
    member.value.text().and_then(|name, span| {
        match document.get(VALIDATORS).and_then(|all| all.member(name.as_str())) {
            Some(found) => {
                let place = found.key.span();
                let body = found.value.setting("validateRequestBody", place, boolean);
                let parameters = found.value.setting("validateRequestParameters", place, boolean);
                Setting::written(Validator { body, parameters }, member.key.span())
            }
            None => {
                let what =
                    format!("the request validator {}, which the document does not have", name.as_str());
                Setting::unknown(span, Needs::Support(what))
            }
        }
    })
}

/// The parameters of an operation and of its path; one of the operation's own takes the place of the path's.
fn declared<'v>(operation: &'v Value, path: &'v Value, document: &'v Value) -> Vec<&'v Value> {
    let of = |value: &'v Value| {
        value.get("parameters").map_or(&[][..], Value::items).iter().map(|p| referred(p, document))
    };
    let key = |p: &Value| {
        let text = |key: &str| p.get(key).and_then(Value::as_str).unwrap_or_default().to_string();
        (text("in"), text("name"))
    };
    let mut all: Vec<&Value> = of(operation).collect();
    for shared in of(path) {
        if !all.iter().any(|own| key(own) == key(shared)) {
            all.push(shared);
        }
    }
    all
}

fn operation_parameters(
    operation: &Value,
    path: &Value,
    document: &Value,
    at: Span,
) -> Setting<Vec<RequestParameter>> {
    let listed = declared(operation, path, document).into_iter().filter_map(|parameter| {
        let place = match parameter.get("in")?.as_str()? {
            "header" => ParameterPlace::Header,
            "path" => ParameterPlace::Path,
            "query" => ParameterPlace::QueryString,
            _ => return None,
        };
        let span = parameter.members().first().map_or(parameter.span, |m| m.key.span());
        Some(RequestParameter {
            place,
            name: parameter.get("name")?.as_str()?.to_string(),
            required: parameter.setting("required", span, boolean),
            span,
        })
    });
    let listed: Vec<RequestParameter> = listed.collect();
    if listed.is_empty() { Setting::absent(at, "parameters") } else { Setting::written(listed, at) }
}

fn operation_models(
    operation: &Value,
    path: &Value,
    document: &Value,
    at: Span,
) -> Setting<Vec<RequestModel>> {
    let mut models = Vec::new();
    if let Some(body) = operation.get("requestBody").map(|body| referred(body, document)) {
        for content in body.get("content").map_or(&[][..], Value::members) {
            if let Some(written) = content.value.member("schema") {
                models.push(RequestModel {
                    content_type: content.key.as_str().to_string(),
                    schema: schema(&written.value),
                    span: written.key.span(),
                });
            }
        }
    }
    // Before 3.0 the body is a parameter.
    for parameter in declared(operation, path, document) {
        let Some(written) = parameter.member("schema") else { continue };
        if parameter.get("in").and_then(Value::as_str) != Some("body") {
            continue;
        }
        let consumed = operation.get("consumes").or_else(|| document.get("consumes"));
        let mut types: Vec<&str> =
            consumed.map_or(&[][..], Value::items).iter().filter_map(Value::as_str).collect();
        if types.is_empty() {
            types.push("application/json");
        }
        models.extend(types.into_iter().map(|content_type| RequestModel {
            content_type: content_type.to_string(),
            schema: schema(&written.value),
            span: written.key.span(),
        }));
    }
    if models.is_empty() { Setting::absent(at, "requestBody") } else { Setting::written(models, at) }
}

/// What an `AWS::ApiGateway::Method` asks. `validators`: those of the template, by logical id.
pub(super) fn of_method(
    value: &Value,
    at: Span,
    validator: impl Fn(&str) -> Option<Validator>,
    authorizer: impl Fn(&str) -> Option<Authorizer>,
) -> MethodRequest {
    MethodRequest {
        authorizer: authorizers::of_route(value, at, authorizer),
        api_key_required: value.setting("ApiKeyRequired", at, boolean),
        validator: value.setting("RequestValidatorId", at, |id| {
            let resource = id.as_scalar().and_then(|s| s.resource());
            match resource.and_then(|(resource, _)| validator(resource)) {
                Some(validator) => Setting::written(validator, id.span),
                None => {
                    let needs = id.open().unwrap_or_else(|| {
                        Needs::Attribute("a request validator outside the template".to_string())
                    });
                    Setting::unknown(id.span, needs)
                }
            }
        }),
        parameters: value.setting("RequestParameters", at, |listed| match listed.open() {
            Some(needs) => Setting::unknown(listed.span, needs),
            None => {
                let read = listed
                    .members()
                    .iter()
                    .filter_map(|m| parameter(m.key.as_str(), boolean(&m.value), m.key.span()));
                Setting::written(read.collect(), listed.span)
            }
        }),
        models: value.setting("RequestModels", at, |listed| match listed.open() {
            Some(needs) => Setting::unknown(listed.span, needs),
            None => {
                let read = listed.members().iter().map(|m| RequestModel {
                    content_type: m.key.as_str().to_string(),
                    schema: m.value.named().and_then(|name, span| Setting::written(named(&name), span)),
                    span: m.key.span(),
                });
                Setting::written(read.collect(), listed.span)
            }
        }),
    }
}

fn parameter(declared: &str, required: Setting<bool>, span: Span) -> Option<RequestParameter> {
    let (place, name) = ParameterPlace::read(declared)?;
    Some(RequestParameter { place, name: name.to_string(), required, span })
}

/// The properties of a request validator.
pub(super) fn validator(value: &Value, at: Span) -> Validator {
    Validator {
        body: value.setting("ValidateRequestBody", at, boolean),
        parameters: value.setting("ValidateRequestParameters", at, boolean),
    }
}

/// What a function's event asks (SAM). A validator comes with `ValidateBody` or `ValidateParameters` only: a model or required
/// parameters alone are declared and not looked at ("RequestModel" in the specification of SAM).
pub(super) fn of_event(properties: &Value, at: Span) -> MethodRequest {
    let nothing = MethodRequest::open(at);
    let key = properties.get("Auth").map(|auth| auth.setting("ApiKeyRequired", at, boolean));
    let (validator, models) = match properties.member("RequestModel") {
        Some(member) => {
            let (model, place) = (&member.value, member.key.span());
            let asked = ["ValidateBody", "ValidateParameters"].iter().any(|key| model.get(key).is_some());
            let validator = match (model.open(), asked) {
                (Some(needs), _) => Setting::unknown(model.span, needs),
                (None, true) => {
                    let body = model.setting("ValidateBody", place, boolean);
                    let parameters = model.setting("ValidateParameters", place, boolean);
                    Setting::written(Validator { body, parameters }, place)
                }
                (None, false) => Setting::absent(place, "ValidateBody"),
            };
            let models = model.setting("Model", place, |name| {
                name.named().and_then(|name, span| {
                    let content_type = "application/json".to_string();
                    let schema = Setting::written(named(&name), span);
                    Setting::written(vec![RequestModel { content_type, schema, span: place }], span)
                })
            });
            (validator, models)
        }
        None => (nothing.validator, nothing.models),
    };
    let parameters = properties.setting("RequestParameters", at, |listed| match listed.open() {
        Some(needs) => Setting::unknown(listed.span, needs),
        None => {
            let optional = |span| Setting::absent(span, "Required");
            let read = listed.items().iter().flat_map(|item| {
                let plain = item.as_str().and_then(|name| parameter(name, optional(item.span), item.span));
                let set = item.members().iter().filter_map(move |m| {
                    let required = m.value.setting("Required", m.key.span(), boolean);
                    parameter(m.key.as_str(), required, m.key.span())
                });
                plain.into_iter().chain(set)
            });
            Setting::written(read.collect(), listed.span)
        }
    });
    let api_key_required = key.unwrap_or(nothing.api_key_required);
    MethodRequest { authorizer: nothing.authorizer, api_key_required, validator, parameters, models }
}
