//! An exception is caught, and the handler goes on to say that all went well.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "swallowed-then-success",
    severity: Severity::Error,
    summary: "An exception is caught, and the handler goes on to say that all went well.",
    docs: include_str!("swallowed_then_success.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(path), Some(failure)) = (scene.path(), scene.swallowed()) else { return Claim::Passed };
    if failure.answered.is_some() || !scene.is_masked() {
        return Claim::Passed;
    }
    let at = scene.place(failure.caught);
    let also = vec![
        (scene.place(failure.raised), "what fails".to_string()),
        (scene.place(path.at), "where the handler says that all went well".to_string()),
    ];
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, scene.severity_of(&RULE, failure), at, findings, || Claimed {
        at,
        message: match failure.lighter {
            Some(Lighter::Report) => {
                format!("{} answers {status} although a report on its work was lost", scene.whose())
            }
            Some(Lighter::Told) => {
                format!("{} answers {status} and tells of what has failed only in a part of its answer", scene.whose())
            }
            None => format!("{} answers {status} although its work has failed", scene.whose()),
        },
        label: "the failure ends here, and the handler goes on".to_string(),
        remedy: match failure.lighter {
            Some(Lighter::Report) => {
                "log it with the level ERROR: the client need not know, whoever watches the metric should"
            }
            Some(Lighter::Told) => "answer with 207, or log it with the level ERROR: no metric counts it",
            None => "raise, or answer with a status of 500 and above",
        }
        .to_string(),
        also,
    })
}
