//! Who may invoke which function.

use candor_gateway::setting::Setting;

use crate::formats::functions::{Functions, properties_of};
use crate::formats::{exists, target};
use crate::project::Permission;
use crate::template::intrinsics::Scope;
use crate::value::{Name, Value};

/// The permissions of a template, and whether something in it may grant more than candor reads.
pub(super) fn read(scope: &Scope<'_>, functions: &Functions) -> (Vec<Permission>, bool) {
    let mut open = !scope.template.macros.is_empty();
    let mut permissions = Vec::new();
    for resource in &scope.template.resources {
        match resource.resource_type {
            // What stands in another template, and what connectors grant, is not seen from here.
            "AWS::Serverless::Connector" | "AWS::CloudFormation::Stack" | "AWS::Serverless::Application" => {
                open = true
            }
            "AWS::Lambda::Permission" if exists(scope, resource) => {
                let value = properties_of(scope, resource, &["FunctionName", "Principal", "SourceArn"]);
                let (function, qualifier) = function_of(&value, functions, resource.span());
                permissions.push(Permission {
                    function,
                    qualifier,
                    principal: value.setting("Principal", resource.span(), Value::string),
                    source_arn: value.setting("SourceArn", resource.span(), Value::named),
                    span: resource.span(),
                });
            }
            id if id.is_empty() && resource.id().starts_with("Fn::") => open = true,
            _ if resource.node.get("Connectors").is_some() => open = true,
            _ => {}
        }
    }
    // SAM adds a permission for each event of an API.
    for (function, events) in &functions.events {
        for event in events.members() {
            if matches!(event.value.get("Type").and_then(Value::as_str), Some("Api" | "HttpApi")) {
                let at = event.key.span();
                permissions.push(Permission {
                    function: Setting::written(function.clone(), at),
                    qualifier: None,
                    principal: Setting::written("apigateway.amazonaws.com".to_string(), at),
                    // For the event's own route, but who writes the definition by hand may have changed that.
                    source_arn: Setting::absent(at, "SourceArn"),
                    span: at,
                });
            }
        }
    }
    (permissions, open)
}

fn function_of(
    value: &Value,
    functions: &Functions,
    at: candor_gateway::span::Span,
) -> (Setting<String>, Option<String>) {
    let Some(name) = value.get("FunctionName") else { return (Setting::absent(at, "FunctionName"), None) };
    let Some(scalar) = name.as_scalar() else { return (name.string(), None) };
    let function = target::function(scalar, 0, scalar.text.as_str().len(), functions);
    let setting = match function.logical_id {
        Some(id) => Setting::written(id, name.span),
        // A name that only deployment knows may be any function's; a literal one is not one of this template.
        None if scalar.symbols.iter().any(|s| matches!(s.name, Name::Open(_) | Name::Resource { .. })) => {
            name.string()
        }
        None => Setting::written(function.name, name.span),
    };
    (setting, function.qualifier)
}
