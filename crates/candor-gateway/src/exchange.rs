//! One request through the gateway: request, event, outcome, response, trace; and what that proves.

use std::borrow::Cow;
use std::sync::Arc;

use candor_contract::json::Json;
use candor_contract::outcome::{Outcome, Payload};
use candor_contract::payload::{self, Body};
use candor_contract::verdict::{self, BodyState, Client, Did, Evidence, Judgement, Maker, Part};

use crate::endpoint::{EndpointOutcome, EndpointRequest};
use crate::in_flight::Received;
use crate::setting::Cause;
use crate::trace::{Step, StepId, Trace, What};

/// A part of a response, and the step that set it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By<T> {
    /// The part.
    pub value: T,
    /// Who set it last.
    pub step: StepId,
}

/// A header of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The name as it is sent.
    pub name: Cow<'static, str>,
    /// The value.
    pub value: String,
}

/// What the client gets. Every part remembers who set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: By<u16>,
    /// The headers in order, names in their case.
    pub headers: Vec<By<Header>>,
    /// The body.
    pub body: By<Body>,
}

impl Response {
    /// The first header of this name, casing ignored.
    pub fn header(&self, name: &str) -> Option<&By<Header>> {
        self.headers.iter().find(|h| h.value.name.eq_ignore_ascii_case(name))
    }

    /// Sets a header: the first of its name is replaced, further ones go.
    pub(crate) fn set_header(&mut self, name: Cow<'static, str>, value: String, step: StepId) {
        let mut seen = false;
        self.headers.retain(|h| {
            let same = h.value.name.eq_ignore_ascii_case(&name);
            let keep = !same || !seen;
            seen |= same;
            keep
        });
        match self.headers.iter_mut().find(|h| h.value.name.eq_ignore_ascii_case(&name)) {
            Some(header) => *header = By { value: Header { name, value }, step },
            None => self.headers.push(By { value: Header { name, value }, step }),
        }
    }
}

/// A call to an endpoint: what was sent, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointCall {
    /// What the gateway sent.
    pub request: EndpointRequest,
    /// What the endpoint did.
    pub outcome: EndpointOutcome,
}

/// One request through the gateway.
#[derive(Clone, Debug)]
pub struct Exchange<'a> {
    /// The request as the gateway understood it.
    pub received: Arc<Received<'a>>,
    /// What the function did, if it was asked.
    pub outcome: Option<Outcome>,
    /// Whether the function had failed before it answered: what its source shows, a client cannot see.
    pub after_failure: bool,
    /// The call to the endpoint, where no function stands behind the route.
    pub endpoint: Option<EndpointCall>,
    /// What the client gets.
    pub response: Response,
    /// How it came to that.
    pub trace: Trace,
}

