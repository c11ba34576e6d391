//! The commands, a file each.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod drill;
pub(crate) mod explain;
pub(crate) mod render;
pub(crate) mod rules;
pub(crate) mod simulate;

use std::io::Read as _;

use clap::{Args, Parser, Subcommand};

use candor_check::Handlers;
use candor_iac::{Options, Reading, Unreadable};

use crate::disk::Disk;
use crate::fault::Fault;
use crate::progress::{Progress, Teller};
use crate::settings::Settings;
use crate::ui::{ColorChoice, Style, Ui};

/// Finds where API Gateway answers 200 for a Lambda function that failed.
///
/// candor plays every way a function can fail through a model of your API, and reports where the failure would leave the
/// building as a success: with the line that hides it and the answer that proves it.
#[derive(Debug, Parser)]
#[command(name = "candor", version, max_term_width = 100, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Colour: on a terminal unless NO_COLOR is set, always, or never
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN", display_order = 900)]
    pub(crate) color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(check::Args),
    Drill(drill::Args),
    Simulate(Box<simulate::Args>),
    Render(render::Args),
    Explain(explain::Args),
    Rules(rules::Args),
    Completions(completions::Args),
}

/// What to read, for every command that reads templates.
#[derive(Debug, Args)]
pub(crate) struct Inputs {
    /// Templates, or folders that hold them; - for a template on standard input [default: this folder]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<String>,
    /// Decide a template parameter that has no default, or another value than the default
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(crate) parameters: Vec<(String, String)>,
    /// Refuse files above this many bytes
    #[arg(long, value_name = "BYTES", default_value_t = 16 * 1024 * 1024)]
    pub(crate) max_file: u64,
    /// The path of the template on standard input: what it names is looked for from there
    #[arg(long, value_name = "FILE")]
    pub(crate) stdin_filename: Option<String>,
    /// The configuration [default: the nearest candor.toml at the first PATH or above it]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<String>,
}

/// What a command works on.
pub(crate) struct Work {
    pub(crate) reading: Reading,
    pub(crate) handlers: Handlers,
    pub(crate) settings: Settings,
    /// Tells of progress until the work is put out of hand.
    pub(crate) teller: Teller,
}

pub(crate) fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_string(), value.to_string())),
        _ => Err("expected NAME=VALUE".to_string()),
    }
}

impl Inputs {
    /// A path as it is shown: what comes in on standard input has a name, too.
    fn named(&self, path: &str) -> String {
        match (path, &self.stdin_filename) {
            ("-", Some(name)) => name.clone(),
            ("-", None) => "stdin.yaml".to_string(),
            _ => path.to_string(),
        }
    }

    fn standard_input(&self) -> Result<Vec<u8>, Fault> {
        let fault = |what: String| Fault::Input { subject: "standard input".to_string(), what };
        let mut text = Vec::new();
        std::io::stdin().take(self.max_file + 1).read_to_end(&mut text).map_err(|e| fault(e.to_string()))?;
        if text.len() as u64 > self.max_file {
            return Err(fault(format!("more than {} bytes (--max-file)", self.max_file)));
        }
        Ok(text)
    }

    /// Reads everything there is, handlers included. What cannot be read is in the [`Reading`], not an error.
    ///
    /// # Errors
    /// Where there is nothing to read at all.
    pub(crate) fn read(&self) -> Result<Work, Fault> {
        let here = [".".to_string()];
        let paths = if self.paths.is_empty() { &here[..] } else { &self.paths };
        let named: Vec<String> = paths.iter().map(|path| self.named(path)).collect();
        let paths = &named[..];
        let settings = Settings::find(self.config.as_deref(), &paths[0])?;
        let progress = Progress::default();
        let teller = progress.tell();
        let mut disk = Disk::of(self.max_file).of_project(paths).with(&settings).telling(&progress);
        if self.paths.iter().any(|path| path == "-") {
            disk = disk.given(self.named("-"), self.standard_input()?);
        }
        // What is given here counts before what is written there.
        let configured = settings
            .config
            .parameters
            .iter()
            .filter(|(name, _)| !self.parameters.iter().any(|(n, _)| n == name));
        let options = Options {
            parameters: self.parameters.iter().chain(configured).cloned().collect(),
            max_file: self.max_file,
            limits: candor_iac::syntax::Limits::default(),
        };
        progress.now("reading templates");
        let mut reading = candor_iac::read(&disk, paths, &options);
        if reading.files == 0 && reading.unreadable.is_empty() {
            let why = match reading.skipped.first() {
                Some((path, why)) => format!("{path}: {why}"),
                None => "no SAM or CloudFormation template and no OpenAPI file with x-amazon-apigateway extensions".to_string(),
            };
            return Err(Fault::Input { subject: paths.join(", "), what: format!("nothing to read: {why}") });
        }
        // A configuration may speak of templates that are not looked at today.
        reading.unknown_parameters.retain(|name| self.parameters.iter().any(|(given, _)| given == name));
        progress.now("reading handlers");
        let handlers = Handlers::read(&disk, &mut reading);
        progress.now("playing failures");
        Ok(Work { reading, handlers, settings, teller })
    }
}

/// Path, line and column of an unreadable input, as far as it has them.
pub(crate) fn place_of(reading: &Reading, unreadable: &Unreadable) -> String {
    match unreadable.span {
        Some(span) => {
            let at = reading.sources.position(span);
            format!("{}:{}:{}", reading.sources.path(span.file), at.line, at.column)
        }
        None => unreadable.path.clone(),
    }
}

/// Tells on standard error what was not read, or read with doubts.
pub(crate) fn tell_unread(reading: &Reading, ui: &mut Ui) {
    for unreadable in &reading.unreadable {
        let line = format!(
            "{}: {}: {}",
            ui.paint(Style::Error, "unreadable"),
            place_of(reading, unreadable),
            unreadable.message
        );
        ui.error(&line);
    }
    for (span, warning) in &reading.warnings {
        let at = reading.sources.position(*span);
        let path = reading.sources.path(span.file);
        let line =
            format!("{}: {path}:{}:{}: {warning}", ui.paint(Style::Warning, "warning"), at.line, at.column);
        ui.error(&line);
    }
    for name in &reading.unknown_parameters {
        ui.error(&format!("{}: no template has a parameter {name}", ui.paint(Style::Warning, "warning")));
    }
    for (path, why) in &reading.skipped {
        let line = format!("{}: {path}: {why}", ui.paint(Style::Note, "passed over"));
        ui.error(&line);
    }
}
