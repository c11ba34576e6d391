//! What went wrong around the work itself, rendered once.

use std::io;

use crate::output::{fold, harmless};
use crate::ui::{Style, Ui};

/// Why a command could not do its work. Each variant has its subject and the way out.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The arguments do not fit together.
    Usage {
        /// What does not fit.
        what: String,
        /// What would.
        hint: String,
    },
    /// An input cannot be used.
    Input {
        /// The file, or the argument.
        subject: String,
        /// What is wrong with it.
        what: String,
    },
    /// Standard output cannot be written to.
    Output(io::Error),
}

/// Where a hint begins, behind `  = help  `.
const HINT_INDENT: usize = 10;

impl Fault {
    /// For a person.
    pub(crate) fn render(&self, ui: &Ui) -> String {
        let error = ui.paint(Style::Error, "error");
        match self {
            Fault::Usage { what, hint } => {
                let hint = harmless(hint);
                // A name of two words (`GET /orders`) is not broken; prose is.
                let pieces = hint.split_inclusive(", ").flat_map(|piece| match piece.chars().count() {
                    0..=40 => vec![piece.trim_end()],
                    _ => piece.split_whitespace().collect(),
                });
                let lines = fold(pieces, ui.width().saturating_sub(HINT_INDENT));
                format!("{error}: {what}\n  = help  {}", lines.join(&format!("\n{:HINT_INDENT$}", "")))
            }
            Fault::Input { subject, what } => format!("{error}: {subject}: {what}"),
            Fault::Output(e) => format!("{error}: standard output cannot be written to: {e}"),
        }
    }
}