impl Exchange<'_> {
    /// What this exchange proves.
    pub fn evidence(&self) -> Evidence {
        let status = self.response.status.value;
        let maker = self.maker();
        let did = self.did(status);
        Evidence { did, client: Client::of(status), maker, body: self.body_state(did, maker) }
    }

    /// The verdict on this exchange.
    pub fn judge(&self) -> Judgement {
        verdict::judge(&self.evidence())
    }

    /// What the request lacks for its authorizer to be asked.
    pub fn lacks_identity(&self) -> Option<&str> {
        self.trace.steps().iter().find_map(|step| match &step.what {
            What::IdentityMissing { source } => Some(source.as_str()),
            _ => None,
        })
    }

    /// `headers` or `multiValueHeaders`: those of the answer that its load balancer does not read, where it has any; and why.
    pub fn lost_headers(&self) -> Option<(&'static str, Cause)> {
        self.trace.steps().iter().find_map(|step| match step.what {
            What::HeadersLost { key } => Some((key, step.cause)),
            _ => None,
        })
    }

    /// The step that set this part of the response: the one to blame for it.
    pub fn culprit(&self, part: Part) -> &Step {
        self.trace.step(match part {
            Part::Status => self.response.status.step,
            // What a response lacks is the doing of whoever made it.
            Part::Headers => self.response.status.step,
            Part::Body => self.response.body.step,
        })
    }

    fn maker(&self) -> Maker {
        match self.trace.step(self.response.status.step).what {
            What::AnswerRead | What::StreamBroken | What::StatusInferred | What::EndpointPassed => {
                Maker::Function
            }
            What::PatternMatched { .. }
            | What::DefaultResponse { .. }
            | What::StatusOverridden { .. }
            | What::StatusMapped
            | What::MockStatus
            | What::LoginMissing
            | What::FixedResponse
            | What::FixedBody
            | What::Redirected => Maker::Mapping,
            What::GatewayStatus { .. } => Maker::Gateway,
            What::NoRoute
            | What::RequestTooLarge
            | What::HeadersTooLarge
            | What::IdentityMissing { .. }
            | What::Authorized(_)
            | What::KeyMissing
            | What::ParametersMissing { .. }
            | What::BodyRefused { .. }
            | What::PreflightAnswered
            | What::MediaTypeRefused
            | What::RequestTemplateRendered
            | What::RequestTemplateFailed { .. }
            | What::IntegrationBroken { .. }
            | What::Invoked
            | What::EndpointCalled
            | What::EndpointUnreachable
            | What::EndpointBodyUnusable
            | What::EndpointAnswerTooLarge
            | What::InvocationRefused
            | What::FunctionFailed
            | What::GatewayTimedOut
            | What::AnswerMalformed(_)
            | What::AnswerNotBase64
            | What::AnswerTooLarge
            | What::HeadersLost { .. }
            | What::NoResponse
            | What::MethodResponseMissing { .. }
            | What::PassedThrough
            | What::ResponseTemplateRendered { .. }
            | What::ResponseTemplateFailed { .. }
            | What::OverrideIgnored { .. }
            | What::ParameterMapped
            | What::HeaderMapped
            | What::HeaderSet
            | What::GatewayBody { .. } => Maker::Unseen,
        }
    }

    fn did(&self, client_status: u16) -> Did {
        if let Some(call) = &self.endpoint {
            return match &call.outcome {
                EndpointOutcome::Unreachable | EndpointOutcome::TimedOut => Did::Failed,
                EndpointOutcome::Responded(answer) if answer.status < 400 && self.after_failure => {
                    Did::Swallowed
                }
                EndpointOutcome::Responded(answer) if answer.status < 400 => Did::Succeeded,
                // Endpoints have more statuses than an API tells apart: an error of the same class is the same.
                EndpointOutcome::Responded(answer) if answer.status / 100 == client_status / 100 => {
                    Did::SaidErrorSame
                }
                EndpointOutcome::Responded(_) if self.status_is_chosen() => Did::SaidErrorChosen,
                EndpointOutcome::Responded(_) => Did::SaidErrorOther,
            };
        }
        let answered = match &self.outcome {
            None => return Did::NotAsked,
            Some(outcome) if outcome.is_too_large_for_gateway() => return Did::Succeeded,
            Some(Outcome::Returned(payload) | Outcome::ReturnedLate(payload)) => payload,
            Some(
                Outcome::Raised(_)
                | Outcome::TimedOut { .. }
                | Outcome::Exited
                | Outcome::OutOfMemory
                | Outcome::InitFailed(_)
                | Outcome::Throttled
                | Outcome::NotInvocable
                | Outcome::TooLarge(_)
                | Outcome::StreamBroken(_),
            ) => return Did::Failed,
        };
        let json = read_known(answered);
        let said = json.and_then(payload::claimed_status).filter(|_| !answered.hides("/statusCode"));
        match said.filter(|status| *status >= 400) {
            Some(status) if status == client_status => Did::SaidErrorSame,
            Some(_) => Did::SaidErrorOther,
            None if self.after_failure => Did::Swallowed,
            None if json.is_some_and(payload::is_error_envelope) => Did::Failed,
            None => Did::Succeeded,
        }
    }

    /// Whether a pattern or a template of the API's has chosen the status, and no default that takes the rest.
    fn status_is_chosen(&self) -> bool {
        let chosen =
            |what: &What| matches!(what, What::PatternMatched { .. } | What::StatusOverridden { .. });
        self.trace.steps().iter().any(|step| chosen(&step.what))
    }

    fn body_state(&self, did: Did, maker: Maker) -> BodyState {
        let unreadable = maker == Maker::Gateway
            && self.received.preflight
            && self.response.header("Access-Control-Allow-Origin").is_none();
        if unreadable && self.response.status.value >= 400 {
            return BodyState::Unreadable;
        }
        let Body::Known(bytes) = &self.response.body.value else { return BodyState::Unseen };
        let set_by = &self.trace.step(self.response.body.step).what;
        match did {
            Did::Failed | Did::Swallowed | Did::NotAsked => match set_by {
                What::GatewayBody { stock: true } => BodyState::Stock,
                _ if bytes.is_empty() => BodyState::Lost,
                _ => BodyState::Message,
            },
            Did::SaidErrorSame | Did::SaidErrorOther | Did::SaidErrorChosen => BodyState::Intact,
            Did::Succeeded | Did::Unseen => match &self.outcome {
                Some(Outcome::Returned(payload)) => self.success_state(payload, set_by, bytes),
                _ => BodyState::Intact,
            },
        }
    }

    /// What became of the body of a success.
    fn success_state(&self, payload: &Payload, set_by: &What, body: &[u8]) -> BodyState {
        let Some(json) = read_known(payload) else { return BodyState::Intact };
        let envelope =
            json.get("body").is_some() && (json.get("statusCode").is_some() || json.get("headers").is_some());
        match set_by {
            What::PassedThrough | What::StatusInferred if envelope => BodyState::Wrapped,
            What::AnswerRead => {
                let encoded = matches!(json.get("isBase64Encoded"), Some(Json::Bool(true)));
                let sent_as_text = json.get("body").and_then(Json::as_str).map(str::as_bytes) == Some(body);
                if encoded && sent_as_text && !body.is_empty() {
                    BodyState::WrongEncoding
                } else {
                    BodyState::Intact
                }
            }
            _ => BodyState::Intact,
        }
    }
}

/// The payload as JSON, unless the whole of it is unknown.
fn read_known(payload: &Payload) -> Option<&Json> {
    if payload.hides("") { None } else { payload.json() }
}
