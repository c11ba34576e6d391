//! An exception is caught, and the clause that caught it answers with a success.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "swallowed-returns-200",
    severity: Severity::Error,
    summary: "An exception is caught, and the clause that caught it answers with a success.",
    docs: include_str!("swallowed_returns_200.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(path), Some(failure)) = (scene.path(), scene.swallowed()) else { return Claim::Passed };
    let Some(answered) = failure.answered.filter(|_| scene.is_masked()) else { return Claim::Passed };
    let at = scene.place(answered);
    let mut also = vec![
        (scene.place(failure.raised), "what fails".to_string()),
        (scene.place(failure.caught), "is caught here".to_string()),
    ];
    if path.at != answered {
        also.push((scene.place(path.at), "and this is what the handler returns".to_string()));
    }
    let lighter = failure.lighter.map(Scene::said_of);
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, scene.severity_of(&RULE, failure), at, findings, || Claimed {
        at,
        message: match lighter {
            Some((said, _)) => format!("{} answers {status} {said}", scene.whose()),
            None => format!("{} answers {status} when its work has failed", scene.whose()),
        },
        label: "an `except` clause that answers with a success".to_string(),
        remedy: lighter.map_or("answer with a status of 500 and above, or raise", |(_, remedy)| remedy).to_string(),
        also,
    })
}
