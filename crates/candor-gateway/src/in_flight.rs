//! An exchange under way. The gateway is a state machine without I/O: it says what it waits for and is told what happened.

use std::sync::Arc;
use std::time::Duration;

use candor_contract::ApiKind;
use candor_contract::limits;
use candor_contract::outcome::{Outcome, Payload};
use candor_vtl::{Overrides, Params};

use crate::api::{Api, FunctionRef, GatewayResponseType, Route, TransferMode};
use crate::authorizer::{Authorization, Decision, Granted};
use crate::cors;
use crate::endpoint::{self, EndpointOutcome, EndpointRequest};
use crate::exchange::{EndpointCall, Exchange, Response};
use crate::kinds;
use crate::listener;
use crate::request::{Ambient, Request};
use crate::routing;
use crate::setting::{Cause, Fact, Needs, Undecided};
use crate::trace::{Trace, What};

/// A request as the gateway understood it: what every later step looks at.
#[derive(Clone, Debug)]
pub struct Received<'a> {
    /// The API.
    pub api: &'a Api,
    /// The route that took it, if one did.
    pub route: Option<&'a Route>,
    /// The request.
    pub request: Request,
    /// What surrounds it.
    pub ambient: &'a Ambient,
    /// Path parameters as on the wire.
    pub parameters: Vec<(String, String)>,
    /// Whether browsers use the route: its path answers OPTIONS (REST).
    pub preflight: bool,
    /// The payload of a mapped integration request; a proxy event is made on demand.
    pub(crate) mapped_event: Option<Vec<u8>>,
    /// What the authorizer hands on about the client, where the route has one.
    pub(crate) granted: Option<Granted>,
    /// What the request template did to `$context`.
    pub(crate) overrides: Overrides,
    /// `$input.params()`, made where a template or a mapping looks at it.
    pub(crate) params: Params,
    /// The stage's variables, likewise.
    pub(crate) stage_variables: Vec<(String, String)>,
}

impl Received<'_> {
    /// The event that the function gets, as JSON bytes.
    pub fn event(&self) -> Vec<u8> {
        match &self.mapped_event {
            Some(event) => event.clone(),
            None => match self.api.kind {
                ApiKind::Rest => kinds::rest::event(self, kinds::rest::Format::Rest),
                ApiKind::Http => kinds::http::event(self),
                ApiKind::FunctionUrl => kinds::function_url::event(self),
                ApiKind::Alb => kinds::alb::event(self),
            },
        }
    }

    /// The stage's name, where it is known.
    pub(crate) fn stage_name(&self) -> &str {
        stage_name(self.api)
    }

    /// The ARN of the method that takes the request, with the path as the API writes it (recorded: `X-Amz-Source-Arn` of a call).
    pub(crate) fn source_arn(&self) -> String {
        let (method, path) = self.route.map_or(("", "/"), |r| (r.key.method.as_str(), r.key.path.as_str()));
        let method = if method == "ANY" { self.request.method.as_str() } else { method };
        arn_of(self.api, method, path, self.ambient)
    }
}

/// What the gateway waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<'a> {
    /// Invoke this function with [`InFlight::event`] and tell [`InFlight::resume`] what it did.
    Invoke(Invocation<'a>),
    /// Send [`InFlight::endpoint_request`] and tell [`InFlight::answered`] what came of it.
    Call,
    /// Nothing: the response stands.
    Done,
}

/// A call to a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invocation<'a> {
    /// Which function.
    pub function: &'a FunctionRef,
    /// How long the gateway waits for it.
    pub deadline: Duration,
}

/// An exchange under way. Consumed and returned, so that a half-finished one cannot be used twice; a drill clones it at
/// the function's door and plays every outcome from there.
#[derive(Clone, Debug)]
pub struct InFlight<'a> {
    pub(crate) received: Arc<Received<'a>>,
    pub(crate) trace: Trace,
    pub(crate) state: State<'a>,
}

#[derive(Clone, Debug)]
pub(crate) enum State<'a> {
    Waiting(Invocation<'a>),
    Calling(EndpointRequest),
    Done(Response),
}

/// What a turn comes to: the exchange and what it waits for, or what nothing in the files decides.
pub type Turn<'a> = Result<(InFlight<'a>, Next<'a>), Undecided>;

