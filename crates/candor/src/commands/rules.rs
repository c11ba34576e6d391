//! `candor rules`

use candor_check::rules::RULES;
use candor_contract::json::Json;

use crate::Status;
use crate::commands::check::Format;
use crate::fault::Fault;
use crate::ui::{Style, Ui};

/// All rules, with their severity.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// For a person, or for a program
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Status, Fault> {
    let mut rules: Vec<_> = RULES.to_vec();
    rules.sort_by_key(|rule| (std::cmp::Reverse(rule.severity), rule.slug));
    match args.format {
        Format::Json => {
            let rules = rules.iter().map(|rule| {
                Json::object([
                    ("rule", Json::string(rule.slug)),
                    ("severity", Json::string(rule.severity.slug())),
                    ("summary", Json::string(rule.summary)),
                ])
            });
            let all = Json::object([("version", Json::number(1)), ("rules", Json::Array(rules.collect()))]);
            ui.print(&format!("{}\n", all.write_pretty()))?;
        }
        Format::Text => {
            let palette = ui.palette();
            let widest = rules.iter().map(|rule| rule.slug.len()).max().unwrap_or(0);
            let room = ui.width().saturating_sub(widest + 11).max(30);
            for rule in rules {
                let style = crate::output::severity_style(rule.severity);
                let severity = palette.paint(style, &format!("{:<7}", rule.severity.slug()));
                let mut lines = crate::output::wrap(rule.summary, room).into_iter();
                let first = lines.next().unwrap_or_default();
                let slug = palette.paint(Style::Strong, &format!("{:<widest$}", rule.slug));
                ui.print(&format!("{severity}  {slug}  {first}\n"))?;
                for line in lines {
                    ui.print(&format!("{:1$}{line}\n", "", widest + 11))?;
                }
            }
        }
    }
    Ok(Status::Clean)
}
