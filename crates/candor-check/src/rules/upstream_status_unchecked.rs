//! An HTTP request is made, and nobody looks at the status of its response.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "upstream-status-unchecked",
    severity: Severity::Warning,
    summary: "An HTTP request is made, and nobody looks at the status of its response.",
    docs: include_str!("upstream_status_unchecked.md"),
    find: Find::InHandler(find),
};

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    for call in scene.handler.facts.unchecked.iter().filter(|call| call.watch == Watch::Status) {
        let severity = match call.passed_on {
            _ if call.defaulted || call.told_the_same => RULE.severity,
            true => Severity::Error,
            // What is read and goes no further may be worth nothing to the client.
            false if call.reads => Severity::Note,
            false => RULE.severity,
        };
        let at = scene.place(call.at);
        scene.report(&RULE, severity, at, findings, || Claimed {
            at,
            message: match call.passed_on {
                _ if call.defaulted => {
                    format!("{} answers a success with a default when another server has refused", scene.route.key)
                }
                _ if call.told_the_same => {
                    format!("{} answers the same when another server has refused the request", scene.route.key)
                }
                true => format!("{} hands on the error page of another server as a success", scene.route.key),
                false => format!("{} answers a success when another server has refused the request", scene.route.key),
            },
            label: match call.defaulted {
                true => format!("the status of `{}` is looked at, and the client gets a default for what is missing", call.operation),
                false if call.told_the_same => {
                    format!("the status of `{}` is looked at, and nothing comes of it for the client", call.operation)
                }
                false => {
                    format!("`{}` does not raise for a status of 400 and above, and nobody looks at it", call.operation)
                }
            },
            remedy: match call.operation.starts_with("urllib3") {
                _ if call.defaulted => "answer with 502, or say in the answer what is missing",
                _ if call.told_the_same => "answer with 502 where it refused: a line in the log is nothing to the client",
                true => "look at `.status` of the response",
                false => "call `raise_for_status()` on the response, or look at its status",
            }
            .to_string(),
            also: Vec::new(),
        });
    }
}
