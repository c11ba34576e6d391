//! What stands at the door before everything else: an authorizer, and what it says of a request.
//!
//! Sources: AWS knowledge center on 401 and 403 errors with Lambda authorizers (a missing identity source is a 401 without a call; a policy
//! that denies is a 403), guide "Gateway response types" (the types), reports from the field (`null` as message where an authorizer
//! fails, does not answer in time, or answers with what is no policy). Of HTTP APIs: guides "Control access to HTTP APIs with AWS Lambda
//! authorizers" and "with JWT authorizers"; their bodies are reported. Of IAM: guide "Gateway response types" (missing token, invalid signature), knowledge
//! center "403 Missing Authentication Token"; what an HTTP API says is reported.

pub mod answer;
mod granted;

use std::borrow::Cow;

use candor_contract::ApiKind;

use crate::api::{Authorizer, AuthorizerType, GatewayResponseType, IdentitySource};
use crate::exchange::Response;
use crate::gateway_response::{self, Refusal};
use crate::in_flight::{self, Received};
use crate::kinds::{function_url, http};
use crate::request::Request;
use crate::setting::{Cause, Fact, Undecided};
use crate::trace::{Trace, What};

pub(crate) use granted::Format;
pub use granted::{Granted, Signer};

/// What an authorizer decides: whether the request may pass, and what it hands on about the client.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Whether it may pass.
    pub says: Authorization,
    /// What it hands on; without it, an example.
    pub granted: Option<Granted>,
}

impl From<Authorization> for Decision {
    fn from(says: Authorization) -> Decision {
        Decision { says, granted: None }
    }
}

/// What the authorizer of a route says of a request. Told, as the outcome of a function is; a route without one never asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Authorization {
    /// It may pass.
    Allows,
    /// The request lacks what the authorizer knows a client by: it is not asked.
    Unidentified,
    /// A policy denies it, a simple response says `isAuthorized: false`, a token lacks the scope.
    Denies,
    /// A policy says nothing of it.
    Ignores,
    /// The function raised `Unauthorized`, the one error that is no failure; the token or the signature is none.
    Unauthorized,
    /// The function raised anything else, timed out, exited, or may not be invoked.
    Fails,
    /// It answered with what is no policy.
    Malformed,
}

impl Authorization {
    /// All of them.
    pub const ALL: [Authorization; 7] = [
        Authorization::Allows,
        Authorization::Unidentified,
        Authorization::Denies,
        Authorization::Ignores,
        Authorization::Unauthorized,
        Authorization::Fails,
        Authorization::Malformed,
    ];

    /// The public name.
    pub fn slug(self) -> &'static str {
        match self {
            Authorization::Allows => "allows",
            Authorization::Unidentified => "unidentified",
            Authorization::Denies => "denies",
            Authorization::Ignores => "ignores",
            Authorization::Unauthorized => "unauthorized",
            Authorization::Fails => "fails",
            Authorization::Malformed => "malformed",
        }
    }

    /// The refusal that an outcome of a drill stands for: `authorizer-fails`.
    pub fn of_outcome(outcome: &str) -> Option<Authorization> {
        let slug = outcome.strip_prefix("authorizer-")?;
        Authorization::ALL.into_iter().find(|says| says.slug() == slug && *says != Authorization::Allows)
    }

    /// What it does, as a clause.
    pub(crate) fn says(self) -> &'static str {
        match self {
            Authorization::Allows => "the authorizer let the request pass",
            Authorization::Unidentified => "the request lacks what the authorizer knows a client by",
            Authorization::Denies => "the authorizer denied the request",
            Authorization::Ignores => "the authorizer's policy says nothing of the request",
            Authorization::Unauthorized => "the authorizer took the client for unauthorized",
            Authorization::Fails => "the authorizer failed",
            Authorization::Malformed => "the authorizer's answer is no policy",
        }
    }
}

impl Authorizer {
    /// In which ways it can refuse a request: only a function can fail, and only policies can leave a request out.
    pub fn refusals(&self, kind: ApiKind) -> Vec<Authorization> {
        let identified = self.identity.optional();
        let asks = !matches!(identified, Ok((None, _)))
            && !matches!(identified, Ok((Some(sources), _)) if sources.is_empty());
        let says: &[Authorization] = match (self.authorizer_type, kind) {
            (AuthorizerType::Function, ApiKind::Rest) => &[
                Authorization::Unauthorized,
                Authorization::Denies,
                Authorization::Ignores,
                Authorization::Fails,
                Authorization::Malformed,
            ],
            (AuthorizerType::Function, ApiKind::Http | ApiKind::FunctionUrl) => {
                &[Authorization::Denies, Authorization::Fails, Authorization::Malformed]
            }
            // A load balancer asks no function.
            (AuthorizerType::Function, ApiKind::Alb) => &[],
            (AuthorizerType::UserPool, _) => &[Authorization::Unauthorized],
            (AuthorizerType::Jwt | AuthorizerType::Iam, _) => {
                &[Authorization::Unauthorized, Authorization::Denies]
            }
        };
        asks.then_some(Authorization::Unidentified).into_iter().chain(says.iter().copied()).collect()
    }

