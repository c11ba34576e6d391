//! The binary as a person or a script meets it: what it prints, where to, and its exit status.
//!
//! Snapshots are files below `cli/snapshots`, so that `cargo xtask bless` can make them anew.

#![allow(clippy::unwrap_used)]

#[path = "cli/adopted.rs"]
mod adopted;
#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/balanced.rs"]
mod balanced;
#[path = "cli/examples.rs"]
mod examples;
#[path = "cli/handlers.rs"]
mod handlers;
#[path = "cli/help.rs"]
mod help;
#[path = "cli/json.rs"]
mod json;
#[path = "cli/pages.rs"]
mod pages;
#[path = "cli/render.rs"]
mod render;
#[path = "cli/sessions.rs"]
mod sessions;
#[path = "cli/simulate.rs"]
mod simulate;
#[path = "cli/streams.rs"]
mod streams;
#[path = "cli/support.rs"]
mod support;
#[path = "cli/usage.rs"]
mod usage;
#[path = "cli/worlds.rs"]
mod worlds;
