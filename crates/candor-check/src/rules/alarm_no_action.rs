//! An alarm that fires and tells nobody.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "alarm-no-action",
    severity: Severity::Note,
    summary: "An alarm on failures has no action, or its actions are switched off: it fires, and nobody is told.",
    docs: include_str!("alarm_no_action.md"),
    find: Find::InProject(find),
};

use crate::notice::tells;
use crate::watched::{is_about_failures, report_api};

fn find(project: &Project, findings: &mut Findings) {
    for alarm in project.alarms.iter().filter(|alarm| is_about_failures(alarm) && !alarm.referred_to) {
        if tells(alarm) != Some(false) {
            continue;
        }
        let off = matches!(alarm.actions_enabled.optional(), Ok((Some(false), _)));
        let at = if off { alarm.actions_enabled.span() } else { alarm.alarm_actions.span() };
        report_api(&RULE, "", findings, Claimed {
            at,
            message: format!("{} fires, and nobody is told", alarm.logical_id),
            label: if off { "its actions are switched off" } else { "no AlarmActions" }.to_string(),
            remedy: "AlarmActions with an SNS topic that somebody reads".to_string(),
            also: Vec::new(),
        });
    }
}
