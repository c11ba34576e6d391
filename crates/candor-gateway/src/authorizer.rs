//! What stands at the door before everything else: an authorizer, and what it says of a request.
//!
//! Sources: AWS knowledge center on 401 and 403 errors with Lambda authorizers (a missing identity source is a 401 without a call; a policy
//! that denies is a 403), guide "Gateway response types" (the types), reports from the field (`null` as message where an authorizer
//! fails). Of HTTP APIs: guide "Control access to HTTP APIs with AWS Lambda authorizers"; their bodies are reported.

use crate::api::{Authorizer, GatewayResponseType, IdentitySource};
use crate::exchange::Response;
use crate::gateway_response::{self, Refusal};
use crate::in_flight::Received;
use crate::kinds::http;
use crate::setting::{Cause, Fact, Undecided};
use crate::trace::{Trace, What};

/// What the authorizer of a route says of a request. Told, as the outcome of a function is; a route without one never asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Authorization {
    /// It may pass.
    Allows,
    /// A policy denies it, or a simple response says `isAuthorized: false`.
    Denies,
    /// A policy says nothing of it.
    Ignores,
    /// The function raised `Unauthorized`, the one error that is no failure.
    Unauthorized,
    /// The function raised anything else, timed out, exited, or may not be invoked.
    Fails,
    /// It answered with what is no policy.
    Malformed,
}

impl Authorization {
    /// All of them.
    pub const ALL: [Authorization; 6] = [
        Authorization::Allows,
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
            Authorization::Denies => "denies",
            Authorization::Ignores => "ignores",
            Authorization::Unauthorized => "unauthorized",
            Authorization::Fails => "fails",
            Authorization::Malformed => "malformed",
        }
    }

    /// What it does, as a clause.
    pub(crate) fn says(self) -> &'static str {
        match self {
            Authorization::Allows => "the authorizer let the request pass",
            Authorization::Denies => "the authorizer denied the request",
            Authorization::Ignores => "the authorizer's policy says nothing of the request",
            Authorization::Unauthorized => "the authorizer raised `Unauthorized`",
            Authorization::Fails => "the authorizer failed",
            Authorization::Malformed => "the authorizer's answer is no policy",
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
    if let Some(missing) = missing_source(received, authorizer)? {
        trace.push(What::IdentityMissing { source: missing }, Cause::Written(authorizer.span));
        return refused(received, trace, Authorization::Unauthorized, cause).map(Some);
    }
    trace.push(What::Authorized(says), cause);
    match says {
        Authorization::Allows => Ok(None),
        says => refused(received, trace, says, Cause::Aws(&AUTHORIZER)).map(Some),
    }
}

/// The first identity source that the request lacks.
fn missing_source(received: &Received<'_>, authorizer: &Authorizer) -> Result<Option<String>, Undecided> {
    let (sources, _) = authorizer.identity.optional()?;
    let query = received.request.decoded_query();
    let lacks = |source: &&IdentitySource| match source {
        IdentitySource::Header(name) => received.request.header(name).is_none_or(str::is_empty),
        IdentitySource::QueryString(name) => !query.iter().any(|(n, v)| n == name && !v.is_empty()),
        // What the gateway itself knows is always there.
        IdentitySource::Own(_) => false,
    };
    Ok(sources.into_iter().flatten().find(lacks).map(|source| source.name().to_string()))
}

fn refused(
    received: &Received<'_>,
    trace: &mut Trace,
    says: Authorization,
    cause: Cause,
) -> Result<Response, Undecided> {
    use candor_contract::ApiKind;
    let (of_type, message) = match says {
        Authorization::Denies => (
            GatewayResponseType::AccessDenied,
            "User is not authorized to access this resource with an explicit deny",
        ),
        Authorization::Allows | Authorization::Ignores => {
            (GatewayResponseType::AccessDenied, "User is not authorized to access this resource")
        }
        Authorization::Unauthorized => (GatewayResponseType::Unauthorized, "Unauthorized"),
        Authorization::Fails => (GatewayResponseType::AuthorizerFailure, ""),
        Authorization::Malformed => (GatewayResponseType::AuthorizerConfigurationError, ""),
    };
    let status = of_type.status().unwrap_or(500);
    match received.api.kind {
        ApiKind::Rest => {
            let refusal = Refusal { response_type: Some(of_type), status, message, cause };
            gateway_response::answer(received, trace, refusal)
        }
        ApiKind::Http | ApiKind::FunctionUrl | ApiKind::Alb => {
            let message = match status {
                401 => "Unauthorized",
                403 => "Forbidden",
                _ => "Internal Server Error",
            };
            Ok(http::refused(received, trace, status, message, cause))
        }
    }
}
