//! A failure is swallowed and nobody hears of it: neither the client nor the log.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "swallowed-without-log",
    severity: Severity::Warning,
    summary: "A failure is swallowed and nobody hears of it: neither the client nor the log.",
    docs: include_str!("swallowed_without_log.md"),
    find: Find::InHandler(find),
};

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    for (path, exchange) in scene.played() {
        let Some(failure) = path.failure.as_ref().filter(|f| f.certain && f.logged == Logged::Nowhere) else { continue };
        // The client is told.
        if failure.lighter == Some(Lighter::Told) {
            continue;
        }
        // `except DoesNotExist: return {"statusCode": 404}` is an answer, and nothing to be logged, whatever becomes of it.
        if !failure.broad && failure.what != Failed::Effect {
            continue;
        }
        // What the runtime cannot write it logs as an error.
        if matches!(&path.end, End::Returned(answer) if answer.shape.not_json().is_some()) {
            continue;
        }
        if exchange.judge().verdict != Verdict::MaskedFailure || exchange.response.status.value >= 400 {
            continue;
        }
        let at = scene.place(failure.caught);
        let severity = if failure.lighter.is_some() { Severity::Note } else { RULE.severity };
        scene.report(&RULE, severity, at, findings, || Claimed {
            at,
            message: format!("a failure of {} leaves no trace", scene.route.key),
            label: "neither logs nor raises".to_string(),
            remedy: "`logger.exception(...)`, whatever the client is told".to_string(),
            also: vec![(scene.place(failure.raised), "what fails".to_string())],
        });
    }
}
