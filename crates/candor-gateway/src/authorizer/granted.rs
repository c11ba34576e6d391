//! What an authorizer hands on about the client: `requestContext.authorizer` of an event, `$context.authorizer` of templates and logs.
//!
//! Sources: guides "Use API Gateway Lambda authorizers" and "Output from an API Gateway Lambda authorizer" (`principalId`; values arrive as
//! texts), "Create AWS Lambda proxy integrations for HTTP APIs" (both payload formats), Lambda guide "Invoking Lambda function URLs" (`iam`).
//! Reported from the field: `integrationLatency` in events of REST APIs, `claims` and `scopes` beside a function's context in payload 1.0, `scopes`
//! that are null where the route asks for none, and lists among claims.

use candor_contract::json::Json;
use candor_vtl::Value;

use crate::api::AuthorizerType;
use crate::request::Ambient;

/// What an authorizer knows about a client that it let pass.
#[derive(Clone, Debug, PartialEq)]
pub enum Granted {
    /// A function said it.
    Function {
        /// `principalId`
        principal_id: Option<String>,
        /// `context`
        context: Vec<(String, Json)>,
    },
    /// The token of a user pool says it.
    UserPool {
        /// What the token claims.
        claims: Vec<(String, Json)>,
    },
    /// A JSON Web Token says it (HTTP APIs).
    Jwt {
        /// What the token claims.
        claims: Vec<(String, Json)>,
        /// Its scopes, where the route asks for some.
        scopes: Option<Vec<String>>,
    },
    /// The signature says it.
    Iam(Signer),
}

/// Who signed a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The access key.
    pub access_key: String,
    /// The account.
    pub account_id: String,
    /// The caller's id, the user's as well.
    pub caller_id: String,
    /// The user's ARN.
    pub user_arn: String,
}

/// Which event it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// That of a REST API.
    Rest,
    /// Payload 1.0.
    Http1,
    /// Payload 2.0.
    Http2,
}

impl Granted {
    /// What an authorizer of this type hands on where nothing is said of it.
    pub fn example(authorizer_type: AuthorizerType, ambient: &Ambient) -> Granted {
        let claims = || vec![("sub".to_string(), Json::string("client"))];
        match authorizer_type {
            AuthorizerType::Function => {
                Granted::Function { principal_id: Some("client".to_string()), context: Vec::new() }
            }
            AuthorizerType::UserPool => Granted::UserPool { claims: claims() },
            AuthorizerType::Jwt => Granted::Jwt { claims: claims(), scopes: None },
            AuthorizerType::Iam => Granted::Iam(Signer {
                access_key: "AKIAIOSFODNN7EXAMPLE".to_string(),
                account_id: ambient.account_id.clone(),
                caller_id: "AIDACKCEVSQ6C2EXAMPLE".to_string(),
                user_arn: ambient.user_arn(),
            }),
        }
    }

