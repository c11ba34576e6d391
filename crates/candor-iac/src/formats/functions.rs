//! Lambda functions, their aliases and their URLs.

use std::collections::HashMap;

use candor_contract::ApiKind;
use candor_gateway::api::{
    Api, Authorizer, FunctionRef, Integration, IntegrationType, MethodRequest, Route, RouteKey, Target,
};
use candor_gateway::setting::Setting;
use candor_gateway::span::Span;

use crate::formats::apis::{cors, empty};
use crate::formats::fields::{seconds, transfer_mode};
use crate::formats::sam::Globals;
use crate::formats::surroundings::of_type;
use crate::formats::{exists, target};
use crate::project::{Code, Function};
use crate::syntax::Node;
use crate::template::Resource;
use crate::template::intrinsics::Scope;
use crate::value::{Kind, Name, Value};

/// The functions of a template, and every name under which they are called.
#[derive(Debug, Default)]
pub(crate) struct Functions {
    pub(crate) list: Vec<Function>,
    /// Index by logical id.
    by_id: HashMap<String, usize>,
    /// Logical id by `FunctionName`.
    by_name: HashMap<String, String>,
    /// Function and alias name by the logical id of an alias or a version.
    aliases: HashMap<String, (String, Option<String>)>,
    urls: Vec<Api>,
    /// Events of SAM functions: logical id, events.
    pub(super) events: Vec<(String, Value)>,
}

const SAM_PROPERTIES: &[&str] = &[
    "FunctionName",
    "Runtime",
    "Handler",
    "Timeout",
    "CodeUri",
    "InlineCode",
    "ImageUri",
    "PackageType",
    "Layers",
    "Events",
    "FunctionUrlConfig",
    "AutoPublishAlias",
    "LoggingConfig",
    "DeadLetterQueue",
    "EventInvokeConfig",
    "Environment",
];
const CFN_PROPERTIES: &[&str] = &[
    "FunctionName",
    "Runtime",
    "Handler",
    "Timeout",
    "Code",
    "PackageType",
    "Layers",
    "LoggingConfig",
    "DeadLetterConfig",
    "Environment",
];

impl Functions {
    pub(super) fn read(scope: &Scope<'_>, globals: &Globals) -> Functions {
        let mut functions = Functions::default();
        for resource in &scope.template.resources {
            let (properties, sam) = match resource.resource_type {
                "AWS::Serverless::Function" => (SAM_PROPERTIES, true),
                "AWS::Lambda::Function" => (CFN_PROPERTIES, false),
                _ => continue,
            };
            if !exists(scope, resource) {
                continue;
            }
            let mut value = properties_of(scope, resource, properties);
            if sam {
                value = globals.merged("Function", value, resource);
            }
            functions.add(scope, resource, &value, sam);
        }
        for resource in &scope.template.resources {
            match resource.resource_type {
                "AWS::Lambda::Alias" | "AWS::Lambda::Version" if exists(scope, resource) => {
                    let value = properties_of(scope, resource, &["FunctionName", "Name"]);
                    let function = value.get("FunctionName").and_then(Value::as_scalar);
                    let function = function
                        .and_then(|s| target::function(s, 0, s.text.as_str().len(), &functions).logical_id);
                    if let Some(function) = function {
                        let name = value.get("Name").and_then(Value::as_str).map(str::to_string);
                        functions.aliases.insert(resource.id().to_string(), (function, name));
                    }
                }
                _ => {}
            }
        }
        for resource in of_type(scope, "AWS::Lambda::EventInvokeConfig") {
            let value = properties_of(scope, resource, &["FunctionName", "DestinationConfig"]);
            let name = value.get("FunctionName").and_then(Value::as_scalar);
            let of = name.and_then(|s| target::function(s, 0, s.text.as_str().len(), &functions).logical_id);
            let index = of.and_then(|id| functions.by_id.get(&id).copied());
            if let Some(function) = index.and_then(|index| functions.list.get_mut(index)) {
                function.keeps_failed_events |= has_on_failure(&value);
            }
        }
        for resource in scope.template.resources.iter().filter(|r| r.resource_type == "AWS::Lambda::Url") {
            if exists(scope, resource) {
                let value =
                    properties_of(scope, resource, &["TargetFunctionArn", "AuthType", "Cors", "InvokeMode"]);
                let of = |v: &Value| target::read(v, true, &functions);
                let target = value.setting("TargetFunctionArn", resource.span(), of);
                functions.urls.push(url(resource.id(), &value, target, resource.span()));
            }
        }
        functions
    }

