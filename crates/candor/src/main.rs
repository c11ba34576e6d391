//! `candor`: if your API says 200, make sure it means it.
//!
//! The shell around the pure crates: arguments, files, output formats, exit statuses. The only crate that prints.

mod commands;
mod disk;
mod fault;
mod output;
mod ui;

use std::process::ExitCode;

use clap::Parser;

use commands::{Cli, Command};
use ui::Ui;

/// What a command came to: the exit status, but for faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Everything was read and nothing found.
    Clean,
    /// Findings at or above `--fail-on`.
    Found,
    /// Without findings, an input that could not be read: it may hide anything.
    Unread,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut ui = Ui::new(cli.color);
    let result = match &cli.command {
        Command::Check(args) => commands::check::run(args, &mut ui),
        Command::Drill(args) => commands::drill::run(args, &mut ui),
        Command::Simulate(args) => commands::simulate::run(args, &mut ui),
        Command::Explain(args) => commands::explain::run(args, &mut ui),
        Command::Rules(args) => commands::rules::run(args, &mut ui),
        Command::Completions(args) => commands::completions::run(args, &mut ui),
    };
    let status = match result.and_then(|status| ui.flush().map(|()| status)) {
        Ok(status) => status,
        Err(fault) => {
            ui.error(&fault.render(&ui));
            Status::Unread
        }
    };
    ExitCode::from(match status {
        Status::Clean => 0,
        Status::Found => 1,
        Status::Unread => 2,
    })
}
