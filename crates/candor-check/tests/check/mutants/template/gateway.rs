//! What stands around a response: the integration's kind and target, gateway responses, permissions, time, deployment, queues.

use super::super::Broken;
use super::doc::Doc;
use super::mapped::{Target, integrations};

/// Integrations with a function behind them, proxies too: the line of their key.
fn with_function(doc: &Doc<'_>) -> Vec<usize> {
    let mut heads = doc.all("x-amazon-apigateway-integration");
    heads.extend(doc.all("Integration"));
    heads.retain(|head| doc.holds(doc.block(*head), ":lambda:path/"));
    heads
}

/// GET, as the route has it, in place of the POST that Lambda wants.
pub(super) fn method_of_the_route(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |head: usize| {
        let line = doc.child(head, "httpMethod").or(doc.child(head, "IntegrationHttpMethod"))?;
        let new = doc.valued(line, "GET");
        Some(doc.broken(line..line + 1, &[new], &["integration-method-not-post"], [head]))
    };
    with_function(doc).into_iter().filter_map(broken).collect()
}

/// A proxy, with responses that it does not look at.
pub(super) fn mapped_to_proxy(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |i: super::mapped::Integration| {
        let line = doc.child(i.head, "type")?;
        let new = doc.valued(line, if doc.value(line) == "AWS" { "AWS_PROXY" } else { "aws_proxy" });
        Some(doc.broken(line..line + 1, &[new], &["dead-integration-response"], doc.block(i.head)))
    };
    integrations(doc).into_iter().filter(|i| i.target == Target::Lambda).filter_map(broken).collect()
}

/// No proxy, and nothing that says what is to be answered.
pub(super) fn proxy_to_mapped(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |head: usize| {
        let line = doc.child(head, "type")?;
        let new = match doc.value(line) {
            "AWS_PROXY" => "AWS",
            "aws_proxy" => "aws",
            _ => return None,
        };
        let new = doc.valued(line, new);
        Some(doc.broken(line..line + 1, &[new], &["no-default-response"], doc.block(head)))
    };
    with_function(doc).into_iter().filter_map(broken).collect()
}

pub(super) fn asynchronous(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for integration in integrations(doc).iter().filter(|i| i.target == Target::Lambda) {
        let head = integration.head;
        let has = doc.child(head, "requestParameters").or(doc.child(head, "RequestParameters"));
        if has.is_some() {
            continue;
        }
        let key = if doc.key(head) == "Integration" { "RequestParameters" } else { "requestParameters" };
        let new = [
            format!("{}{key}:", doc.margin(head, 2)),
            format!("{}integration.request.header.X-Amz-Invocation-Type: \"'Event'\"", doc.margin(head, 4)),
        ];
        all.push(doc.broken(head + 1..head + 1, &new, &["async-invocation"], doc.block(head)));
    }
    all
}

/// Nobody keeps the events that an asynchronous invocation came to nothing with.
pub(super) fn no_failure_destination(doc: &Doc<'_>) -> Vec<Broken> {
    let Some(header) = doc.lines.iter().position(|line| line.contains("X-Amz-Invocation-Type")) else {
        return Vec::new();
    };
    let Some(head) = doc.all("x-amazon-apigateway-integration").into_iter().rfind(|i| *i < header) else {
        return Vec::new();
    };
    let broken = |line: usize| {
        let function = doc.resource(line).map_or(0..0, |i| doc.block(i));
        let at = doc.block(head).chain(function);
        doc.broken(doc.block(line), &[], &["async-invocation", "async-no-destination"], at)
    };
    doc.all("EventInvokeConfig").into_iter().map(broken).collect()
}

/// Gateway responses: their type, and the line that their settings stand below.
fn gateway_responses<'a>(doc: &Doc<'a>) -> Vec<(&'a str, usize)> {
    let mut heads = doc.all("GatewayResponses");
    heads.extend(doc.all("x-amazon-apigateway-gateway-responses"));
    let mut all: Vec<(&str, usize)> =
        heads.into_iter().flat_map(|i| doc.children(i)).map(|i| (doc.key(i), i)).collect();
    for resource in doc.resources("AWS::ApiGateway::GatewayResponse") {
        let properties = doc.child(resource, "Properties");
        let kind = properties.and_then(|p| doc.child(p, "ResponseType"));
        all.extend(kind.zip(properties).map(|(kind, properties)| (doc.value(kind), properties)));
    }
    all
}

