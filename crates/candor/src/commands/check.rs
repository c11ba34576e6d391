//! `candor check`

use std::path::Path;

use candor_check::{Baseline, Report, Severity};
use candor_iac::Reading;
use candor_iac::files::FileError;

use crate::Status;
use crate::commands::{Inputs, Work, tell_unread};
use crate::disk::Disk;
use crate::fault::Fault;
use crate::output;
use crate::ui::{Style, Ui};

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
    /// For a person, a program, code scanning, a pull request, a pipeline
    #[arg(long, value_enum, default_value = "text")]
    format: ReportFormat,
    /// The least severity that makes the exit status 1 [default: error]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// Report only what is not in this file. Where there is none it is written with all there is now; what has been mended leaves it
    #[arg(long, value_name = "FILE")]
    baseline: Option<String>,
    /// Report these rules only
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Do not report these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Show notes, too; the formats for pull requests and pipelines leave them out without this
    #[arg(long)]
    notes: bool,
    /// How many findings of each rule, in place of the findings
    #[arg(long)]
    statistics: bool,
    /// Findings only: nothing about what is undecided or was passed over, no summary
    #[arg(long, short)]
    quiet: bool,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ReportFormat {
    Text,
    Json,
    Sarif,
    Github,
    Gitlab,
    Junit,
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
    let Work { mut reading, handlers, settings, teller } = args.inputs.read()?;
    if args.quiet {
        reading.skipped.clear();
        reading.warnings.clear();
    }
    let mut report = candor_check::check(&reading, &handlers, &settings.config.promises);
    // Before anything else is said: its line must not stand in the middle of it.
    drop(teller);
    tell_unread(&reading, ui);
    let here = [".".to_string()];
    let paths = if args.inputs.paths.is_empty() { &here[..] } else { &args.inputs.paths };
    if !args.quiet && paths.iter().any(|path| settings.is_whole(path)) {
        for route in settings.config.promises.of_nobody(&reading) {
            ui.error(&format!("{}: no API has a route `{route}`", ui.paint(Style::Warning, "warning")));
        }
    }
    settings.apply(&reading.sources, &mut report.findings);
    report.findings.retain(|f| {
        let named = |list: &[String]| list.iter().any(|slug| slug == f.rule.slug);
        (args.select.is_empty() || named(&args.select)) && !named(&args.ignore)
    });
    let known = match args.baseline.clone().or_else(|| settings.baseline()) {
        Some(path) => against_baseline(&path, &reading, &mut report, ui)?,
        None => 0,
    };
    let with_notes = args.notes || matches!(args.format, ReportFormat::Text | ReportFormat::Json);
    if !with_notes && args.fail_on != Some(FailOn::Note) {
        report.findings.retain(|f| f.severity > Severity::Note);
    }
    let least = match args.fail_on {
        Some(FailOn::Error) => Severity::Error,
        Some(FailOn::Warning) => Severity::Warning,
        Some(FailOn::Note) => Severity::Note,
        None => settings.config.fail_on.unwrap_or(Severity::Error),
    };
    match args.format {
        ReportFormat::Json => ui.print(&output::check_json::write(&reading, &report))?,
        ReportFormat::Sarif => ui.print(&output::sarif::write(&reading, &report))?,
        ReportFormat::Github => ui.print(&output::reviews::github(&reading, &report))?,
        ReportFormat::Gitlab => ui.print(&output::reviews::gitlab(&reading, &report))?,
        ReportFormat::Junit => ui.print(&output::reviews::junit(&reading, &report))?,
        ReportFormat::Text if args.statistics => {
            ui.print(&output::check_text::statistics(&reading, &report, known, ui.palette(), ui.width()))?;
        }
        ReportFormat::Text => {
            let (palette, width) = (ui.palette(), ui.width());
            let text =
                output::check_text::write(&reading, &report, args.notes, args.quiet, known, palette, width);
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

/// Takes out what the baseline holds, and brings its file up to date: where there is none, it is written; what has been mended leaves it.
/// How many findings it holds.
fn against_baseline(path: &str, reading: &Reading, report: &mut Report, ui: &mut Ui) -> Result<usize, Fault> {
    let fault = |what: String| Fault::Input { subject: path.to_string(), what };
    let write = |baseline: &Baseline| {
        std::fs::write(path, baseline.write()).map_err(|e| fault(format!("cannot be written: {e}")))
    };
    match Disk::of(64 << 20).bytes(Path::new(path)) {
        Err(FileError::NotFound) => {
            let baseline = Baseline::of(&reading.sources, &report.findings);
            write(&baseline)?;
            report.findings.clear();
            ui.error(&format!("baseline: {} written to {path}", output::count(baseline.len(), "finding")));
            Ok(baseline.len())
        }
        Err(error) => Err(fault(error.to_string())),
        Ok(bytes) => {
            let text = String::from_utf8(bytes).map_err(|_| fault("no UTF-8".to_string()))?;
            let baseline = Baseline::read(&text).map_err(fault)?;
            let compared = baseline.compare(&reading.sources, &mut report.findings);
            // With files unread, what they hold is not gone.
            if compared.gone > 0 && reading.unreadable.is_empty() {
                write(&compared.rest)?;
                ui.error(&format!(
                    "baseline: {} mended and taken out of {path}",
                    output::count(compared.gone, "finding")
                ));
            }
            Ok(compared.known)
        }
    }
}
