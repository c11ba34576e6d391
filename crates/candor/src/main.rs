//! `candor`: if your API says 200, make sure it means it.
//!
//! The shell around the pure crates: arguments, files, output formats, exit statuses. The only crate that prints.

mod commands;
mod disk;
mod fault;
mod ignored;
mod output;
mod progress;
mod settings;
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

/// Stack for the work: templates and sources may nest as deep as their limits allow, and the main thread's stack is the system's choice.
const STACK: usize = 64 * 1024 * 1024;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || run(&cli));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // It has panicked, and said so: that is ours to mend.
        Ok(Err(_)) => ExitCode::from(2),
        Err(error) => {
            // No standard way to say less: without a thread there is no work.
            Ui::new(ui::ColorChoice::Never).error(&format!("error: no thread to work on: {error}"));
            ExitCode::from(2)
        }
    }
}

fn run(cli: &Cli) -> ExitCode {
    let mut ui = Ui::new(cli.color);
    let result = match &cli.command {
        Command::Check(args) => commands::check::run(args, &mut ui),
        Command::Drill(args) => commands::drill::run(args, &mut ui),
        Command::Simulate(args) => commands::simulate::run(args, &mut ui),
        Command::Render(args) => commands::render::run(args, &mut ui),
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
