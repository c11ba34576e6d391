//! What the function behind an authorizer answers: a policy, or a simple response (HTTP APIs).
//!
//! Sources: guide "Output from an API Gateway Lambda authorizer" (the policy, `context` without lists and objects), guide "Control access to HTTP APIs
//! with AWS Lambda authorizers" (simple responses); what a policy's patterns match: IAM guide, "IAM JSON policy elements". Reported from the
//! field: a `context` with an object in it is a malformed answer.

use candor_contract::ApiKind;
use candor_contract::json::Json;
use candor_contract::outcome::Payload;
use candor_contract::payload::Malformed;

use super::{Authorization, Decision, Granted};
use crate::api::Authorizer;
use crate::wildcard::is_like;

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// This.
    Says(Decision),
    /// It is no policy.
    Malformed(Malformed),
    /// It hangs on the part at this JSON pointer, which nobody knows.
    Undecided(String),
}

/// Reads an answer. `method_arn`: the method that the client called; without it every resource that a policy names is taken to be
/// meant, and so is one that nobody knows.
pub fn read(authorizer: &Authorizer, kind: ApiKind, payload: &Payload, method_arn: Option<&str>) -> Reading {
    let undecided = |pointer: &str| Reading::Undecided(pointer.to_string());
    if payload.hides("") {
        return undecided("");
    }
    let Some(json @ Json::Object(_)) = payload.json() else {
        return malformed("", "the answer is no object");
    };
    let simple = match authorizer.simple_responses.or(&false) {
        Ok((simple, _)) => *simple && kind == ApiKind::Http,
        Err(_) => return undecided(""),
    };
    let says = if simple {
        match json.get("isAuthorized") {
            _ if payload.hides("/isAuthorized") => return undecided("/isAuthorized"),
            Some(Json::Bool(true)) => Authorization::Allows,
            Some(Json::Bool(false)) => Authorization::Denies,
            None => return malformed("", "`isAuthorized` is missing"),
            // What AWS makes of another value nobody here has seen.
            Some(_) => return undecided("/isAuthorized"),
        }
    } else {
        match policy(json, payload, method_arn) {
            Ok(says) => says,
            Err(reading) => return reading,
        }
    };
    let context = match json.get("context") {
        _ if payload.hides("/context") => Vec::new(),
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Object(context)) => context.clone(),
        Some(_) => return malformed("/context", "`context` is no object"),
    };
    if kind == ApiKind::Rest {
        for (key, value) in &context {
            let pointer = format!("/context/{}", key.replace('~', "~0").replace('/', "~1"));
            if matches!(value, Json::Array(_) | Json::Object(_)) && payload.shows_kind(&pointer) {
                return malformed(&pointer, "a value of `context` is a list or an object");
            }
        }
    }
    let principal_id = json.get("principalId").and_then(Json::as_str).map(str::to_string);
    Reading::Says(Decision { says, granted: Some(Granted::Function { principal_id, context }) })
}

fn malformed(pointer: &str, why: &str) -> Reading {
    Reading::Malformed(Malformed { pointer: pointer.to_string(), why: why.to_string() })
}

/// What a policy says of a call: a statement that denies it wins, one that allows it is needed.
fn policy(json: &Json, payload: &Payload, method_arn: Option<&str>) -> Result<Authorization, Reading> {
    const DOCUMENT: &str = "/policyDocument";
    if payload.hides(DOCUMENT) {
        return Err(Reading::Undecided(DOCUMENT.to_string()));
    }
    let Some(document) = json.get("policyDocument") else {
        return Err(malformed("", "`policyDocument` is missing"));
    };
    let at = format!("{DOCUMENT}/Statement");
    if payload.hides(&at) {
        return Err(Reading::Undecided(at));
    }
    let statements: Vec<(String, &Json)> = match document.get("Statement") {
        Some(Json::Array(items)) => {
            items.iter().enumerate().map(|(i, item)| (format!("{at}/{i}"), item)).collect()
        }
        Some(one @ Json::Object(_)) => vec![(at, one)],
        Some(_) | None => return Err(malformed(DOCUMENT, "the policy has no statements")),
    };
    let mut says = Authorization::Ignores;
    for (at, statement) in statements {
        let part = |key: &str| format!("{at}/{key}");
        if payload.hides(&at) || payload.hides(&part("Effect")) {
            return Err(Reading::Undecided(part("Effect")));
        }
        let effect = match statement.get("Effect").and_then(Json::as_str) {
            Some("Allow") => Authorization::Allows,
            Some("Deny") => Authorization::Denies,
            Some(_) | None => {
                return Err(malformed(&part("Effect"), "a statement neither allows nor denies"));
            }
        };
        let decides_by = ["Condition", "NotAction", "NotResource"];
        if let Some(key) = decides_by.into_iter().find(|key| statement.get(key).is_some()) {
            return Err(Reading::Undecided(part(key)));
        }
        let meant = |key: &str, wanted: Option<&str>| {
            let Some(wanted) = wanted.filter(|_| !payload.hides_some_of(&part(key))) else { return true };
            let patterns: Vec<&str> = match statement.get(key) {
                Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).collect(),
                Some(one) => one.as_str().into_iter().collect(),
                None => Vec::new(),
            };
            patterns.into_iter().any(|pattern| fits(pattern, wanted))
        };
        if meant("Action", Some("execute-api:invoke")) && meant("Resource", method_arn) {
            says = match (says, effect) {
                (Authorization::Denies, _) | (_, Authorization::Denies) => Authorization::Denies,
                (_, effect) => effect,
            };
        }
    }
    Ok(says)
}

/// Whether a policy's pattern takes a text. Casing is looked at in ARNs only.
fn fits(pattern: &str, text: &str) -> bool {
    match text.starts_with("arn:") {
        true => is_like(pattern, text),
        false => is_like(&pattern.to_ascii_lowercase(), text),
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_of_policies() {
        let arn = "arn:aws:execute-api:us-east-1:123456789012:a1/prod/GET/orders/17";
        for (pattern, taken) in [
            ("*", true),
            (arn, true),
            ("arn:aws:execute-api:*:*:a1/prod/*/orders/*", true),
            ("arn:aws:execute-api:*:*:a1/prod/GET/orders/??", true),
            ("arn:aws:execute-api:*:*:a1/prod/GET/orders/?", false),
            ("arn:aws:execute-api:*:*:a1/prod/get/orders/17", false),
            ("arn:aws:execute-api:*:*:a1/prod/GET/orders", false),
        ] {
            assert_eq!(fits(pattern, arn), taken, "{pattern}");
        }
        assert!(fits("execute-api:Inv*", "execute-api:invoke"));
        assert!(!fits("lambda:*", "execute-api:invoke"));
    }
}
