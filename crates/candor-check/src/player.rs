//! `drill`: every case against one route.

use std::collections::HashMap;
use std::time::Duration;

use candor_contract::ApiKind;
use candor_contract::limits;
use candor_gateway::api::{Api, Authorizer, IntegrationType, Route, Target};
use candor_gateway::drill::{Case, Door, Drill, Origin};
use candor_gateway::exchange::Exchange;
use candor_gateway::setting::Undecided;
use candor_iac::Reading;
use candor_iac::project::{Function, Project};

use crate::cases::{Cases, authorizer_cases, source_cases};
use crate::endpoint_cases::endpoint_cases;
use crate::handlers::{Handler, Handlers};

/// One case and what came of it.
#[derive(Debug)]
pub struct Played<'a> {
    /// What was played.
    pub case: Case,
    /// Which paths through the handler say so, if its source does: indexes into [`candor_handlers::Facts::paths`].
    pub paths: Vec<usize>,
    /// The exchange, or why nobody can tell.
    pub exchange: Result<Exchange<'a>, Undecided>,
}

/// Plays the cases against the routes of one project. What routes share, the cases above all, is made once.
#[derive(Debug)]
pub struct Player<'a> {
    handlers: &'a Handlers,
    /// By logical id.
    functions: HashMap<&'a str, (&'a Function, Option<&'a Handler>)>,
    cases: Cases<'a>,
}

impl<'a> Player<'a> {
    /// Prepares to play against this project of the reading.
    pub fn new(reading: &Reading, handlers: &'a Handlers, project: &'a Project) -> Player<'a> {
        let with_handler = |function: &'a Function| {
            (function.logical_id.as_str(), (function, handlers.of(reading, project, function)))
        };
        let functions = project.functions.iter().map(with_handler).collect();
        Player { handlers, functions, cases: Cases::default() }
    }

    /// The function behind a route, where it stands in the same template, and what its source shows of all its routes, where it was read.
    pub(crate) fn behind(&self, route: &Route) -> Option<(&'a Function, Option<&'a Handler>)> {
        match route.integration.target.optional() {
            Ok((Some(Target::Function(function)), _)) => {
                self.functions.get(function.logical_id.as_deref()?).copied()
            }
            _ => None,
        }
    }

    /// The authorizer before a route, the function that decides for it, and what its source shows, where it was read.
    pub(crate) fn guarding(&self, route: &'a Route) -> Option<(&'a Authorizer, &'a Function, &'a Handler)> {
        let (authorizer, _) = route.request.authorizer.optional().ok()?;
        let authorizer = authorizer?;
        let id = authorizer.function.as_ref()?.logical_id.as_deref()?;
        let (function, handler) = self.functions.get(id).copied()?;
        Some((authorizer, function, handler?))
    }

    /// What to play at this door of a route: what the function can do, what the endpoint can; where the gateway answers by itself,
    /// whatever stands behind it, one success shows it. With each case the numbers of the paths through the handler that say so.
    pub fn cases(&mut self, api: &Api, route: &'a Route, door: &Door<'a>) -> Vec<(Case, Vec<usize>)> {
        let without_path = |case| (case, Vec::new());
        if let Door::Endpoint(flight) = door {
            let cases = flight.endpoint_request().map(endpoint_cases).unwrap_or_default();
            return cases.into_iter().map(without_path).collect();
        }
        let behind = self.behind(route);
        let gateway_timeout = gateway_timeout(api, route);
        let function_timeout = behind
            .and_then(|(function, _)| function.timeout.or(&limits::LAMBDA_TIMEOUT_DEFAULT.time).ok())
            .map_or(limits::LAMBDA_TIMEOUT_DEFAULT.time, |(t, _)| *t)
            .min(Duration::from_secs(86_400));
        let can_stream = behind.is_none_or(|(function, _)| function.can_stream);
        let standard = self.cases.against(route, function_timeout, gateway_timeout, can_stream).into_iter();
        if let Door::Answered(_) = door {
            let success = |case: &Case| case.origin == Origin::Standard && case.slug == "returned";
            return standard.filter(success).map(without_path).collect();
        }
        let mut cases: Vec<(Case, Vec<usize>)> = standard.map(without_path).collect();
        if let Some((function, Some(handler))) = behind {
            cases.extend(source_cases(handler.behind(api, route), self.handlers, function));
        }
        cases
    }

    /// Plays every case against one route of the drill's API. Of a mock only its authorizer's: nothing else can fail.
    ///
    /// # Errors
    /// [`Undecided`] where something on the way to the function is not known.
    pub fn play(&mut self, drill: &Drill<'a>, route: &'a Route) -> Result<Vec<Played<'a>>, Undecided> {
        let by_authorizer = authorizer_cases(drill.api(), route).into_iter().map(|case| (case, Vec::new()));
        let is_mock =
            matches!(route.integration.integration_type.optional(), Ok((Some(IntegrationType::Mock), _)));
        if is_mock && by_authorizer.len() == 0 {
            return Ok(Vec::new());
        }
        let door = drill.begin(route)?;
        let mut cases = if is_mock { Vec::new() } else { self.cases(drill.api(), route, &door) };
        cases.extend(by_authorizer);
        let play = |(case, paths)| Played { exchange: door.play(&case), case, paths };
        Ok(cases.into_iter().map(play).collect())
    }
}

/// How long the gateway waits for what is behind a route.
pub(crate) fn gateway_timeout(api: &Api, route: &Route) -> Duration {
    let default = match api.kind {
        ApiKind::Rest => limits::REST_INTEGRATION_TIMEOUT.time,
        ApiKind::Http => limits::HTTP_INTEGRATION_TIMEOUT.time,
        ApiKind::FunctionUrl | ApiKind::Alb => limits::LAMBDA_TIMEOUT_MAX.time,
    };
    route.integration.timeout.or(&default).map_or(default, |(t, _)| *t)
}
