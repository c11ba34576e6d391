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
        let shared_start =
            |rule: &Rule| slug.chars().zip(rule.slug.chars()).take_while(|(a, b)| a == b).count();
        let shares_a_word = |rule: &Rule| slug.split('-').any(|w| w.len() > 3 && rule.slug.contains(w));
        let mut near: Vec<&Rule> =
            RULES.iter().copied().filter(|r| shared_start(r) > 3 || shares_a_word(r)).collect();
        near.sort_by_key(|rule| std::cmp::Reverse(shared_start(rule)));
        let near: Vec<&str> = near.into_iter().map(|rule| rule.slug).take(3).collect();
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
