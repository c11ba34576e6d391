//! An authorizer refuses a client in a way that arrives as a 500.

use super::*;

use candor_handlers::Raised;

pub(super) static RULE: Rule = Rule {
    slug: "authorizer-error-mapped",
    severity: Severity::Warning,
    summary: "An authorizer refuses a client in a way that arrives as a 500.",
    docs: include_str!("authorizer_error_mapped.md"),
    find: Find::InAuthorizer(find),
};

/// The one message of an exception that is a 401 (guide "Use API Gateway Lambda authorizers").
const UNAUTHORIZED: &str = "Unauthorized";

fn find(scene: &AuthorizerScene<'_>, findings: &mut Findings) {
    let remedy = match scene.authorizer.simple_responses.or(&false) {
        Ok((true, _)) => "return `{\"isAuthorized\": False}`: a 403",
        Ok((false, _)) | Err(_) => "`raise Exception(\"Unauthorized\")`, to the letter, for a 401; a policy that denies for a 403",
    };
    let mut report = |place: Place, label: String| {
        let at = scene.place(place);
        scene.report(&RULE, at, findings, || Claimed {
            at,
            message: format!("{} answers 500 where its authorizer refuses a client", scene.route.key),
            label,
            remedy: remedy.to_string(),
            also: Vec::new(),
        });
    };
    for path in &scene.handler.facts.paths {
        if let End::Raised(raised) = &path.end
            && raised.message.as_deref() != Some(UNAUTHORIZED)
            && refuses(raised)
        {
            let said = raised.message.as_deref().unwrap_or(&raised.begins);
            let label = match said {
                "" => format!("only the message `{UNAUTHORIZED}` is a 401: this is a failure of the authorizer's"),
                said => format!("`{}` is not `{UNAUTHORIZED}`: this is a failure of the authorizer's", shortened(said)),
            };
            report(path.at, label);
        }
    }
    // An answer that is a policy on other paths from the same places hangs on what is not known here.
    let answers: Vec<(&Path, answer::Reading)> = scene.answers().map(|(path, _, reading)| (path, reading)).collect();
    let always = |of: &dyn Fn(&Path) -> bool| {
        answers.iter().filter(|(path, _)| of(path)).all(|(_, reading)| matches!(reading, answer::Reading::Malformed(_)))
    };
    for (path, reading) in &answers {
        let answer::Reading::Malformed(malformed) = reading else { continue };
        let place = if always(&|other| other.given() == path.given()) {
            path.given()
        } else if always(&|other| (other.given(), other.at) == (path.given(), path.at)) {
            path.at
        } else {
            continue;
        };
        report(place, format!("no policy: {}", malformed.why));
    }
}

fn shortened(message: &str) -> String {
    match message.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_string(),
    }
}

/// Whether an exception speaks of a client that may not pass, and not of something that broke.
fn refuses(raised: &Raised) -> bool {
    let message = raised.message.as_deref().unwrap_or(&raised.begins).to_ascii_lowercase();
    let class = raised.class.to_ascii_lowercase();
    let has = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    let of_the_client = ["token", "jwt", "header", "signature", "api key", "api_key", "apikey", "credential", "scope"];
    let is_wrong = ["invalid", "missing", "expired", "bad ", "wrong", "malformed", "required", "not valid", "no ", "not found"];
    has(&message, &["unauthori", "not authori", "not allowed", "forbidden", "access denied", "permission denied"])
        || (has(&message, &of_the_client) && has(&message, &is_wrong))
        || has(&class, &["unauthori", "forbidden", "accessdenied", "permissionerror", "invalidtoken", "expiredtoken", "autherror", "authenticationerror", "authorizationerror"])
}