    /// Reads what a token claims, or who signed: an object of claims, or one with `claims` and `scopes`; `accessKey`, `accountId`,
    /// `callerId`, `userArn` of IAM, of which none is needed. What a function answers is read by [`super::answer::read`].
    ///
    /// # Errors
    /// What is wrong with it, as a clause.
    pub fn read(
        authorizer_type: AuthorizerType,
        told: &Json,
        ambient: &Ambient,
    ) -> Result<Granted, &'static str> {
        let Json::Object(members) = told else { return Err("it is no object") };
        let claims = match told.get("claims") {
            None => members.clone(),
            Some(Json::Object(claims)) => claims.clone(),
            Some(_) => return Err("`claims` is no object"),
        };
        let scopes = match told.get("scopes").filter(|_| told.get("claims").is_some()) {
            None | Some(Json::Null) => None,
            Some(Json::Array(scopes)) => {
                Some(scopes.iter().filter_map(Json::as_str).map(str::to_string).collect())
            }
            Some(_) => return Err("`scopes` is no list"),
        };
        let example = Granted::example(authorizer_type, ambient);
        let text = |key: &str, or: String| told.get(key).and_then(Json::as_str).map_or(or, str::to_string);
        Ok(match example {
            Granted::Function { .. } => return Err("it is a function that decides"),
            Granted::UserPool { .. } => Granted::UserPool { claims },
            Granted::Jwt { .. } => Granted::Jwt { claims, scopes },
            Granted::Iam(signer) => Granted::Iam(Signer {
                access_key: text("accessKey", signer.access_key),
                account_id: text("accountId", signer.account_id),
                caller_id: text("callerId", signer.caller_id),
                user_arn: text("userArn", signer.user_arn),
            }),
        })
    }

    /// Who signed the request, where it was signed.
    pub(crate) fn signer(&self) -> Option<&Signer> {
        match self {
            Granted::Iam(signer) => Some(signer),
            Granted::Function { .. } | Granted::UserPool { .. } | Granted::Jwt { .. } => None,
        }
    }

    /// The member `authorizer` of an event's `requestContext`. A REST API and payload 1.0 tell who signed in `identity`.
    pub(crate) fn in_event(&self, format: Format, ambient: &Ambient) -> Option<Json> {
        let texts = |members: &[(String, Json)], list| {
            members.iter().map(|(name, value)| (name.clone(), Json::String(text(value, list)))).collect()
        };
        Some(match (self, format) {
            (Granted::Function { principal_id, context }, Format::Rest) => {
                let mut members: Vec<(String, Json)> =
                    vec![("principalId".to_string(), principal_id.as_deref().into())];
                members.extend::<Vec<_>>(texts(context, Lists::AsJson));
                let latency = Json::number(ambient.integration_latency_ms);
                members.push(("integrationLatency".to_string(), latency));
                Json::Object(members)
            }
            (Granted::Function { context, .. }, Format::Http1) => {
                let mut members =
                    vec![("claims".to_string(), Json::Null), ("scopes".to_string(), Json::Null)];
                members.extend(context.iter().cloned());
                Json::Object(members)
            }
            (Granted::Function { context, .. }, Format::Http2) => {
                Json::object([("lambda", Json::Object(context.clone()))])
            }
            (Granted::UserPool { claims }, _) => {
                Json::object([("claims", Json::Object(texts(claims, Lists::WithCommas)))])
            }
            (Granted::Jwt { claims, scopes }, format) => {
                let scopes = scopes.as_ref().map(|scopes| {
                    Json::Array(scopes.iter().map(|scope| Json::string(scope.as_str())).collect())
                });
                let jwt = Json::object([
                    ("claims", Json::Object(texts(claims, Lists::InBrackets))),
                    ("scopes", scopes.into()),
                ]);
                match format {
                    Format::Rest | Format::Http1 => jwt,
                    Format::Http2 => Json::object([("jwt", jwt)]),
                }
            }
            (Granted::Iam(_), Format::Rest | Format::Http1) => return None,
            (Granted::Iam(signer), Format::Http2) => {
                let iam = Json::object([
                    ("accessKey", Json::string(signer.access_key.as_str())),
                    ("accountId", Json::string(signer.account_id.as_str())),
                    ("callerId", Json::string(signer.caller_id.as_str())),
                    ("cognitoIdentity", Json::Null),
                    ("principalOrgId", Json::Null),
                    ("userArn", Json::string(signer.user_arn.as_str())),
                    ("userId", Json::string(signer.caller_id.as_str())),
                ]);
                Json::object([("iam", iam)])
            }
        })
    }

    /// The variable `$context.authorizer.<name>`, as text: `principalId`, a key of the context, `claims.<name>`.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let find = |members: &[(String, Json)], name: &str, lists| {
            members.iter().find(|(key, _)| key == name).map(|(_, value)| text(value, lists))
        };
        match self {
            Granted::Function { principal_id, .. } if name == "principalId" => principal_id.clone(),
            Granted::Function { context, .. } => find(context, name, Lists::AsJson),
            Granted::UserPool { claims } => find(claims, name.strip_prefix("claims.")?, Lists::WithCommas),
            Granted::Jwt { claims, .. } => find(claims, name.strip_prefix("claims.")?, Lists::InBrackets),
            Granted::Iam(_) => None,
        }
    }

    /// `$context.authorizer` of mapping templates (REST): every value is a text.
    pub(crate) fn in_template(&self) -> Option<Value> {
        let texts = |members: &[(String, Json)], lists| -> Vec<(String, Value)> {
            members
                .iter()
                .map(|(key, value)| (key.clone(), Value::from(text(value, lists).as_str())))
                .collect()
        };
        match self {
            Granted::Function { principal_id, context } => {
                let mut members = texts(context, Lists::AsJson);
                if let Some(principal_id) = principal_id {
                    members.insert(0, ("principalId".to_string(), Value::from(principal_id.as_str())));
                }
                Some(Value::map(members))
            }
            Granted::UserPool { claims } | Granted::Jwt { claims, .. } => {
                Some(Value::map([("claims", Value::map(texts(claims, Lists::WithCommas)))]))
            }
            Granted::Iam(_) => None,
        }
    }
}

/// How a list reads where every value is a text.
#[derive(Clone, Copy)]
enum Lists {
    /// `["a","b"]`
    AsJson,
    /// `a,b`
    WithCommas,
    /// `[a b]`
    InBrackets,
}

/// A value as text.
fn text(value: &Json, lists: Lists) -> String {
    let joined = |items: &[Json], between: &str| {
        let items: Vec<String> = items.iter().map(|item| text(item, lists)).collect();
        items.join(between)
    };
    match (value, lists) {
        (Json::String(text), _) => text.clone(),
        (Json::Null, _) => String::new(),
        (Json::Array(items), Lists::WithCommas) => joined(items, ","),
        (Json::Array(items), Lists::InBrackets) => format!("[{}]", joined(items, " ")),
        (Json::Array(_) | Json::Object(_) | Json::Bool(_) | Json::Number(_), _) => value.write(),
    }
}