fn with_status(doc: &Doc<'_>, head: usize, status: &str, rules: &[&'static str]) -> Broken {
    let at: Vec<usize> = doc.resource(head).into_iter().chain(doc.block(head)).collect();
    if let Some(line) = doc.child(head, "statusCode") {
        return doc.broken(line..line + 1, &[doc.valued(line, status)], rules, at);
    }
    let openapi = doc.child(head, "responseTemplates").is_some_and(|i| doc.key(i).starts_with('r'));
    let key = if openapi { "statusCode" } else { "StatusCode" };
    let new = format!("{}{key}: {status}", doc.margin(head, 2));
    doc.broken(head + 1..head + 1, &[new], rules, at)
}

pub(super) fn gateway_response_200(doc: &Doc<'_>) -> Vec<Broken> {
    let responses = gateway_responses(doc).into_iter();
    responses.map(|(_, head)| with_status(doc, head, "200", &["gateway-response-2xx"])).collect()
}

pub(super) fn gateway_response_flat(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |(kind, head): (&str, usize)| match kind {
        "DEFAULT_4XX" => Some(with_status(doc, head, "400", &["gateway-response-flattened"])),
        "DEFAULT_5XX" => Some(with_status(doc, head, "500", &["gateway-response-flattened"])),
        _ => None,
    };
    gateway_responses(doc).into_iter().filter_map(broken).collect()
}

pub(super) fn gateway_response_without_cors(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for (_, head) in gateway_responses(doc) {
        let Some(line) = doc.child(head, "ResponseParameters") else { continue };
        let api = doc.resource(head).map_or(0..0, |i| doc.block(i));
        all.push(doc.broken(doc.block(line), &[], &["gateway-response-no-cors"], api));
    }
    all
}

/// Neither the message nor a request id; or a message in quotes that it already has.
pub(super) fn gateway_response_says_nothing(doc: &Doc<'_>) -> Vec<Broken> {
    let texts = ["'{\"message\": \"error\"}'", "'{\"message\": \"$context.error.messageString\"}'"];
    let mut texts = texts.iter().cycle();
    let mut all = Vec::new();
    for (kind, head) in gateway_responses(doc) {
        let Some(line) = doc.within(doc.block(head), "application/json") else { continue };
        if !kind.starts_with("DEFAULT_") {
            continue;
        }
        let new = doc.valued(line, texts.next().unwrap_or(&""));
        all.push(doc.broken(line..line + 1, &[new], &["gateway-response-opaque"], doc.block(head)));
    }
    all
}

/// Where a function is missed that the gateway may not call: where it is called, and where it is made.
fn mentions(doc: &Doc<'_>, function: &str) -> Vec<usize> {
    let calls = with_function(doc).into_iter().flat_map(|head| {
        let block = doc.block(head);
        let calls = doc.holds(block.clone(), &format!("${{{function}."));
        if calls { block } else { 0..0 }
    });
    let named = (0..doc.lines.len()).filter(|i| {
        let line = doc.lines[*i];
        doc.key(*i) == function
            || line.contains(&format!("!GetAtt {function}."))
            || line.ends_with(&format!("!Ref {function}"))
    });
    calls.chain(named).collect()
}

pub(super) fn remove_permission(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |resource: usize| {
        let name = doc.within(doc.block(resource), "FunctionName")?;
        let function = doc.value(name).strip_prefix("!Ref ")?;
        Some(doc.broken(doc.block(resource), &[], &["missing-permission"], mentions(doc, function)))
    };
    doc.resources("AWS::Lambda::Permission").into_iter().filter_map(broken).collect()
}

/// The permission is for another route.
pub(super) fn permission_elsewhere(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |resource: usize| {
        let block = doc.block(resource);
        let name = doc.within(block.clone(), "FunctionName")?;
        let function = doc.value(name).strip_prefix("!Ref ")?;
        let line = doc.within(block.clone(), "SourceArn")?;
        let api = doc.lines[line].rfind("}/")?;
        let new = format!("{}/*/PATCH/elsewhere", &doc.lines[line][..=api]);
        let at = mentions(doc, function).into_iter().chain(block);
        Some(doc.broken(line..line + 1, &[new], &["missing-permission"], at))
    };
    doc.resources("AWS::Lambda::Permission").into_iter().filter_map(broken).collect()
}

