//! The handler writes or reads headers of the kind that its target group does not use: they are lost, or not there.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "alb-header-mode",
    severity: Severity::Warning,
    summary: "The handler writes or reads headers of the kind that its target group does not use: they are lost.",
    docs: include_str!("alb_header_mode.md"),
    find: Find::InHandler(find),
};

/// What a load balancer's event and answer call the same in the two modes: with single values, and with lists.
const NAMES: [(&str, &str); 2] =
    [("headers", "multiValueHeaders"), ("queryStringParameters", "multiValueQueryStringParameters")];

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    let multi_value = match scene.proxy_format() {
        Some(ProxyFormat::Alb) => false,
        Some(ProxyFormat::AlbMultiValue) => true,
        Some(_) | None => return,
    };
    // Frameworks look which kind the event has, and answer alike.
    if scene.handler.facts.framework.is_some() {
        return;
    }
    written(scene, multi_value, findings);
    read(scene, multi_value, findings);
}

/// The name that counts, and the one that does not.
fn counting((single, lists): (&'static str, &'static str), multi_value: bool) -> (&'static str, &'static str) {
    if multi_value { (lists, single) } else { (single, lists) }
}

fn mode(scene: &HandlerScene<'_>) -> Vec<(Span, String)> {
    let group = scene.route.target_group();
    group.map(|group| (group.multi_value_headers.span(), "the target group's attributes decide".to_string())).into_iter().collect()
}

fn attribute(multi_value: bool) -> &'static str {
    match multi_value {
        true => "with `lambda.multi_value_headers.enabled`",
        false => "without `lambda.multi_value_headers.enabled`",
    }
}

/// Headers of answers, each once.
fn written(scene: &HandlerScene<'_>, multi_value: bool, findings: &mut Findings) {
    let (counts, lost) = counting(NAMES[0], multi_value);
    let holds = |answer: &Answer, key: &str| {
        answer.shape.entry(key).is_some_and(|entry| match &entry.value {
            Shape::Dict { entries, open } => *open || !entries.is_empty(),
            _ => false,
        })
    };
    let mut told = Vec::new();
    for (_, answer) in scene.answers() {
        let Some(entry) = answer.shape.entry(lost).filter(|_| holds(answer, lost)) else { continue };
        // Whoever writes both is prepared for either mode.
        let may_have_more = matches!(&answer.shape, Shape::Dict { open: true, .. });
        let unusable = answer.shape.entry("statusCode").is_none();
        if holds(answer, counts) || may_have_more || unusable || told.contains(&entry.at) {
            continue;
        }
        told.push(entry.at);
        let at = scene.place(entry.at);
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: format!("{} loses its headers", scene.route.key),
            label: format!("{} a load balancer reads `{counts}` and nothing else", attribute(multi_value)),
            remedy: match multi_value {
                true => "write `multiValueHeaders`, with a list for each header, or switch the attribute off",
                false => "write `headers`, with a text for each header, or switch the attribute on",
            }
            .to_string(),
            also: mode(scene),
        });
    }
}

/// Headers and parameters of events.
fn read(scene: &HandlerScene<'_>, multi_value: bool, findings: &mut Findings) {
    let keys = &scene.handler.facts.event_keys;
    for names in NAMES {
        let (there, absent) = counting(names, multi_value);
        let foreign = || keys.iter().filter(|key| key.key == absent);
        // Who reads both kinds, or asks which it is, is prepared for both.
        if keys.iter().any(|key| key.key == there) || foreign().any(|key| key.asked) {
            continue;
        }
        let Some(key) = foreign().find(|key| key.needed || key.compared) else { continue };
        let at = scene.place(key.at);
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: match key.needed {
                true => format!("{} cannot be served: the handler needs `{absent}`", scene.route.key),
                false => format!("{} takes the wrong way: the handler asks for `{absent}`", scene.route.key),
            },
            label: format!("{} the event has `{there}` in its place", attribute(multi_value)),
            remedy: format!("read `{there}`, or switch the attribute {}", if multi_value { "off" } else { "on" }),
            also: mode(scene),
        });
    }
}
