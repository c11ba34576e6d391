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
    /// For a person; `None` where there is nobody left to tell: the reader of our output has closed it.
    pub(crate) fn render(&self, ui: &Ui) -> Option<String> {
        let error = ui.paint(Style::Error, "error");
        match self {
            Fault::Usage { what, hint } => Some(format!("{error}: {what}\n  = help  {hint}")),
            Fault::Input { subject, what } => Some(format!("{error}: {subject}: {what}")),
            Fault::Output(e) if e.kind() == io::ErrorKind::BrokenPipe => None,
            Fault::Output(e) => Some(format!("{error}: standard output cannot be written to: {e}")),
        }
    }
}
