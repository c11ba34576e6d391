//! `candor explain`

use candor_check::rules::{self, RULES, Rule};

use crate::Status;
use crate::fault::Fault;
use crate::ui::Ui;

/// Why is this a hazard, what does AWS do, how is it mended?
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The rule's name, as findings show it in brackets
    #[arg(value_name = "RULE")]
    rule: String,
}

/// The rule of this name.
///
/// # Errors
/// Where there is none: with the names that come nearest.
pub(crate) fn known(slug: &str) -> Result<&'static Rule, Fault> {
    rules::find(slug).ok_or_else(|| {
        let shares =
            |rule: &&&Rule| slug.split('-').filter(|w| w.len() > 3).any(|word| rule.slug.contains(word));
        let near: Vec<&str> = RULES.iter().filter(shares).map(|rule| rule.slug).take(6).collect();
        let hint = if near.is_empty() {
            "`candor rules` lists them all".to_string()
        } else {
            format!("near it: {}; `candor rules` lists them all", near.join(", "))
        };
        Fault::Usage { what: format!("there is no rule `{slug}`"), hint }
    })
}

pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Status, Fault> {
    let rule = known(&args.rule)?;
    ui.print(rule.docs)?;
    Ok(Status::Clean)
}
