//! What an authorizer should have checked fails, and it lets the request pass.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "authorizer-fails-open",
    severity: Severity::Error,
    summary: "What an authorizer should have checked fails, and it lets the request pass.",
    docs: include_str!("authorizer_fails_open.md"),
    find: Find::InAuthorizer(find),
};

use candor_gateway::authorizer::Authorization;

fn find(scene: &AuthorizerScene<'_>, findings: &mut Findings) {
    let allowing: Vec<&Path> = scene.answers().filter(|(_, _, reading)| allows(reading)).map(|(path, ..)| path).collect();
    let refusing: Vec<&Path> =
        scene.handler.facts.paths.iter().filter(|path| !allowing.iter().any(|other| std::ptr::eq(*other, *path))).collect();
    // Who refuses nobody has no check that could fail, but for that of a token.
    let checks = |failure: &Caught| !refusing.is_empty() || failure.token;
    // Where the way on from a failure may also end with a refusal, something else has checked the client.
    let checked_elsewhere = |path: &Path, failure: &Caught| {
        let same = |other: &Caught| (other.caught, other.raised) == (failure.caught, failure.raised);
        let on_the_way = |other: Place| other.module == path.at.module && (failure.clause.end..path.at.start).contains(&other.start);
        failure.answered.is_none() && refusing.iter().any(|other| other.failure.as_ref().is_some_and(same) || on_the_way(other.at))
    };
    for path in &allowing {
        let Some(failure) = path.failure.as_ref().filter(|failure| fails_open(failure) && checks(failure) && !checked_elsewhere(path, failure)) else { continue };
        let at = scene.place(failure.answered.unwrap_or(path.at));
        let mut also = vec![
            (scene.place(failure.raised), "what fails".to_string()),
            (scene.place(failure.caught), "is caught here".to_string()),
        ];
        if failure.answered.is_some_and(|answered| answered != path.at) {
            also.push((scene.place(path.at), "and this is what the authorizer returns".to_string()));
        }
        scene.report(&RULE, at, findings, || Claimed {
            at,
            message: format!("{} lets anybody pass when its authorizer fails", scene.route.key),
            label: "allows the request although its check has failed".to_string(),
            remedy: "raise, or deny: `raise Exception(\"Unauthorized\")`, the effect `Deny`, `isAuthorized: False`".to_string(),
            also,
        });
    }
}

fn allows(reading: &answer::Reading) -> bool {
    matches!(reading, answer::Reading::Says(decision) if decision.says == Authorization::Allows)
}

/// Whether a caught failure was the check itself. A clause for one particular mistake of the client's (`except KeyError`) that lets it
/// pass is how a program lets strangers in; what fails beside the check decides nothing.
fn fails_open(failure: &Caught) -> bool {
    let of_the_check = failure.certain || failure.answered.is_some() || failure.token;
    // `ConditionalCheckFailedException`, `NoSuchKey`: what a service says where its answer is no.
    let meant = !failure.broad && (failure.what == Failed::Value || failure.what == Failed::Effect && !failure.certain);
    of_the_check && !meant && failure.lighter.is_none()
}
