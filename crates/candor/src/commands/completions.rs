//! `candor completions`

use clap::CommandFactory as _;

use crate::Status;
use crate::commands::Cli;
use crate::fault::Fault;
use crate::ui::Ui;

/// Completions for a shell, on standard output.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Status, Fault> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "candor", &mut script);
    ui.print(&String::from_utf8_lossy(&script))?;
    Ok(Status::Clean)
}
