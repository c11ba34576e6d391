//! The body is the JSON of an item that a table was asked for: where there is none, the client gets `null` and a success.

use candor_handlers::Hollow;

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "hollow-not-found",
    severity: Severity::Warning,
    summary: "The body is the JSON of an item that a table was asked for: where there is none, the client gets `null` and a success.",
    docs: include_str!("hollow_not_found.md"),
    find: Find::InExchange(find),
};

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let (Some(path), Some(answer), Some(_)) = (scene.path(), scene.answer(), scene.proxy_format()) else {
        return Claim::Passed;
    };
    let status = scene.exchange.response.status.value;
    let Some(unfound) = answer.unfound.filter(|_| (200..300).contains(&status) && answer.tells.is_none()) else {
        return Claim::Passed;
    };
    let said = match unfound.hollow {
        Hollow::Null => "`null`",
        Hollow::Empty | Hollow::Within if !asks_for_one(scene) => return Claim::Passed,
        Hollow::Empty => "`{}`",
        Hollow::Within => "nothing in it",
    };
    // Where a function makes the answers, whoever calls it knows what it asked for.
    let caller = path.handed.get(1).copied().unwrap_or(path.at);
    let at = scene.place(if path.handed.is_empty() { unfound.at } else { caller });
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} with {said} where the table has no such item", scene.whose()),
        label: "nobody looks whether the item was found".to_string(),
        remedy: "answer 404 where there is none".to_string(),
        also: Vec::new(),
    })
}

/// Whether a route asks for one thing, by a part of its path: an empty answer may be an answer elsewhere.
fn asks_for_one(scene: &Scene<'_>) -> bool {
    scene.route.is_some_and(|route| route.key.path.ends_with('}') && !route.key.path.ends_with("+}"))
}
