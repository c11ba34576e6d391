//! Every way a function can fail, played against a route.

use std::borrow::Cow;
use std::collections::HashSet;

use candor_contract::ApiKind;
use candor_contract::outcome::Outcome;

use crate::api::{Api, Route};
use crate::authorizer::Authorization;
use crate::endpoint::EndpointOutcome;
use crate::exchange::Exchange;
use crate::in_flight::{self, InFlight, Next};
use crate::request::Ambient;
use crate::setting::Undecided;
use crate::span::Span;

/// One thing to play: Lambda's own ways to fail, what a handler's source says, what an endpoint may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What is played.
    pub act: Act,
    /// The public name, where it says more than the outcome's own: `returned-error`, `returned-500`.
    pub slug: Cow<'static, str>,
    /// What tells it from other cases of the same name, for people; empty where nothing does.
    pub note: Cow<'static, str>,
    /// Who says that the function can do this.
    pub origin: Origin,
}

/// What is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// The function does this.
    Function(Outcome),
    /// The endpoint does this.
    Endpoint {
        /// What.
        outcome: EndpointOutcome,
        /// Whether its answer says that something failed, whatever the status: a batch of which an entry was lost.
        after_failure: bool,
    },
    /// The route's authorizer says this, and nobody behind it is asked.
    Authorizer(Authorization),
}

impl Case {
    /// A case of Lambda's own.
    pub fn standard(outcome: Outcome) -> Case {
        let slug = outcome.slug().into();
        Case { slug, note: Cow::Borrowed(""), act: Act::Function(outcome), origin: Origin::Standard }
    }

    /// A case of the route's authorizer.
    pub fn of_authorizer(says: Authorization) -> Case {
        let slug = format!("authorizer-{}", says.slug()).into();
        Case { slug, note: Cow::Borrowed(""), act: Act::Authorizer(says), origin: Origin::Standard }
    }

    /// What the function does, where one is played.
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.act {
            Act::Function(outcome) => Some(outcome),
            Act::Endpoint { .. } | Act::Authorizer(_) => None,
        }
    }
}

/// Who says that the function can do this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Any function can.
    Standard,
    /// This path through its source. (`except: return {"statusCode": 200}` succeeded for Lambda and failed for the user.)
    Source {
        /// The place in the source.
        span: Span,
        /// Whether something had failed before the function answered.
        after_failure: bool,
    },
}

/// Drills of one API: what many routes share is worked out once.
#[derive(Clone, Debug)]
pub struct Drill<'a> {
    api: &'a Api,
    ambient: &'a Ambient,
    preflights: HashSet<&'a str>,
}

impl<'a> Drill<'a> {
    /// Prepares the drills of an API.
    pub fn new(api: &'a Api, ambient: &'a Ambient) -> Drill<'a> {
        let options = api.routes.iter().filter(|r| r.key.method == "OPTIONS" && api.kind == ApiKind::Rest);
        Drill { api, ambient, preflights: options.map(|r| r.key.path.as_str()).collect() }
    }

    /// The API.
    pub fn api(&self) -> &'a Api {
        self.api
    }

    /// Takes an example request to the door of the function or the endpoint behind the route.
    ///
    /// # Errors
    /// [`Undecided`] where something on the way there is not known.
    pub fn begin(&self, route: &'a Route) -> Result<Door<'a>, Undecided> {
        let preflight = self.preflights.contains(route.key.path.as_str());
        InFlight::begin_at(self.api, route, preflight, self.ambient).map(Door::of)
    }
}

/// Where an example request gets to.
#[derive(Clone, Debug)]
pub enum Door<'a> {
    /// The function is asked: [`Door::play`] what it does.
    Function(InFlight<'a>),
    /// An endpoint is called: [`Door::play`] what it does.
    Endpoint(InFlight<'a>),
    /// The gateway answers by itself, whatever the function would do: a mock, a call that cannot be made.
    Answered(Box<Exchange<'a>>),
}

impl<'a> Door<'a> {
    /// The door that a request has come to.
    pub fn of((flight, next): (InFlight<'a>, Next<'a>)) -> Door<'a> {
        match next {
            Next::Invoke(_) => Door::Function(flight),
            Next::Call => Door::Endpoint(flight),
            Next::Done => match flight.done() {
                Ok(exchange) => Door::Answered(Box::new(exchange)),
                Err(flight) => Door::Function(*flight),
            },
        }
    }

    /// Plays one case from here: at a function's door what a function does, at an endpoint's what an endpoint does.
    ///
    /// # Errors
    /// [`Undecided`] where the response depends on something that is not known.
    pub fn play(&self, case: &Case) -> Result<Exchange<'a>, Undecided> {
        match (self, &case.act) {
            (Door::Function(flight) | Door::Endpoint(flight), Act::Authorizer(says)) => {
                in_flight::refused(flight.received(), *says)
            }
            (Door::Answered(exchange), Act::Authorizer(says)) => {
                in_flight::refused(&exchange.received, *says)
            }
            (Door::Answered(exchange), act) => {
                let outcome = match act {
                    Act::Function(outcome) => Some(outcome.clone()),
                    Act::Endpoint { .. } | Act::Authorizer(_) => None,
                };
                Ok(Exchange { outcome, ..(**exchange).clone() })
            }
            (Door::Function(flight) | Door::Endpoint(flight), Act::Function(outcome)) => {
                let after_failure = matches!(case.origin, Origin::Source { after_failure: true, .. });
                flight.clone().resume(outcome.clone(), after_failure)
            }
            (Door::Function(flight) | Door::Endpoint(flight), Act::Endpoint { outcome, after_failure }) => {
                flight.clone().answered(outcome.clone(), *after_failure)
            }
        }
    }
}
