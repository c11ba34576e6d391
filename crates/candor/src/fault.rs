//! What went wrong around the work itself, rendered once.

use std::io;

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

impl Fault {
    /// For a person.
    pub(crate) fn render(&self, ui: &Ui) -> String {
        let error = ui.paint(Style::Error, "error");
        match self {
            Fault::Usage { what, hint } => format!("{error}: {what}\n  = help  {hint}"),
            Fault::Input { subject, what } => format!("{error}: {subject}: {what}"),
            Fault::Output(e) => format!("{error}: standard output cannot be written to: {e}"),
        }
    }
}
