//! An integration and its responses: the same settings, spelled one way in OpenAPI and another in CloudFormation.

use candor_contract::ApiKind;
use candor_gateway::api::{
    ContentHandling, Integration, IntegrationResponse, IntegrationType, Parameter, PassthroughBehavior,
    Pattern, ResponseParameters, Target,
};
use candor_gateway::setting::{Needs, Setting};
use candor_gateway::span::{Span, Text};

use crate::formats::fields::{millis, parameters, status, templates, transfer_mode};
use crate::formats::functions::Functions;
use crate::formats::target;
use crate::value::{Kind, Value};

/// How a format spells an integration.
pub(super) struct Spelling {
    integration_type: &'static str,
    uri: &'static str,
    http_method: &'static str,
    subtype: &'static str,
    payload_format_version: &'static str,
    timeout: &'static str,
    credentials: &'static str,
    transfer_mode: &'static str,
    passthrough_behavior: &'static str,
    content_handling: &'static str,
    request_templates: &'static str,
    request_parameters: &'static str,
    responses: &'static str,
    selection_pattern: &'static str,
    status_code: &'static str,
    response_templates: &'static str,
    response_parameters: &'static str,
}

/// `x-amazon-apigateway-integration`
pub(super) const OPENAPI: Spelling = Spelling {
    integration_type: "type",
    uri: "uri",
    http_method: "httpMethod",
    subtype: "integrationSubtype",
    payload_format_version: "payloadFormatVersion",
    timeout: "timeoutInMillis",
    credentials: "credentials",
    transfer_mode: "responseTransferMode",
    passthrough_behavior: "passthroughBehavior",
    content_handling: "contentHandling",
    request_templates: "requestTemplates",
    request_parameters: "requestParameters",
    responses: "responses",
    selection_pattern: "responses",
    status_code: "statusCode",
    response_templates: "responseTemplates",
    response_parameters: "responseParameters",
};

/// `AWS::ApiGateway::Method` → `Integration`
pub(super) const REST_RESOURCE: Spelling = Spelling {
    integration_type: "Type",
    uri: "Uri",
    http_method: "IntegrationHttpMethod",
    subtype: "",
    payload_format_version: "PayloadFormatVersion",
    timeout: "TimeoutInMillis",
    credentials: "Credentials",
    transfer_mode: "ResponseTransferMode",
    passthrough_behavior: "PassthroughBehavior",
    content_handling: "ContentHandling",
    request_templates: "RequestTemplates",
    request_parameters: "RequestParameters",
    responses: "IntegrationResponses",
    selection_pattern: "SelectionPattern",
    status_code: "StatusCode",
    response_templates: "ResponseTemplates",
    response_parameters: "ResponseParameters",
};

/// `AWS::ApiGatewayV2::Integration`
pub(super) const HTTP_RESOURCE: Spelling = Spelling {
    integration_type: "IntegrationType",
    uri: "IntegrationUri",
    http_method: "IntegrationMethod",
    subtype: "IntegrationSubtype",
    credentials: "CredentialsArn",
    ..REST_RESOURCE
};

