//! `candor check`

use candor_check::Severity;

use crate::Status;
use crate::commands::{Inputs, tell_unread};
use crate::fault::Fault;
use crate::output;
use crate::ui::Ui;

/// Where would a failure be hidden?
///
/// Plays every way a function can fail against every route and reports the places that turn a failure into a success, a
/// success into a failure, or an error into another: one finding for one cause, at the line that causes it.
///
/// Exit status: 0 if everything was read and nothing found, 1 for findings at or above --fail-on, 2 for wrong usage or, without
/// findings, for an input that could not be read.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: Inputs,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// The least severity that makes the exit status 1
    #[arg(long, value_enum, default_value = "error", value_name = "SEVERITY")]
    fail_on: FailOn,
    /// Report these rules only
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Do not report these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Show notes, too
    #[arg(long)]
    notes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
}

pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Status, Fault> {
    for slug in args.select.iter().chain(&args.ignore) {
        crate::commands::explain::known(slug)?;
    }
    let (reading, handlers) = args.inputs.read()?;
    tell_unread(&reading, ui);
    let mut report = candor_check::check(&reading, &handlers);
    report.findings.retain(|f| {
        let named = |list: &[String]| list.iter().any(|slug| slug == f.rule.slug);
        (args.select.is_empty() || named(&args.select)) && !named(&args.ignore)
    });
    let least = match args.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Note => Severity::Note,
    };
    match args.format {
        Format::Json => ui.print(&output::check_json::write(&reading, &report))?,
        Format::Text => {
            let (palette, width) = (ui.palette(), ui.width());
            let text = output::check_text::write(&reading, &report, args.notes, palette, width);
            ui.print(&text)?;
        }
    }
    let status = if report.findings.iter().any(|f| f.severity >= least) {
        Status::Found
    } else if !reading.unreadable.is_empty() {
        Status::Unread
    } else {
        Status::Clean
    };
    // The process ends here: the system takes all of it back at once, a tree of 10,000 routes piece by piece takes a while.
    std::mem::forget((reading, handlers, report));
    Ok(status)
}
