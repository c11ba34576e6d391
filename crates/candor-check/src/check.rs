//! `check`: every case against every route, and what the rules make of it.

use candor_contract::ApiKind;
use candor_gateway::api::GatewayResponseType;
use candor_gateway::drill::{Case, Drill, Origin};
use candor_gateway::exchange::Exchange;
use candor_gateway::in_flight::InFlight;
use candor_gateway::request::Ambient;
use candor_gateway::setting::Undecided;
use candor_iac::Reading;
use candor_iac::project::Project;

use crate::finding::{Finding, Findings};
use crate::handlers::Handlers;
use crate::player::Player;
use crate::promises::Promises;
use crate::rules::{AuthorizerScene, Claim, Find, HandlerScene, RULES, Scene, Source};
use crate::suppress;
use crate::worlds;

/// What `check` found.
#[derive(Debug)]
pub struct Report {
    /// Findings, sorted by place.
    pub findings: Vec<Finding>,
    /// What nothing in the files decides, each once, sorted by place.
    pub undecided: Vec<Undecided>,
    /// How much was looked at.
    pub totals: Totals,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// APIs.
    pub apis: usize,
    /// Routes.
    pub routes: usize,
    /// Functions.
    pub functions: usize,
    /// Exchanges played.
    pub drills: usize,
    /// Findings that comments allow (`# candor: allow(rule) reason`).
    pub suppressed: usize,
}

/// Plays every case against every route and asks the rules about each exchange.
///
/// `handlers` is what the sources of the functions show ([`Handlers::read`]); without any, functions fail in the standard ways only.
/// `promises` is what the team has told its clients ([`Config`](crate::Config)).
pub fn check(reading: &Reading, handlers: &Handlers, promises: &Promises) -> Report {
    let ambient = Ambient::example();
    let mut totals = Totals::default();
    let mut undecided = reading.undecided.clone();
    let mut findings = Vec::new();
    let mut i = 0;
    while i < reading.projects.len() {
        // The worlds of one template stand side by side.
        let file = reading.projects[i].file;
        let end = reading.projects[i..]
            .iter()
            .position(|p| p.file != file)
            .map_or(reading.projects.len(), |n| i + n);
        let mut of_worlds = Vec::new();
        for (nth, project) in reading.projects[i..end].iter().enumerate() {
            let (found, of_world) =
                check_project(reading, handlers, promises, project, &ambient, &mut undecided);
            if nth == 0 {
                totals.apis += of_world.apis;
                totals.routes += of_world.routes;
                totals.functions += of_world.functions;
            }
            totals.drills += of_world.drills;
            of_worlds.push((project.world.clone(), found));
        }
        findings.extend(worlds::unite(of_worlds));
        i = end;
    }
    totals.suppressed = suppress::apply(&reading.sources, &mut findings);
    findings.sort_by(|a, b| (a.at, a.rule.slug).cmp(&(b.at, b.rule.slug)));
    undecided.sort_by(|a, b| (a.span, &a.needs).cmp(&(b.span, &b.needs)));
    undecided.dedup();
    Report { findings, undecided, totals }
}

