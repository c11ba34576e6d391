//! The two streams, colour and width. Results go to standard output, diagnostics to standard error.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Effects};

use crate::fault::Fault;

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

/// What a piece of text means; its colour follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Error,
    Warning,
    Note,
    Good,
    Strong,
    Faint,
}

/// Where a command prints.
#[derive(Debug)]
pub(crate) struct Ui {
    out: BufWriter<io::Stdout>,
    color: bool,
    color_on_stderr: bool,
    width: usize,
}

impl Ui {
    pub(crate) fn new(choice: ColorChoice) -> Ui {
        let allowed = std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
            && std::env::var_os("TERM").is_none_or(|t| t != "dumb");
        let decide = |terminal: bool| match choice {
            ColorChoice::Auto => terminal && allowed,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse::<usize>().ok());
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        // Redirected output is read in an editor or a CI log: neither folds gracefully.
        let width = columns.or_else(terminal).unwrap_or(100).clamp(40, 400);
        Ui {
            out: BufWriter::new(io::stdout()),
            color: decide(io::stdout().is_terminal()),
            color_on_stderr: decide(io::stderr().is_terminal()),
            width,
        }
    }

    /// Columns there are.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// A result.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Fault> {
        heard_enough(self.out.write_all(text.as_bytes()))
    }

    /// A diagnostic. That standard error is closed is nothing we could tell anyone.
    pub(crate) fn error(&mut self, text: &str) {
        let _ = self.out.flush();
        let _ = writeln!(io::stderr(), "{text}");
    }

    pub(crate) fn flush(&mut self) -> Result<(), Fault> {
        heard_enough(self.out.flush())
    }

    /// Text for standard error in its colour.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        paint(self.color_on_stderr, style, text)
    }

    /// How to colour results.
    pub(crate) fn palette(&self) -> Palette {
        Palette { color: self.color }
    }
}

/// Whoever closes our output has heard enough: that is no fault, and the exit status still says what was found.
fn heard_enough(result: io::Result<()>) -> Result<(), Fault> {
    match result {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Fault::Output),
    }
}

/// Colours for results, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    color: bool,
}

impl Palette {
    /// Text in its colour.
    pub(crate) fn paint(self, style: Style, text: &str) -> String {
        paint(self.color, style, text)
    }
}

fn paint(color: bool, style: Style, text: &str) -> String {
    if !color || text.is_empty() {
        return text.to_string();
    }
    let plain = anstyle::Style::new();
    let style = match style {
        Style::Error => plain.fg_color(Some(AnsiColor::Red.into())).effects(Effects::BOLD),
        Style::Warning => plain.fg_color(Some(AnsiColor::Yellow.into())).effects(Effects::BOLD),
        Style::Note => plain.fg_color(Some(AnsiColor::Cyan.into())).effects(Effects::BOLD),
        Style::Good => plain.fg_color(Some(AnsiColor::Green.into())),
        Style::Strong => plain.effects(Effects::BOLD),
        Style::Faint => plain.effects(Effects::DIMMED),
    };
    format!("{style}{text}{style:#}")
}
