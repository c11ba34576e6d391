//! The headers have a form that the gateway does not read.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "headers-not-flat",
    severity: Severity::Warning,
    summary: "The headers have a form that the gateway does not read.",
    docs: include_str!("headers_not_flat.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    if !scene.wants_envelope() {
        return Claim::Passed;
    }
    let multi = scene.malformed_entry("multiValueHeaders");
    let Some(entry) = multi.or_else(|| scene.malformed_entry("headers")) else { return Claim::Passed };
    let (multi, strict) = (multi.is_some(), scene.is_alb());
    let guilty = match &entry.value {
        // What becomes of `None` as a header, nobody has recorded; a load balancer takes text only.
        Shape::Dict { entries, .. } => entries.iter().find(|entry| match &entry.value {
            Shape::List { .. } => !multi,
            Shape::Dict { .. } => true,
            Shape::Null => strict,
            Shape::Number(_) | Shape::Bool(_) => multi || strict,
            _ => multi,
        }),
        _ => Some(entry),
    };
    let Some(guilty) = guilty else { return Claim::Passed };
    let at = scene.place(guilty.at);
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} because of the form of `{}`", scene.whose(), entry.key),
        label: match (multi, guilty.key == entry.key) {
            (true, true) | (false, true) => "this is a dictionary where the gateway can use it",
            (true, false) => "a header of `multiValueHeaders` is a list of values",
            (false, false) if strict => "a load balancer takes text for a header, and nothing else",
            (false, false) => "a header is text; several values of one name belong into `multiValueHeaders`",
        }
        .to_string(),
        remedy: match multi {
            true if strict => "write a list of texts",
            true => "write a list of values, or put the header into `headers`",
            false if strict => "write text",
            false => "write text, or put the header into `multiValueHeaders`",
        }
        .to_string(),
        also: Vec::new(),
    })
}
