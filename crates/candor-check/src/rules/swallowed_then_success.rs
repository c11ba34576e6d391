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
    let lighter = failure.lighter.map(Scene::said_of);
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, scene.severity_of(&RULE, failure), at, findings, || Claimed {
        at,
        message: match lighter {
            Some((said, _)) => format!("{} answers {status} {said}", scene.whose()),
            None => format!("{} answers {status} although its work has failed", scene.whose()),
        },
        label: "the failure ends here, and the handler goes on".to_string(),
        remedy: lighter.map_or("raise, or answer with a status of 500 and above", |(_, remedy)| remedy).to_string(),
        also,
    })
}
