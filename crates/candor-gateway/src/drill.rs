//! Every way a function can fail, played against a route.

use std::borrow::Cow;
use std::collections::HashSet;

use candor_contract::ApiKind;
use candor_contract::outcome::Outcome;

use crate::api::{Api, Route};
use crate::exchange::Exchange;
use crate::in_flight::{InFlight, Next};
use crate::request::Ambient;
use crate::setting::Undecided;
use crate::span::Span;

/// One thing to play: Lambda's own ways to fail, or what a handler's source says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What the function does.
    pub outcome: Outcome,
    /// The public name, where it says more than the outcome's own: `returned-error`, `returned-500`.
    pub slug: Cow<'static, str>,
    /// What tells it from other cases of the same name, for people; empty where nothing does.
    pub note: Cow<'static, str>,
    /// Who says that the function can do this.
    pub origin: Origin,
}

impl Case {
    /// A case of Lambda's own.
    pub fn standard(outcome: Outcome) -> Case {
        Case { slug: outcome.slug().into(), note: Cow::Borrowed(""), outcome, origin: Origin::Standard }
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

    /// Takes an example request to the function's door. What stands behind the route may not be a function: then there
    /// is nothing to play.
    ///
    /// # Errors
    /// [`Undecided`] where something on the way there is not known.
    pub fn begin(&self, route: &'a Route) -> Result<Door<'a>, Undecided> {
        let preflight = self.preflights.contains(route.key.path.as_str());
        let (flight, next) = InFlight::begin_at(self.api, route, preflight, self.ambient)?;
        Ok(match next {
            Next::Invoke(_) => Door::Function(flight),
            Next::Done => match flight.done() {
                Ok(exchange) => Door::Answered(Box::new(exchange)),
                Err(flight) => Door::Function(*flight),
            },
        })
    }
}

/// Where an example request gets to.
#[derive(Clone, Debug)]
pub enum Door<'a> {
    /// The function is asked: [`Door::play`] what it does.
    Function(InFlight<'a>),
    /// The gateway answers by itself, whatever the function would do: a mock, a call that cannot be made.
    Answered(Box<Exchange<'a>>),
}

impl<'a> Door<'a> {
    /// Plays one case from here.
    ///
    /// # Errors
    /// [`Undecided`] where the response depends on something that is not known.
    pub fn play(&self, case: &Case) -> Result<Exchange<'a>, Undecided> {
        let after_failure = matches!(case.origin, Origin::Source { after_failure: true, .. });
        match self {
            Door::Function(flight) => flight.clone().resume(case.outcome.clone(), after_failure),
            Door::Answered(exchange) => {
                Ok(Exchange { outcome: Some(case.outcome.clone()), ..(**exchange).clone() })
            }
        }
    }
}