impl<'a> InFlight<'a> {
    /// Takes a request: finds its route and prepares the call.
    ///
    /// # Errors
    /// [`Undecided`] where a setting on the way is not known.
    pub fn begin(api: &'a Api, request: Request, ambient: &'a Ambient) -> Turn<'a> {
        InFlight::begin_authorized(api, request, ambient, Authorization::Allows)
    }

    /// The same, where the route's authorizer says this of the request.
    ///
    /// # Errors
    /// As [`InFlight::begin`].
    pub fn begin_authorized(
        api: &'a Api,
        request: Request,
        ambient: &'a Ambient,
        decision: impl Into<Decision>,
    ) -> Turn<'a> {
        let decision = decision.into();
        if api.kind == ApiKind::Alb {
            let route = listener::find(api, &request, ambient)?;
            return InFlight::take(api, route, request, ambient, Vec::new(), false, Some(decision));
        }
        match routing::find(api, &request.method, &request.path) {
            Some(matched) => {
                let preflight = answers_options(api, matched.route);
                InFlight::take(
                    api,
                    Some(matched.route),
                    request,
                    ambient,
                    matched.parameters,
                    preflight,
                    Some(decision),
                )
            }
            None => InFlight::take(api, None, request, ambient, Vec::new(), false, Some(decision)),
        }
    }

    /// Takes a request for a known route: what a drill does. The request is taken for one that the gateway lets through, whatever
    /// keys, parameters and bodies the route asks for.
    ///
    /// # Errors
    /// As [`InFlight::begin`].
    pub fn begin_at(api: &'a Api, route: &'a Route, preflight: bool, ambient: &'a Ambient) -> Turn<'a> {
        let (request, parameters) = kinds::example_request(route);
        InFlight::take(api, Some(route), request, ambient, parameters, preflight, None)
    }

    fn take(
        api: &'a Api,
        route: Option<&'a Route>,
        request: Request,
        ambient: &'a Ambient,
        parameters: Vec<(String, String)>,
        preflight: bool,
        examine: Option<Decision>,
    ) -> Turn<'a> {
        let says = examine.as_ref().map(|decision| decision.says);
        let authorizer = route.and_then(|route| route.request.authorizer.optional().ok()?.0);
        let granted = authorizer.map(|authorizer| {
            let told = examine.and_then(|decision| decision.granted);
            told.unwrap_or_else(|| Granted::example(authorizer.authorizer_type, ambient))
        });
        let received = Received {
            api,
            route,
            request,
            ambient,
            parameters,
            preflight,
            mapped_event: None,
            granted,
            overrides: Overrides::default(),
            params: Params::default(),
            stage_variables: Vec::new(),
        };
        let mut trace = Trace::default();
        let by_itself = match says {
            Some(says) => kinds::by_itself(&received, &mut trace, says)?,
            None => None,
        };
        let (received, mut state) = match (by_itself, api.kind) {
            (Some(response), _) => (received, State::Done(response)),
            (None, ApiKind::Rest) => kinds::rest::begin(received, &mut trace)?,
            (None, ApiKind::Http) => kinds::http::begin(received, &mut trace)?,
            (None, ApiKind::FunctionUrl) => kinds::function_url::begin(received, &mut trace)?,
            (None, ApiKind::Alb) => kinds::alb::begin(received, &mut trace)?,
        };
        if let State::Done(response) = &mut state {
            cors::apply(&received, &mut trace, response)?;
        }
        let next = match &state {
            State::Waiting(invocation) => Next::Invoke(*invocation),
            State::Calling(_) => Next::Call,
            State::Done(_) => Next::Done,
        };
        let received = Arc::new(received);
        Ok((InFlight { received, trace, state }, next))
    }

    /// The gateway's own answer of this type (REST), as if something had made it give one.
    ///
    /// # Errors
    /// [`Undecided`] where what is set for it is not known.
    pub fn refuse(
        api: &'a Api,
        response_type: GatewayResponseType,
        ambient: &'a Ambient,
    ) -> Result<Exchange<'a>, Undecided> {
        let received = Received {
            api,
            route: None,
            request: Request { method: "GET".to_string(), path: "/".to_string(), ..Request::default() },
            ambient,
            parameters: Vec::new(),
            preflight: false,
            mapped_event: None,
            granted: None,
            overrides: Overrides::default(),
            params: Params::default(),
            stage_variables: Vec::new(),
        };
        let mut trace = Trace::default();
        let response = crate::gateway_response::refusal(&received, &mut trace, response_type)?;
        let (received, outcome) = (Arc::new(received), None);
        Ok(Exchange { received, outcome, after_failure: false, endpoint: None, response, trace })
    }

    /// The event for the function.
    pub fn event(&self) -> Vec<u8> {
        self.received.event()
    }

    /// What to send to the endpoint, where [`Next::Call`] says so.
    pub fn endpoint_request(&self) -> Option<&EndpointRequest> {
        match &self.state {
            State::Calling(request) => Some(request),
            State::Waiting(_) | State::Done(_) => None,
        }
    }

    /// The request as the gateway understood it.
    pub fn received(&self) -> &Received<'a> {
        &self.received
    }

    /// Tells what the function did. `after_failure`: its source shows that something had failed before it answered.
    ///
    /// # Errors
    /// [`Undecided`] where the response depends on a setting, or on a part of the answer, that is not known.
    pub fn resume(self, outcome: Outcome, after_failure: bool) -> Result<Exchange<'a>, Undecided> {
        let InFlight { received, mut trace, state } = self;
        let outcome = as_lambda_passes(&received, outcome);
        match state {
            State::Done(response) => {
                Ok(Exchange { received, outcome: None, after_failure, endpoint: None, response, trace })
            }
            State::Calling(request) => {
                // No function is asked here, so its outcome is not looked at: without an answer the gateway waits in vain.
                InFlight { received, trace, state: State::Calling(request) }
                    .answered(EndpointOutcome::TimedOut, false)
            }
            State::Waiting(invocation) => {
                let sent = match received.route {
                    Some(route) => streamed(route, &outcome)?,
                    None => None,
                };
                let begun = sent.map(|sent| Outcome::Returned(sent.clone()));
                let played = begun.as_ref().unwrap_or(&outcome);
                let mut response = match received.api.kind {
                    ApiKind::Rest => kinds::rest::resume(&received, &mut trace, invocation, played)?,
                    ApiKind::Http => kinds::http::resume(&received, &mut trace, invocation, played)?,
                    ApiKind::FunctionUrl => kinds::function_url::resume(&received, &mut trace, played)?,
                    ApiKind::Alb => kinds::alb::resume(&received, &mut trace, played)?,
                };
                if sent.is_some() {
                    let step = trace.push(What::StreamBroken, Cause::Aws(&STREAM_BROKEN));
                    (response.status.step, response.body.step) = (step, step);
                }
                cors::apply(&received, &mut trace, &mut response)?;
                let endpoint = None;
                Ok(Exchange { received, outcome: Some(outcome), after_failure, endpoint, response, trace })
            }
        }
    }

    /// Tells what came of the call to the endpoint. `after_failure`: its answer says that something failed, whatever its status.
    ///
    /// # Errors
    /// As [`InFlight::resume`].
    pub fn answered(self, outcome: EndpointOutcome, after_failure: bool) -> Result<Exchange<'a>, Undecided> {
        let InFlight { received, mut trace, state } = self;
        let (endpoint, response) = match state {
            State::Done(response) => (None, response),
            State::Calling(request) => {
                let route = received.route.expect("an endpoint is only called for a route");
                let mut response = match received.api.kind {
                    ApiKind::Rest => endpoint::response::resume(&received, &mut trace, route, &outcome)?,
                    ApiKind::Http | ApiKind::FunctionUrl => {
                        kinds::http::passed(&received, &mut trace, route, &outcome)?
                    }
                    ApiKind::Alb => kinds::alb::passed(&mut trace, route, &outcome),
                };
                cors::apply(&received, &mut trace, &mut response)?;
                (Some(EndpointCall { request, outcome }), response)
            }
            State::Waiting(_) => return Err(no_function(&received)),
        };
        Ok(Exchange { received, outcome: None, after_failure, endpoint, response, trace })
    }

    /// The exchange, where nothing had to be asked: a mock, a refusal. The flight itself where it still waits.
    ///
    /// # Errors
    /// The flight, unchanged.
    pub fn done(self) -> Result<Exchange<'a>, Box<InFlight<'a>>> {
        let InFlight { received, trace, state } = self;
        match state {
            State::Done(response) => Ok(Exchange {
                received,
                outcome: None,
                after_failure: false,
                endpoint: None,
                response,
                trace,
            }),
            State::Waiting(_) | State::Calling(_) => Err(Box::new(InFlight { received, trace, state })),
        }
    }
}

