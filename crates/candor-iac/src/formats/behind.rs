//! What works behind an API's back: queues and who reads them, deployments and what they wait for.

use std::collections::{HashMap, HashSet};

use crate::formats::alarms::names;
use crate::formats::exists;
use crate::formats::functions::{Functions, properties_of};
use crate::formats::surroundings::of_type;
use crate::formats::target;
use crate::project::{Deployment, Poller, Queue};
use crate::syntax::Node;
use crate::template::Resource;
use crate::template::intrinsics::Scope;
use crate::value::{Name, Value};

/// The queues of SQS.
pub(super) fn queues(scope: &Scope<'_>) -> Vec<Queue> {
    let read = |resource: &Resource<'_>| {
        let value = properties_of(scope, resource, &["RedrivePolicy"]);
        Queue {
            logical_id: resource.id().to_string(),
            has_redrive_policy: value.get("RedrivePolicy").is_some(),
            span: resource.span(),
        }
    };
    of_type(scope, "AWS::SQS::Queue").map(read).collect()
}

const MAPPING: &[&str] =
    &["EventSourceArn", "FunctionName", "BatchSize", "FunctionResponseTypes", "DestinationConfig"];

/// Functions that Lambda feeds from queues and streams: event source mappings, and SAM's events that become some.
pub(super) fn pollers(scope: &Scope<'_>, functions: &Functions) -> Vec<Poller> {
    let mut all = Vec::new();
    for resource in of_type(scope, "AWS::Lambda::EventSourceMapping") {
        let value = properties_of(scope, resource, MAPPING);
        let name = value.get("FunctionName").and_then(Value::as_scalar);
        let function = name.and_then(|s| target::function(s, 0, s.text.as_str().len(), functions).logical_id);
        let source = value.get("EventSourceArn").and_then(Value::as_scalar);
        let named = source.and_then(|s| {
            s.symbols.iter().find_map(|symbol| match &symbol.name {
                Name::Resource { logical_id, .. } => scope.template.resource(logical_id),
                Name::Pseudo(_) | Name::Open(_) => None,
            })
        });
        let of_stream = named.is_some_and(|named| named.resource_type == "AWS::Kinesis::Stream");
        all.push(poller(&value, "EventSourceArn", function, of_stream, resource.span()));
    }
    for (function, events) in &functions.events {
        for event in events.members() {
            let kind = event.value.get("Type").and_then(Value::as_str);
            let Some(properties) = event.value.get("Properties") else { continue };
            let source = match kind {
                Some("SQS") => "Queue",
                Some("Kinesis") => "Stream",
                _ => continue,
            };
            all.push(poller(
                properties,
                source,
                Some(function.clone()),
                source == "Stream",
                event.key.span(),
            ));
        }
    }
    all
}

fn poller(
    value: &Value,
    source: &'static str,
    function: Option<String>,
    of_stream: bool,
    span: candor_gateway::span::Span,
) -> Poller {
    let types = value.get("FunctionResponseTypes").map_or(&[][..], Value::items);
    Poller {
        function,
        of_stream,
        keeps_failed_records: value.get("DestinationConfig").is_some_and(|d| d.get("OnFailure").is_some()),
        source: value.setting(source, span, Value::named),
        batch_size: value.setting("BatchSize", span, |v| v.parsed("number", |text| text.parse().ok())),
        reports_batch_item_failures: types.iter().any(|t| t.as_str() == Some("ReportBatchItemFailures")),
        span,
    }
}

/// The deployments of REST APIs whose methods are resources of their own.
pub(super) fn deployments(scope: &Scope<'_>) -> Vec<Deployment> {
    let methods = of_type(scope, "AWS::ApiGateway::Method").filter_map(|r| Some((r, api_of(r)?)));
    let methods: Vec<(&Resource<'_>, &str)> = methods.collect();
    let by_id: HashMap<&str, &Resource<'_>> = scope.template.resources.iter().map(|r| (r.id(), r)).collect();
    let read = |resource: &Resource<'_>| {
        let waits = waited_for(resource, &by_id);
        let api = api_of(resource)?;
        let misses = methods.iter().filter(|(method, of)| *of == api && !waits.contains(method.id()));
        Some(Deployment {
            logical_id: resource.id().to_string(),
            api: api.to_string(),
            misses: misses.map(|(method, _)| (method.id().to_string(), method.span())).collect(),
            depends_on: resource.node.entry("DependsOn").map(|entry| entry.key.span()),
            span: resource.span(),
        })
    };
    let existing = scope.template.resources.iter().filter(|r| exists(scope, r));
    existing.filter(|r| r.resource_type == "AWS::ApiGateway::Deployment").filter_map(read).collect()
}

/// The logical id behind `RestApiId`, where it is a plain reference.
fn api_of<'t>(resource: &Resource<'t>) -> Option<&'t str> {
    let mut found = None;
    names(resource.properties()?.get("RestApiId")?, &mut |name| found = Some(name));
    found
}

/// All resources that CloudFormation makes before this one: what it depends on and refers to, and what these do.
fn waited_for<'t>(resource: &Resource<'t>, by_id: &HashMap<&'t str, &Resource<'t>>) -> HashSet<&'t str> {
    let mut waits = HashSet::new();
    let mut open = vec![*resource];
    while let Some(resource) = open.pop() {
        let nodes: [Option<&'t Node>; 2] = [resource.properties(), resource.node.get("DependsOn")];
        for node in nodes.into_iter().flatten() {
            names(node, &mut |name| {
                if let Some(other) = by_id.get(name)
                    && waits.insert(name)
                {
                    open.push(**other);
                }
            });
        }
    }
    waits
}