    fn add(&mut self, scope: &Scope<'_>, resource: &Resource<'_>, value: &Value, sam: bool) {
        let id = resource.id().to_string();
        let at = resource.span();
        let of_logging = |key: &'static str| match value.get("LoggingConfig") {
            Some(config) => config.setting(key, config.span, Value::named),
            None => Setting::absent(at, key),
        };
        let (layers, foreign_layers) = layers(scope, value);
        let function = Function {
            logical_id: id.clone(),
            name: value.setting("FunctionName", at, Value::string),
            runtime: value.setting("Runtime", at, Value::string),
            handler: value.setting("Handler", at, Value::string),
            timeout: value.setting("Timeout", at, seconds),
            log_format: of_logging("LogFormat"),
            log_group: of_logging("LogGroup"),
            code: match asset(resource) {
                Some(path) => Setting::written(Code::Path(path.to_string()), at),
                None if sam => sam_code(value, at),
                None => value.setting("Code", at, cfn_code),
            },
            layers,
            more_code: foreign_layers || builds_by_itself(resource),
            keeps_failed_events: keeps_failed_events(value),
            can_stream: can_stream(value),
            span: at,
        };
        if let Ok((Some(name), _)) = function.name.optional() {
            self.by_name.insert(name.clone(), id.clone());
        }
        if let Some(config) = value.member("FunctionUrlConfig") {
            let alias = value.get("AutoPublishAlias").and_then(Value::as_str).map(str::to_string);
            let function = FunctionRef { logical_id: Some(id.clone()), name: id.clone(), qualifier: alias };
            let place = config.key.span();
            self.urls.push(url(
                &id,
                &config.value,
                Setting::written(Target::Function(function), place),
                place,
            ));
        }
        if let Some(events) = value.get("Events") {
            self.events.push((id.clone(), events.clone()));
        }
        self.by_id.insert(id, self.list.len());
        self.list.push(function);
    }

    /// Whether a logical id is that of a function, an alias or a version.
    pub(super) fn knows(&self, logical_id: &str) -> bool {
        self.by_id.contains_key(logical_id) || self.aliases.contains_key(logical_id)
    }

    /// The function behind a logical id, and the alias if the id is one's.
    pub(super) fn behind(&self, logical_id: &str) -> Option<(String, Option<String>)> {
        match self.aliases.get(logical_id) {
            Some(behind) => Some(behind.clone()),
            None => self.by_id.contains_key(logical_id).then(|| (logical_id.to_string(), None)),
        }
    }

    /// The function with this `FunctionName`.
    pub(super) fn named(&self, name: &str) -> Option<String> {
        self.by_name.get(name).cloned()
    }

    /// The APIs of function URLs.
    pub(super) fn urls(&self) -> Vec<Api> {
        self.urls.clone()
    }
}

/// The properties of a resource; an empty mapping where there are none.
pub(super) fn properties_of(scope: &Scope<'_>, resource: &Resource<'_>, keys: &[&str]) -> Value {
    match resource.properties() {
        Some(node) => scope.resolve_some(node, keys),
        None => Value { span: resource.span(), kind: Kind::Map(Vec::new()) },
    }
}

/// Folders of the layers that the template makes itself, and whether there are layers from elsewhere.
fn layers(scope: &Scope<'_>, value: &Value) -> (Vec<String>, bool) {
    let Some(layers) = value.get("Layers") else { return (Vec::new(), false) };
    let made = |layer: &Value| {
        let resource = layer.as_scalar()?.symbols.iter().find_map(|symbol| match &symbol.name {
            Name::Resource { logical_id, .. } => scope.template.resource(logical_id),
            Name::Pseudo(_) | Name::Open(_) => None,
        })?;
        let properties = properties_of(scope, resource, &["ContentUri", "Content"]);
        properties.get("ContentUri").or(properties.get("Content"))?.as_str().map(str::to_string)
    };
    let folders: Vec<Option<String>> = layers.items().iter().map(made).collect();
    let foreign = folders.is_empty() || folders.iter().any(Option::is_none);
    (folders.into_iter().flatten().collect(), foreign)
}

/// Whether `Metadata.BuildMethod` says that a build of the project's own puts the code together: SAM knows the runtimes by name.
fn builds_by_itself(resource: &Resource<'_>) -> bool {
    let method = resource.node.get("Metadata").and_then(|metadata| metadata.get("BuildMethod"));
    method.is_some_and(|method| !method.as_str().is_some_and(|method| method.starts_with("python")))
}

/// Where CDK has put a function's code, beside the template (`aws:asset:path`, written for tools on the same machine).
fn asset<'t>(resource: &Resource<'t>) -> Option<&'t str> {
    let metadata = resource.node.get("Metadata")?;
    let property = metadata.get("aws:asset:property").and_then(Node::as_str);
    let path = metadata.get("aws:asset:path").and_then(Node::as_str)?;
    property.is_none_or(|property| property == "Code").then_some(path)
}