    /// Adds to a request what this authorizer knows a client by.
    pub(crate) fn identify(&self, request: &mut Request) {
        let Ok((Some(sources), _)) = self.identity.optional() else { return };
        for source in sources {
            let name = source.name().to_string();
            match source {
                IdentitySource::Header(_) => request.headers.push((name, "t".to_string())),
                IdentitySource::QueryString(_) => request.query.push((name, "t".to_string())),
                IdentitySource::Signature => {
                    request.headers.push((name, "AWS4-HMAC-SHA256 Credential=…".to_string()));
                }
                IdentitySource::Own(_) => {}
            }
        }
    }
}

static AUTHORIZER: Fact = Fact {
    says: "what an authorizer says decides before anything else is asked",
    source: "API Gateway developer guide: Use API Gateway Lambda authorizers",
};

/// The gateway's refusal of a request that its authorizer does not let pass. No integration is called then.
pub(crate) fn refusal(
    received: &Received<'_>,
    trace: &mut Trace,
    says: Authorization,
) -> Result<Option<Response>, Undecided> {
    let Some(route) = received.route else { return Ok(None) };
    let (Some(authorizer), cause) = route.request.authorizer.optional()? else { return Ok(None) };
    let missing = missing_source(received, authorizer)?;
    if missing.is_some() || says == Authorization::Unidentified {
        let source = missing.unwrap_or_else(|| authorizer.name.clone());
        trace.push(What::IdentityMissing { source }, Cause::Written(authorizer.span));
        return refused(received, trace, authorizer, Authorization::Unidentified, cause).map(Some);
    }
    trace.push(What::Authorized(says), cause);
    match says {
        Authorization::Allows => Ok(None),
        says => refused(received, trace, authorizer, says, Cause::Aws(&AUTHORIZER)).map(Some),
    }
}

/// The first identity source that the request lacks.
fn missing_source(received: &Received<'_>, authorizer: &Authorizer) -> Result<Option<String>, Undecided> {
    let (sources, _) = authorizer.identity.optional()?;
    let query = received.request.decoded_query();
    let has_header = |name: &str| received.request.header(name).is_some_and(|value| !value.is_empty());
    let has_query = |name: &str| query.iter().any(|(n, v)| n == name && !v.is_empty());
    let lacks = |source: &&IdentitySource| match source {
        IdentitySource::Header(name) => !has_header(name),
        IdentitySource::QueryString(name) => !has_query(name),
        IdentitySource::Signature => !has_header("Authorization") && !has_query("X-Amz-Signature"),
        // What the gateway itself knows is always there.
        IdentitySource::Own(_) => false,
    };
    Ok(sources.into_iter().flatten().find(lacks).map(|source| source.name().to_string()))
}

fn refused(
    received: &Received<'_>,
    trace: &mut Trace,
    authorizer: &Authorizer,
    says: Authorization,
    cause: Cause,
) -> Result<Response, Undecided> {
    let is_iam = authorizer.authorizer_type == AuthorizerType::Iam;
    let of_type = match says {
        Authorization::Denies | Authorization::Allows | Authorization::Ignores => {
            GatewayResponseType::AccessDenied
        }
        Authorization::Unidentified if is_iam => GatewayResponseType::MissingAuthenticationToken,
        Authorization::Unauthorized if is_iam => GatewayResponseType::InvalidSignature,
        Authorization::Unidentified | Authorization::Unauthorized => GatewayResponseType::Unauthorized,
        Authorization::Fails => GatewayResponseType::AuthorizerFailure,
        Authorization::Malformed => GatewayResponseType::AuthorizerConfigurationError,
    };
    let message: Cow<'static, str> = match (of_type, says) {
        // The words are of the knowledge center; whose name stands there the policies say.
        (GatewayResponseType::AccessDenied, _) if is_iam => format!(
            "User: {} is not authorized to perform: execute-api:Invoke on resource: {}",
            received.ambient.user_arn(),
            in_flight::method_arn(received.api, &received.request, received.ambient)
        )
        .into(),
        (GatewayResponseType::AccessDenied, Authorization::Denies) => {
            "User is not authorized to access this resource with an explicit deny".into()
        }
        (_, Authorization::Fails | Authorization::Malformed) => "".into(),
        (of_type, _) => gateway_response::stock_message(of_type).into(),
    };
    let status = of_type.status().unwrap_or(500);
    match received.api.kind {
        ApiKind::Rest => {
            let refusal = Refusal { response_type: Some(of_type), status, message: &message, cause };
            gateway_response::answer(received, trace, refusal)
        }
        ApiKind::FunctionUrl => Ok(function_url::forbidden(received, trace, cause)),
        ApiKind::Http | ApiKind::Alb => {
            let message = match status {
                401 => "Unauthorized",
                403 => "Forbidden",
                _ => "Internal Server Error",
            };
            Ok(http::refused(received, trace, status, message, cause))
        }
    }
}