/// Longer than any gateway waits.
pub(super) fn function_timeout(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for line in doc.all("Timeout") {
        let resource = doc.resource(line).map(|i| doc.block(i));
        let elsewhere =
            resource.is_some_and(|r| doc.holds(r.clone(), "Type: SQS") || doc.holds(r, "EventInvokeConfig:"));
        if !elsewhere {
            let new = doc.valued(line, "60");
            all.push(doc.broken(line..line + 1, &[new], &["function-outlives-gateway"], [line]));
        }
    }
    all
}

pub(super) fn integration_timeout(doc: &Doc<'_>) -> Vec<Broken> {
    let rules = &["integration-timeout-too-short", "function-outlives-gateway"];
    let broken = |line: usize| doc.broken(line..line + 1, &[doc.valued(line, "2000")], rules, [line]);
    doc.all("TimeoutInMillis").into_iter().map(broken).collect()
}

pub(super) fn cloudfront_200(doc: &Doc<'_>) -> Vec<Broken> {
    let broken = |line: usize| {
        let item = doc.parent(line).unwrap_or(line);
        doc.broken(line..line + 1, &[doc.valued(line, "200")], &["cloudfront-error-to-200"], [item, line - 1])
    };
    doc.all("ResponseCode").into_iter().map(broken).collect()
}

/// The deployment does not wait for one of the methods.
pub(super) fn deploy_too_early(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for resource in doc.resources("AWS::ApiGateway::Deployment") {
        let Some(line) = doc.child(resource, "DependsOn") else { continue };
        let Some((_, rest)) = doc.value(line).split_once(", ") else { continue };
        let new = doc.valued(line, &format!("[{rest}"));
        all.push(doc.broken(line..line + 1, &[new], &["alias-not-deployed"], doc.block(resource)));
    }
    all
}

/// The function's name comes from a variable that the stage does not have.
pub(super) fn target_by_stage_variable(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for head in with_function(doc) {
        let Some(line) = doc.block(head).find(|i| doc.lines[*i].contains("/functions/${")) else { continue };
        let Some((before, rest)) = doc.lines[line].split_once("/functions/${") else { continue };
        let Some((_, after)) = rest.split_once('}') else { continue };
        let target = "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${!stageVariables.target}";
        let new = format!("{before}/functions/{target}{after}");
        all.push(doc.broken(line..line + 1, &[new], &["missing-target"], doc.block(head)));
    }
    all
}

/// Where it shows that what a queue takes in may be lost.
fn around_queues(doc: &Doc<'_>) -> Vec<usize> {
    let fronts = integrations(doc).into_iter().filter(|i| i.target == Target::Service);
    let fronts = fronts.map(|i| doc.block(i.head)).filter(|block| doc.holds(block.clone(), ":sqs:path/"));
    let queues = doc.resources("AWS::SQS::Queue").into_iter().map(|i| doc.block(i));
    let readers = doc.all("Type").into_iter().filter(|i| doc.value(*i) == "SQS");
    let readers = readers.filter_map(|i| doc.parent(i)).map(|i| doc.block(i));
    fronts.chain(queues).chain(readers).flatten().collect()
}

pub(super) fn no_dead_letters(doc: &Doc<'_>) -> Vec<Broken> {
    let lines = doc.all("RedrivePolicy").into_iter();
    lines.map(|i| doc.broken(doc.block(i), &[], &["queue-front-no-dlq"], around_queues(doc))).collect()
}

pub(super) fn no_partial_batch(doc: &Doc<'_>) -> Vec<Broken> {
    let lines = doc.all("FunctionResponseTypes").into_iter();
    lines.map(|i| doc.broken(doc.block(i), &[], &["queue-front-no-dlq"], around_queues(doc))).collect()
}

/// A health route that asks nobody.
pub(super) fn mock_health(doc: &Doc<'_>) -> Vec<Broken> {
    let mut all = Vec::new();
    for path in doc.all("/health") {
        let block = doc.block(path);
        let Some(head) = doc.within(block.clone(), "x-amazon-apigateway-integration") else { continue };
        let margin = |more| doc.margin(head, more);
        let new = [
            format!("{}type: mock", margin(2)),
            format!("{}requestTemplates: {{application/json: '{{\"statusCode\": 200}}'}}", margin(2)),
            format!("{}responses: {{default: {{statusCode: \"200\"}}}}", margin(2)),
        ];
        all.push(doc.broken(head + 1..doc.block(head).end, &new, &["mock-health"], block));
    }
    all
}