/// What the client gets where the authorizer says this of the example request for the same route.
///
/// # Errors
/// [`Undecided`] where no authorizer refuses it, and where a setting is not known.
pub(crate) fn refused<'a>(received: &Received<'a>, says: Authorization) -> Result<Exchange<'a>, Undecided> {
    let Received { api, ambient, preflight, .. } = *received;
    let passes = |span| {
        let needs = Needs::Support("an authorizer that refuses: nothing does here".to_string());
        Undecided { span, needs }
    };
    let route = received.route.ok_or_else(|| passes(api.span))?;
    let (Some(authorizer), _) = route.request.authorizer.optional()? else {
        return Err(passes(route.span));
    };
    let (mut request, parameters) = kinds::example_request(route);
    if says != Authorization::Unidentified {
        authorizer.identify(&mut request);
    }
    let (flight, _) =
        InFlight::take(api, Some(route), request, ambient, parameters, preflight, Some(says.into()))?;
    flight.done().map_err(|_| passes(authorizer.span))
}

/// An endpoint's answer was given to a route behind which a function stands.
fn no_function(received: &Received<'_>) -> Undecided {
    let span = received.route.map_or(received.api.span, |route| route.integration.span);
    let needs = Needs::Support("an answer of an endpoint: a function stands behind this route".to_string());
    Undecided { span, needs }
}

