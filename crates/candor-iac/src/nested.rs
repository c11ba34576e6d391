//! Stacks in stacks: which templates a template names, and what it gives them.

use candor_gateway::span::Span;

use crate::Options;
use crate::loader::{Loader, tidy};
use crate::syntax::Node;
use crate::template::conditions::Assumptions;
use crate::template::intrinsics::Scope;
use crate::template::{Resource, Template};
use crate::value::{Kind, Value};

/// A template that another one names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nested {
    pub(crate) path: String,
    /// Where it is named.
    pub(crate) named: Span,
    /// Values of its parameters.
    pub(crate) given: Vec<(String, String)>,
    /// Parameters that are given a value which exists after deployment only: no default counts.
    pub(crate) left_open: Vec<String>,
}

/// The templates that a template names by local paths; `TemplateURL` and `Location` hold such before `package` puts them elsewhere.
pub(crate) fn find(template: &Template<'_>, loader: &Loader<'_>, options: &Options) -> Vec<Nested> {
    let key = |resource: &Resource<'_>| match resource.resource_type {
        "AWS::CloudFormation::Stack" => Some("TemplateURL"),
        "AWS::Serverless::Application" => Some("Location"),
        _ => None,
    };
    let stacks: Vec<(&Resource<'_>, &str)> =
        template.resources.iter().filter_map(|resource| Some((resource, key(resource)?))).collect();
    if stacks.is_empty() {
        return Vec::new();
    }
    let assumptions = Assumptions::default();
    let scope = Scope::new(template, &options.parameters, &assumptions, loader);
    stacks.into_iter().filter_map(|(resource, key)| nested(&scope, resource, key)).collect()
}

fn nested(scope: &Scope<'_>, resource: &Resource<'_>, key: &str) -> Option<Nested> {
    let properties = resource.properties()?;
    // CDK writes where the nested template lies beside the address that it will have.
    let asset = resource
        .node
        .get("Metadata")
        .and_then(|metadata| metadata.get("aws:asset:path"))
        .and_then(Node::as_str);
    let location = match asset {
        Some(asset) => asset.to_string(),
        None => text(&scope.resolve(properties.get(key)?)?)?,
    };
    if location.is_empty() || location.contains("://") || location.starts_with('/') {
        return None;
    }
    let mut nested = Nested {
        path: tidy(&format!("{}{location}", scope.template.folder)),
        named: properties.get(key).map_or(resource.node.span, |node| node.span),
        given: Vec::new(),
        left_open: Vec::new(),
    };
    for entry in properties.get("Parameters").map_or(&[][..], Node::entries) {
        let name = entry.key.as_str().to_string();
        let Some(value) = scope.resolve(&entry.value) else { continue };
        match text(&value) {
            Some(text) => nested.given.push((name, text)),
            None => nested.left_open.push(name),
        }
    }
    Some(nested)
}

/// A value as a parameter takes it, where it is known before deployment.
fn text(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::Scalar(scalar) => scalar.symbols.is_empty().then(|| scalar.text.as_str().to_string()),
        Kind::List(items) => items.iter().map(text).collect::<Option<Vec<_>>>().map(|items| items.join(",")),
        Kind::Null | Kind::Map(_) | Kind::Unknown(_) => None,
    }
}
