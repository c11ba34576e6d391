//! What the analysis says of handlers: their paths, what they leave unlooked at, what makes a failure good.

#![allow(clippy::unwrap_used)]

#[path = "handlers/accidents.rs"]
mod accidents;
#[path = "handlers/asides.rs"]
mod asides;
#[path = "handlers/fallbacks.rs"]
mod fallbacks;
#[path = "handlers/paths.rs"]
mod paths;
#[path = "handlers/python.rs"]
mod python;
#[path = "handlers/reached.rs"]
mod reached;
#[path = "handlers/routes.rs"]
mod routes;
#[path = "handlers/told.rs"]
mod told;
#[path = "handlers/watching.rs"]
mod watching;