/// Reads an integration. `at` is where a person would add what is missing.
pub(super) fn read(
    value: &Value,
    at: Span,
    spelling: &Spelling,
    kind: ApiKind,
    functions: &Functions,
) -> Integration {
    let integration_type =
        value.setting(spelling.integration_type, at, |v| v.parsed("integration type", IntegrationType::read));
    let is =
        |wanted: IntegrationType| matches!(integration_type.optional(), Ok((Some(t), _)) if *t == wanted);
    let subtype = value.get(spelling.subtype).and_then(Value::as_str);
    let target = match subtype {
        Some(subtype) => Setting::written(target::of_subtype(subtype), value.span),
        None if is(IntegrationType::Mock) => Setting::written(Target::Nothing, value.span),
        None => {
            let proxy = is(IntegrationType::AwsProxy);
            value.setting(spelling.uri, at, |v| target::read(v, proxy, functions))
        }
    };
    // An HTTP API has no mapping templates and no selection patterns: what it calls responseParameters is another thing.
    let responses = match kind {
        ApiKind::Rest => {
            // The key is the place: what stands under it are the responses themselves.
            let key = value.member(spelling.responses).map_or(at, |member| member.key.span());
            value.setting(spelling.responses, at, |v| responses(v, key, spelling))
        }
        ApiKind::Http | ApiKind::FunctionUrl | ApiKind::Alb => Setting::absent(at, spelling.responses),
    };
    Integration {
        integration_type,
        target,
        http_method: value.setting(spelling.http_method, at, Value::string),
        payload_format_version: value.setting(spelling.payload_format_version, at, Value::string),
        timeout: value.setting(spelling.timeout, at, millis),
        credentials: value.setting(spelling.credentials, at, |v| match v.string().optional() {
            // Which role it is does not matter here.
            Err(undecided) if matches!(undecided.needs, Needs::Attribute(_)) => {
                Setting::written(v.as_str().unwrap_or_default().to_string(), v.span)
            }
            _ => v.string(),
        }),
        transfer_mode: value.setting(spelling.transfer_mode, at, transfer_mode),
        passthrough_behavior: value.setting(spelling.passthrough_behavior, at, |v| {
            v.parsed("passthrough behavior", PassthroughBehavior::read)
        }),
        content_handling: content_handling(value, at, spelling),
        request_templates: templates(value.get(spelling.request_templates)),
        request_parameters: parameters(value.get(spelling.request_parameters)),
        responses,
        response_parameters: match kind {
            ApiKind::Http => response_parameters(value.get(spelling.response_parameters)),
            ApiKind::Rest | ApiKind::FunctionUrl | ApiKind::Alb => Vec::new(),
        },
        span: at,
    }
}

/// The integration responses: a mapping by pattern (OpenAPI) or a list (CloudFormation).
fn responses(value: &Value, key: Span, spelling: &Spelling) -> Setting<Vec<IntegrationResponse>> {
    let by_pattern = value.members().iter().map(|member| {
        let key = member.key.span();
        let pattern = match member.key.as_str() {
            "default" => Setting::absent(key, spelling.selection_pattern),
            _ => Setting::written(Pattern::new(member.key.clone()), key),
        };
        response(&member.value, key, pattern, spelling)
    });
    let listed = value.items().iter().map(|item| {
        let key = item.members().first().map_or(item.span, |m| m.key.span());
        let pattern = item.setting(spelling.selection_pattern, key, |v| {
            v.text().and_then(|text: Text, span| Setting::written(Pattern::new(text), span))
        });
        response(item, key, pattern, spelling)
    });
    match &value.kind {
        Kind::Unknown(needs) => Setting::unknown(value.span, needs.clone()),
        Kind::Scalar(_) => {
            Setting::unknown(value.span, Needs::Support("integration responses that are a text".into()))
        }
        Kind::Null => Setting::absent(key, spelling.responses),
        Kind::Map(_) | Kind::List(_) => Setting::written(by_pattern.chain(listed).collect(), key),
    }
}

/// The response parameters of an HTTP API by status: a mapping (OpenAPI), or lists of source and destination (CloudFormation).
fn response_parameters(value: Option<&Value>) -> Vec<ResponseParameters> {
    let of_status = value.map_or(&[][..], Value::members).iter();
    let read = of_status.map(|member| {
        let listed = member.value.get("ResponseParameters").map_or(&[][..], Value::items).iter();
        let listed = listed.filter_map(|item| {
            let destination = item.member("Destination")?;
            Some(Parameter {
                destination: destination.value.as_str()?.to_string(),
                source: item.setting("Source", item.span, Value::string),
                span: destination.value.span,
            })
        });
        let parameters: Vec<Parameter> = match listed.collect::<Vec<_>>() {
            listed if listed.is_empty() => parameters(Some(&member.value)),
            listed => listed,
        };
        ResponseParameters { status: member.key.as_str().to_string(), parameters }
    });
    read.collect()
}

fn content_handling(value: &Value, at: Span, spelling: &Spelling) -> Setting<ContentHandling> {
    value.setting(spelling.content_handling, at, |v| v.parsed("content handling", ContentHandling::read))
}

fn response(
    value: &Value,
    key: Span,
    selection_pattern: Setting<Pattern>,
    spelling: &Spelling,
) -> IntegrationResponse {
    IntegrationResponse {
        selection_pattern,
        status: value.setting(spelling.status_code, key, status),
        content_handling: content_handling(value, key, spelling),
        templates: templates(value.get(spelling.response_templates)),
        parameters: parameters(value.get(spelling.response_parameters)),
        span: key,
    }
}