fn check_project(
    reading: &Reading,
    handlers: &Handlers,
    promises: &Promises,
    project: &Project,
    ambient: &Ambient,
    undecided: &mut Vec<Undecided>,
) -> (Vec<Finding>, Totals) {
    let mut findings = Findings::default();
    let mut totals =
        Totals { apis: project.apis.len(), functions: project.functions.len(), ..Totals::default() };
    let mut player = Player::new(reading, handlers, project);
    for api in &project.apis {
        totals.routes += api.routes.len();
        let drill = Drill::new(api, ambient);
        for route in &api.routes {
            if let Some((authorizer, function, handler)) = player.guarding(route) {
                let scene = AuthorizerScene { api, route, authorizer, function, handler, handlers };
                for rule in RULES {
                    if let Find::InAuthorizer(find) = rule.find {
                        find(&scene, &mut findings);
                    }
                }
            }
            let (function, whole) = player.behind(route).unzip();
            let whole = whole.flatten();
            let handler = whole.map(|whole| whole.behind(api, route));
            match player.play(&drill, route) {
                Ok(played) => {
                    // What a source leaves open has been said once, with the handler.
                    let standard = played.iter().filter(|p| p.case.origin == Origin::Standard);
                    undecided.extend(standard.filter_map(|p| p.exchange.as_ref().err().cloned()));
                    let exchanges: Vec<(&Case, &Exchange<'_>)> =
                        played.iter().filter_map(|p| Some((&p.case, p.exchange.as_ref().ok()?))).collect();
                    totals.drills += exchanges.len();
                    let scene = |case, exchange, path: Option<usize>| Scene {
                        project,
                        api,
                        route: Some(route),
                        function,
                        case: Some(case),
                        exchange,
                        judgement: Exchange::judge(exchange),
                        siblings: &exchanges,
                        source: handler.zip(whole).map(|(handler, whole)| Source {
                            handler,
                            whole,
                            handlers,
                            path: path.and_then(|nth| handler.facts.paths.get(nth)),
                        }),
                        promises,
                    };
                    for played in &played {
                        if let Ok(exchange) = &played.exchange {
                            for path in &played.paths {
                                ask(&scene(&played.case, exchange, Some(*path)), &mut findings);
                            }
                            if played.paths.is_empty() {
                                ask(&scene(&played.case, exchange, None), &mut findings);
                            }
                        }
                    }
                    if let (Some(handler), Some(function)) = (handler, function) {
                        let scene = HandlerScene {
                            project,
                            api,
                            route,
                            function,
                            handler,
                            handlers,
                            exchanges: &played,
                        };
                        for rule in RULES {
                            if let Find::InHandler(find) = rule.find {
                                find(&scene, &mut findings);
                            }
                        }
                    }
                }
                Err(u) => undecided.push(u),
            }
        }
        if api.kind == ApiKind::Rest && !api.gateway_responses.is_empty() {
            for response_type in GatewayResponseType::ALL {
                match InFlight::refuse(api, *response_type, ambient) {
                    Ok(exchange) => {
                        totals.drills += 1;
                        let judgement = exchange.judge();
                        let (route, function, case, siblings, source) = (None, None, None, &[][..], None);
                        let exchange = &exchange;
                        let scene = Scene {
                            project,
                            api,
                            route,
                            function,
                            case,
                            exchange,
                            judgement,
                            siblings,
                            source,
                            promises,
                        };
                        ask(&scene, &mut findings);
                    }
                    Err(u) => undecided.push(u),
                }
            }
        }
    }
    for rule in RULES {
        match rule.find {
            Find::InProject(find) => find(project, &mut findings),
            Find::InExchange(_)
            | Find::AtEndpoint(_)
            | Find::InAnyExchange(_)
            | Find::InHandler(_)
            | Find::InAuthorizer(_)
            | Find::InComments => {}
        }
    }
    (findings.into_vec(), totals)
}

/// Asks the rules in order; the first that claims the exchange has reported it in words of its own.
fn ask(scene: &Scene<'_>, findings: &mut Findings) {
    // Whether this handler ever returns an error envelope is a question to its source, not to the template.
    let speculative =
        scene.case.is_some_and(|case| case.origin == Origin::Standard && case.slug == "returned-error");
    if speculative {
        return;
    }
    for rule in RULES {
        let find = match rule.find {
            Find::InExchange(find) if scene.exchange.endpoint.is_none() => find,
            Find::AtEndpoint(find) if scene.exchange.endpoint.is_some() => find,
            Find::InAnyExchange(find) => find,
            Find::InExchange(_)
            | Find::AtEndpoint(_)
            | Find::InHandler(_)
            | Find::InAuthorizer(_)
            | Find::InProject(_)
            | Find::InComments => continue,
        };
        if find(scene, findings) == Claim::Claimed {
            return;
        }
    }
}
