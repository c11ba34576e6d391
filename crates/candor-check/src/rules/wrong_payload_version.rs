//! The handler reads keys of another event than the one it gets.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "wrong-payload-version",
    severity: Severity::Warning,
    summary: "The handler reads keys of another event than the one it gets.",
    docs: include_str!("wrong_payload_version.md"),
    find: Find::InHandler(find),
};

/// Keys that only REST APIs and payload 1.0 have.
const FIRST: [&str; 8] = [
    "httpMethod",
    "path",
    "resource",
    "multiValueHeaders",
    "multiValueQueryStringParameters",
    "requestContext.httpMethod",
    "requestContext.resourcePath",
    "requestContext.identity",
];
/// Keys that only payload 2.0 and function URLs have.
const SECOND: [&str; 5] = ["rawPath", "rawQueryString", "routeKey", "cookies", "requestContext.http"];
/// Keys that a load balancer's events have; of the headers `alb-header-mode` speaks.
const LOAD_BALANCER: [&str; 3] = ["httpMethod", "path", "requestContext.elb"];
/// Keys that only the events of API Gateway and of function URLs have.
const NOT_LOAD_BALANCER: [&str; 9] = [
    "rawPath",
    "rawQueryString",
    "routeKey",
    "cookies",
    "requestContext.http",
    "resource",
    "requestContext.httpMethod",
    "requestContext.resourcePath",
    "requestContext.identity",
];

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    let Some(format) = scene.proxy_format() else { return };
    let (own, other, event): (&[&str], &[&str], _) = match format {
        ProxyFormat::RestProxy => (&FIRST, &SECOND, "a REST API's event"),
        ProxyFormat::Http1 => (&FIRST, &SECOND, "an event of payload 1.0"),
        ProxyFormat::Http2 => (&SECOND, &FIRST, "an event of payload 2.0"),
        ProxyFormat::FunctionUrl => (&SECOND, &FIRST, "a function URL's event"),
        ProxyFormat::Alb | ProxyFormat::AlbMultiValue => {
            (&LOAD_BALANCER, &NOT_LOAD_BALANCER, "a load balancer's event")
        }
    };
    let keys = &scene.handler.facts.event_keys;
    let foreign = || keys.iter().filter(|key| other.contains(&key.key.as_str()));
    // Who reads both kinds, or asks which it is, is prepared for both.
    let prepared = keys.iter().any(|key| own.contains(&key.key.as_str()) || key.key == "version");
    if prepared || foreign().any(|key| key.asked) {
        return;
    }
    if let Some(lacking) = &scene.handler.facts.lacking {
        let at = scene.place(lacking.at);
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: format!("{} cannot be served: the handler needs `{}`", scene.route.key, lacking.key),
            label: format!("{event} has no `{}`: this raises", lacking.key),
            remedy: "read what the client sends: `json.loads(event[\"body\"])`, `event[\"queryStringParameters\"]`".to_string(),
            also: vec![(scene.route.integration.span, "what decides on the event".to_string())],
        });
    }
    let mut told: Vec<&str> = Vec::new();
    for key in foreign().filter(|key| key.needed || key.compared) {
        // Once for each key: where it is read first.
        if told.contains(&key.key.as_str()) {
            continue;
        }
        told.push(&key.key);
        let at = scene.place(key.at);
        let name = &key.key;
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: match key.needed {
                true => format!("{} cannot be served: the handler needs `{name}`", scene.route.key),
                false => format!("{} takes the wrong way: the handler asks for `{name}`", scene.route.key),
            },
            label: match key.needed {
                true => format!("{event} has no `{name}`: this raises"),
                false => format!("{event} has no `{name}`: this is always None, or the default"),
            },
            remedy: instead(name, format),
            also: vec![(scene.route.integration.span, "what decides on the event".to_string())],
        });
    }
}

/// Where the same stands in the event that the handler gets.
fn instead(key: &str, format: ProxyFormat) -> String {
    let same = match key {
        "httpMethod" | "requestContext.httpMethod" => "event[\"requestContext\"][\"http\"][\"method\"]",
        "path" => "event[\"rawPath\"]",
        "resource" | "requestContext.resourcePath" => "event[\"routeKey\"]",
        "multiValueHeaders" => "event[\"headers\"]",
        "multiValueQueryStringParameters" => "event[\"queryStringParameters\"]",
        "requestContext.identity" => "event[\"requestContext\"][\"http\"][\"sourceIp\"]",
        "rawPath" => "event[\"path\"]",
        "routeKey" => "event[\"resource\"]",
        "cookies" => "event[\"headers\"]",
        "requestContext.http" => "event[\"httpMethod\"], event[\"path\"]",
        _ => "event[\"queryStringParameters\"]",
    };
    match format {
        ProxyFormat::Http1 | ProxyFormat::Http2 => format!("read {same}, or set the other `PayloadFormatVersion`"),
        ProxyFormat::RestProxy | ProxyFormat::FunctionUrl => format!("read {same}"),
        ProxyFormat::Alb | ProxyFormat::AlbMultiValue => match key {
            "rawPath" | "routeKey" | "resource" | "requestContext.resourcePath" => {
                "read event[\"path\"]".to_string()
            }
            "requestContext.http" | "requestContext.httpMethod" => "read event[\"httpMethod\"]".to_string(),
            "requestContext.identity" => "read the header x-forwarded-for".to_string(),
            _ => format!("read {same}"),
        },
    }
}
