//! The default response has an error status, and a success takes the default.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "default-is-error",
    severity: Severity::Error,
    summary: "The default response has an error status, and a success takes the default.",
    docs: include_str!("default_is_error.md"),
    find: Find::InAnyExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let Some((_, response, true)) = scene.selected().filter(|_| scene.is_false_alarm()) else { return Claim::Passed };
    let at = response.status.span();
    let status = scene.exchange.response.status.value;
    let endpoint = scene.exchange.endpoint.is_some();
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: match endpoint {
            true => format!("{} answers {status} when what stands behind it succeeds", scene.whose()),
            false => format!("{} answers {status} when the function succeeds", scene.whose()),
        },
        label: match endpoint {
            true => "no pattern takes the status of a success, so it is answered with the default response",
            false => "a success has no error message, so it is answered with the default response",
        }
        .to_string(),
        remedy: match endpoint {
            true => "give the default response the status of a success, and errors patterns: `4\\d{2}` and `5\\d{2}`",
            false => "give the default response the status of a success, and errors a pattern: `(?s).+`",
        }
        .to_string(),
        also: Vec::new(),
    })
}