fn sam_code(value: &Value, at: Span) -> Setting<Code> {
    if let Some(inline) = value.get("InlineCode") {
        return inline.text().and_then(|text, span| Setting::written(Code::Inline(text), span));
    }
    if value.get("ImageUri").is_some() || value.get("PackageType").and_then(Value::as_str) == Some("Image") {
        return Setting::written(Code::Elsewhere, at);
    }
    value.setting("CodeUri", at, |uri| match &uri.kind {
        Kind::Map(_) => Setting::written(Code::Elsewhere, uri.span),
        _ => uri.string().and_then(|path, span| {
            let code = if path.starts_with("s3://") { Code::Elsewhere } else { Code::Path(path) };
            Setting::written(code, span)
        }),
    })
}

fn cfn_code(code: &Value) -> Setting<Code> {
    match (&code.kind, code.get("ZipFile")) {
        (_, Some(inline)) => inline.text().and_then(|text, span| Setting::written(Code::Inline(text), span)),
        // Before `package` runs, a folder stands here.
        (Kind::Scalar(_), None) => {
            code.string().and_then(|path, span| Setting::written(Code::Path(path), span))
        }
        _ => Setting::written(Code::Elsewhere, code.span),
    }
}

/// The API of a function URL: one route that takes everything.
fn url(name: &str, config: &Value, target: Setting<Target>, at: Span) -> Api {
    let mut api = empty(name, ApiKind::FunctionUrl, at);
    api.cors = config.setting("Cors", at, cors);
    let transfer_mode = match config.get("InvokeMode").or_else(|| config.get("invokeMode")) {
        Some(mode) => transfer_mode(mode),
        None => Setting::absent(at, "InvokeMode"),
    };
    let mut request = MethodRequest::open(at);
    if let Some(member) = config.member("AuthType").or_else(|| config.member("authType"))
        && member.value.as_str() == Some("AWS_IAM")
    {
        request.authorizer = Setting::written(Authorizer::iam(member.key.span()), member.key.span());
    }
    api.routes.push(Route {
        key: RouteKey::default_route(),
        integration: Integration {
            transfer_mode,
            ..proxy(target, Setting::written("2.0".to_string(), at), at)
        },
        method_responses: Setting::absent(at, "MethodResponses"),
        request,
        rule: None,
        span: at,
    });
    api
}

/// Whether a function may stream its answers; what nobody knows may.
fn can_stream(properties: &Value) -> bool {
    let of_its_own = match properties.get("Runtime") {
        Some(runtime) => {
            runtime.as_str().is_none_or(|r| r.starts_with("nodejs") || r.starts_with("provided"))
        }
        None => true,
    };
    let Some(environment) = properties.get("Environment") else { return of_its_own };
    let Some(variables) = environment.get("Variables") else {
        return of_its_own || environment.open().is_some();
    };
    match variables.get("AWS_LWA_INVOKE_MODE") {
        Some(mode) => mode.as_str().is_none_or(|mode| mode.eq_ignore_ascii_case("response_stream")),
        None => of_its_own || variables.open().is_some(),
    }
}

/// Whether events that a function could not handle are kept somewhere: a dead letter queue, a destination.
fn keeps_failed_events(properties: &Value) -> bool {
    properties.get("DeadLetterConfig").is_some()
        || properties.get("DeadLetterQueue").is_some()
        || properties.get("EventInvokeConfig").is_some_and(has_on_failure)
}

fn has_on_failure(config: &Value) -> bool {
    config.get("DestinationConfig").is_some_and(|destinations| destinations.get("OnFailure").is_some())
}

/// The integration that SAM and function URLs make of a function: a Lambda proxy.
pub(super) fn proxy(
    target: Setting<Target>,
    payload_format_version: Setting<String>,
    at: Span,
) -> Integration {
    Integration {
        integration_type: Setting::written(IntegrationType::AwsProxy, at),
        target,
        http_method: Setting::written("POST".to_string(), at),
        payload_format_version,
        timeout: Setting::absent(at, "TimeoutInMillis"),
        credentials: Setting::absent(at, "Credentials"),
        transfer_mode: Setting::absent(at, "ResponseTransferMode"),
        passthrough_behavior: Setting::absent(at, "PassthroughBehavior"),
        content_handling: Setting::absent(at, "ContentHandling"),
        request_templates: Vec::new(),
        request_parameters: Vec::new(),
        response_parameters: Vec::new(),
        responses: Setting::absent(at, "IntegrationResponses"),
        span: at,
    }
}

/// The API of a function URL that stands alone: `{"invokeMode": …, "cors": {…}}`.
pub(crate) fn url_alone(root: &Node, scope: &Scope<'_>) -> Api {
    let value = scope.resolve(root).unwrap_or(Value { span: root.span, kind: Kind::Null });
    let function = FunctionRef { logical_id: None, name: "function".to_string(), qualifier: None };
    let mut api = url(
        "function URL",
        &value,
        Setting::written(Target::Function(function), root.span),
        root.span.head(),
    );
    if let Some(written) = value.get("cors") {
        api.cors = cors(written);
    }
    api
}
