//! A failure that was caught is logged, but not as an error: whoever watches for errors does not see it.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "log-without-level",
    severity: Severity::Note,
    summary: "A failure that was caught is logged, but not as an error: whoever watches for errors does not see it.",
    docs: include_str!("log_without_level.md"),
    find: Find::InHandler(find),
};

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    for (path, exchange) in scene.played() {
        let caught = path.failure.as_ref().filter(|f| f.certain && f.logged == Logged::WithoutLevel);
        // What is the client's mistake is no error in the log.
        let Some(failure) = caught.filter(|_| !(400..500).contains(&exchange.response.status.value)) else { continue };
        let at = scene.place(failure.caught);
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: format!("a failure of {} is a line like any other in the log", scene.route.key),
            label: "is printed, or logged below the level ERROR".to_string(),
            remedy: "`logger.exception(...)`: the level ERROR, with the stack".to_string(),
            also: Vec::new(),
        });
    }
}
