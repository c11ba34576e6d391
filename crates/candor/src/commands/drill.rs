//! `candor drill`

use std::collections::BTreeSet;

use candor_check::{Played, Player};
use candor_contract::ApiKind;
use candor_contract::verdict::Verdict;
use candor_gateway::drill::{Drill, Origin};
use candor_gateway::request::Ambient;

use crate::Status;
use crate::commands::check::Format;
use crate::commands::{Inputs, Work, tell_unread};
use crate::fault::Fault;
use crate::output;
use crate::output::drills::{self, Drilled, DrilledApi, DrilledRoute};
use crate::ui::Ui;

/// For each route and each way a function can fail: what would the client get, and who would notice?
///
/// Exit status: 0 unless an input could not be read (2) or --fail-on-verdict asks for more (1).
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: Inputs,
    /// Only this route, as in 'GET /orders'; '/orders' for all its methods
    #[arg(long, value_name = "ROUTE")]
    route: Option<String>,
    /// Only this outcome: raised, timed-out, authorizer-fails, …; a wrong one lists all
    #[arg(long, value_name = "SLUG")]
    outcome: Option<String>,
    /// Exit with 1 if one of these verdicts is among them
    #[arg(long, value_name = "VERDICT", value_delimiter = ',')]
    fail_on_verdict: Vec<String>,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Status, Fault> {
    let fatal: Vec<Verdict> =
        args.fail_on_verdict.iter().map(|slug| verdict(slug)).collect::<Result<_, _>>()?;
    let Work { reading, handlers, .. } = args.inputs.read()?;
    tell_unread(&reading, ui);
    let ambient = Ambient::example();
    let mut undecided = reading.undecided.clone();
    let mut apis = Vec::new();
    let mut outcomes = BTreeSet::new();
    for project in &reading.projects {
        let mut player = Player::new(&reading, &handlers, project);
        for api in &project.apis {
            let drill = Drill::new(api, &ambient);
            let mut routes = Vec::new();
            for route in &api.routes {
                let wanted = args.route.as_deref().is_none_or(|wanted| {
                    let key = route.key.to_string();
                    key.eq_ignore_ascii_case(wanted.trim()) || route.key.path == wanted.trim()
                });
                if !wanted {
                    continue;
                }
                let played = player.play(&drill, route).unwrap_or_else(|u| {
                    undecided.push(u);
                    Vec::new()
                });
                outcomes.extend(played.iter().map(|p| p.case.slug.to_string()));
                let drilled = played
                    .into_iter()
                    .filter(|p| args.outcome.as_deref().is_none_or(|wanted| wanted == p.case.slug))
                    .filter_map(|Played { case, exchange, .. }| match exchange {
                        Ok(exchange) => Some(Drilled::of(&case, &exchange, project)),
                        // What a source leaves open has been said once, with the handler.
                        Err(_) if case.origin != Origin::Standard => None,
                        Err(u) => {
                            undecided.push(u);
                            None
                        }
                    })
                    .collect();
                routes.push(DrilledRoute::of(route, drilled));
            }
            if args.route.is_some() && routes.is_empty() {
                continue;
            }
            let world = output::world_name(&project.world);
            apis.push(DrilledApi { name: api.name.clone(), kind: api.kind, world, routes });
        }
    }
    undecided.sort_by(|a, b| (a.span, &a.needs).cmp(&(b.span, &b.needs)));
    undecided.dedup();
    if let Some(route) = &args.route
        && apis.is_empty()
    {
        let what = format!("no route is `{route}`");
        let some: Vec<String> = reading
            .projects
            .iter()
            .flat_map(|p| &p.apis)
            .flat_map(|a| &a.routes)
            .map(|r| r.key.to_string())
            .take(8)
            .collect();
        return Err(Fault::Usage { what, hint: format!("there are: {}", some.join(", ")) });
    }
    if let Some(outcome) = &args.outcome
        && !outcomes.is_empty()
        && !outcomes.contains(outcome.as_str())
    {
        let what = format!("no route was played with the outcome `{outcome}`");
        let all: Vec<String> = outcomes.into_iter().collect();
        return Err(Fault::Usage { what, hint: format!("there are: {}", all.join(", ")) });
    }
    match args.format {
        Format::Json => ui.print(&drills::write_json(&reading, &apis, &undecided))?,
        Format::Text => {
            let (palette, width) = (ui.palette(), ui.width());
            ui.print(&drills::write_text(&reading, &apis, &undecided, palette, width))?;
        }
    }
    let failed =
        apis.iter().flat_map(|a| &a.routes).flat_map(|r| &r.drills).any(|d| fatal.contains(&d.verdict));
    Ok(if failed {
        Status::Found
    } else if !reading.unreadable.is_empty() {
        Status::Unread
    } else {
        Status::Clean
    })
}

fn verdict(slug: &str) -> Result<Verdict, Fault> {
    Verdict::ALL.into_iter().find(|v| v.slug() == slug).ok_or_else(|| Fault::Usage {
        what: format!("`{slug}` is no verdict"),
        hint: format!("verdicts: {}", Verdict::ALL.map(Verdict::slug).join(", ")),
    })
}

/// The kind of an API for people.
pub(crate) fn kind_words(kind: ApiKind) -> &'static str {
    match kind {
        ApiKind::Rest => "REST API",
        ApiKind::Http => "HTTP API",
        ApiKind::FunctionUrl => "function URL",
        ApiKind::Alb => "load balancer",
    }
}
