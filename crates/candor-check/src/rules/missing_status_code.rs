//! The handler returns an object without a `statusCode`.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "missing-status-code",
    severity: Severity::Error,
    summary: "The handler returns an object without a `statusCode`.",
    docs: include_str!("missing_status_code.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(path), Some(answer), Some(format)) = (scene.path(), scene.answer(), scene.proxy_format()) else {
        return Claim::Passed;
    };
    let Shape::Dict { entries, open: false } = &answer.shape else { return Claim::Passed };
    if answer.shape.entry("statusCode").is_some() || super::status_misspelt::misspelt(&answer.shape).is_some() {
        return Claim::Passed;
    }
    let envelope = entries.iter().any(|entry| ["body", "headers", "isBase64Encoded"].contains(&entry.key.as_str()));
    // Where the gateway refuses bare data, that it does is a finding of its own, whatever failed before.
    let infers = format.infers();
    let tells = answer.tells.is_some() || (infers || envelope) && scene.swallowed().is_some();
    // Plain data is what payload 2.0 is made for, and elsewhere a fault of its own.
    if !envelope && !tells {
        return Claim::Passed;
    }
    let at = scene.place(answer.made.unwrap_or(path.at));
    let status = scene.exchange.response.status.value;
    let severity = if tells || status >= 400 { Severity::Error } else { Severity::Warning };
    let also = scene.swallowed().map(|failure| (scene.place(failure.caught), "what failed is caught here".to_string()));
    scene.report(&RULE, severity, at, findings, || Claimed {
        at,
        message: match (tells, status) {
            (true, ..400) => format!("{} answers {status} around an error object", scene.whose()),
            _ => format!("{} answers {status} to an object without a status", scene.whose()),
        },
        label: "no `statusCode`".to_string(),
        remedy: if tells { "add a `statusCode` of 400 and above" } else { "add `\"statusCode\": 200`" }.to_string(),
        also: also.into_iter().collect(),
    })
}
