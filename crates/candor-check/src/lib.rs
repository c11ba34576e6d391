//! Judgement: plays every case through every route and says where a failure would be hidden. In: what
//! [`candor_iac::read`] read. Out: a [`Report`] of findings a person can act on.
//!
//! `cases` says what is played, [`Player`] plays it, [`check`] groups the dishonest exchanges into findings by asking
//! the rules of [`rules::RULES`] in order.
//!
//! Never here: files, sockets, clocks, printing; a second opinion on what the gateway answers or on a verdict.

mod baseline;
mod cases;
mod check;
mod config;
mod endpoint_cases;
mod finding;
mod handlers;
pub mod notice;
mod pattern;
mod player;
mod promises;
pub mod rules;
mod suppress;
mod watched;
mod worlds;

pub use baseline::{Baseline, Compared};
pub use cases::example_message;
pub use check::{Report, Totals, check};
pub use config::{Config, ConfigError};
pub use finding::{Finding, Findings, Proof, Severity};
pub use handlers::{Absent, Handler, Handlers};
pub use player::{Played, Player};
pub use promises::Promises;