/// What the gateway hears of an outcome: Lambda keeps back an answer that is too large.
fn as_lambda_passes(received: &Received<'_>, outcome: Outcome) -> Outcome {
    let mode = received.route.map(|route| route.integration.transfer_mode.optional());
    let limit = match mode {
        Some(Ok((Some(TransferMode::Streamed), _))) => limits::LAMBDA_STREAMED_RESPONSE,
        _ => limits::LAMBDA_RESPONSE,
    };
    match outcome {
        Outcome::Returned(payload) if payload.bytes().len() as u64 > limit.bytes => {
            Outcome::TooLarge(payload.bytes().len() as u64)
        }
        other => other,
    }
}

/// What had left when a streamed answer broke off. `None`: nothing had; a failure before the first byte is answered as without a stream
/// (inferred). Documented is that the status has gone by then (Lambda guide "Response streaming for Lambda functions"; API Gateway guide
/// "Stream the integration response for your proxy integrations").
fn streamed<'o>(route: &Route, outcome: &'o Outcome) -> Result<Option<&'o Payload>, Undecided> {
    let Outcome::StreamBroken(sent) = outcome else { return Ok(None) };
    match route.integration.transfer_mode.or(&TransferMode::Buffered)? {
        (TransferMode::Streamed, _) => Ok(Some(sent)),
        (TransferMode::Buffered, cause) => {
            let span = cause.span().unwrap_or(route.integration.span);
            let what = "a stream that breaks off, where answers are not streamed".to_string();
            Err(Undecided { span, needs: Needs::Support(what) })
        }
    }
}

static STREAM_BROKEN: Fact = Fact {
    says: "a streamed answer's status is sent before its body",
    source: "Lambda developer guide: Response streaming for Lambda functions",
};

/// Whether the path of this route also answers OPTIONS.
fn answers_options(api: &Api, route: &Route) -> bool {
    api.kind == ApiKind::Rest
        && api.routes.iter().any(|r| r.key.method == "OPTIONS" && r.key.path == route.key.path)
}

/// The ARN of what a request calls, as policies and `methodArn` of an authorizer's event name it (guide "Input to an API Gateway Lambda
/// authorizer").
pub fn method_arn(api: &Api, request: &Request, ambient: &Ambient) -> String {
    arn_of(api, &request.method, &request.path, ambient)
}

fn arn_of(api: &Api, method: &str, path: &str, ambient: &Ambient) -> String {
    let Ambient { region, account_id, api_id, .. } = ambient;
    format!("arn:aws:execute-api:{region}:{account_id}:{api_id}/{}/{method}{path}", stage_name(api))
}

fn stage_name(api: &Api) -> &str {
    match api.stage.name.optional() {
        Ok((Some(name), _)) => name,
        _ => "$default",
    }
}

/// Plays one request against an API: `play` says what the function did with the event, `call` what an endpoint did with the request
/// that the gateway sent it.
///
/// # Errors
/// [`Undecided`] where the response depends on something that the files do not decide.
pub fn simulate<'a>(
    api: &'a Api,
    request: Request,
    ambient: &'a Ambient,
    play: impl FnOnce(&Invocation<'a>, &[u8]) -> Outcome,
    call: impl FnOnce(&EndpointRequest) -> EndpointOutcome,
) -> Result<Exchange<'a>, Undecided> {
    let (flight, next) = InFlight::begin(api, request, ambient)?;
    match next {
        Next::Invoke(invocation) => {
            let outcome = play(&invocation, &flight.event());
            flight.resume(outcome, false)
        }
        Next::Call => {
            let outcome = flight.endpoint_request().map_or(EndpointOutcome::TimedOut, call);
            flight.answered(outcome, false)
        }
        // Nothing waits, so the outcome is not looked at.
        Next::Done => flight.resume(Outcome::NotInvocable, false),
    }
}
