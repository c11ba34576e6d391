//! The status that a back end's error said is passed on as the function's own.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "upstream-status-passed-on",
    severity: Severity::Warning,
    summary: "The status that a back end's error said is passed on as the function's own.",
    docs: include_str!("upstream_status_passed_on.md"),
    find: Find::InHandler(find),
};

fn find(scene: &HandlerScene<'_>, findings: &mut Findings) {
    for path in &scene.handler.facts.paths {
        let End::Returned(answer) = &path.end else { continue };
        let Some(status) = answer.shape.entry("statusCode").filter(|_| answer.foreign_status) else { continue };
        // A helper that writes the envelope is not to blame: the clause that gives it the status is.
        let clause = path.failure.as_ref();
        let given = clause.filter(|failure| !failure.clause.holds(&status.at)).and_then(|failure| failure.answered);
        let at = scene.place(given.unwrap_or(status.at));
        let caught = clause.map(|failure| (scene.place(failure.caught), "is caught here".to_string()));
        scene.report(&RULE, RULE.severity, at, findings, || Claimed {
            at,
            message: format!("{} answers with the status that a back end gave the function", scene.route.key),
            label: "a 400 or 403 in here is about the function's own request, and the client is told that it is to blame"
                .to_string(),
            remedy: "answer 502 or 500, or say for each error code which status it is for the client".to_string(),
            also: caught.into_iter().collect(),
        });
    }
}
