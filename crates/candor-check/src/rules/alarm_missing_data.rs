//! An alarm on a count of errors that rings when nobody calls, sticks in its state, or asks a rate to be above one.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "alarm-missing-data",
    severity: Severity::Note,
    summary: "An alarm rings when nobody calls, keeps its state without traffic, or asks of a rate what it never reaches.",
    docs: include_str!("alarm_missing_data.md"),
    find: Find::InProject(find),
};

use candor_iac::project::{Alarm, Threshold, Watches};

use crate::watched::{LOAD_BALANCER, error_counts, report_api, written};

fn find(project: &Project, findings: &mut Findings) {
    for alarm in &project.alarms {
        let threshold = match &alarm.watches {
            Watches::Metric(_, threshold) | Watches::Queries(_, threshold) => threshold,
            Watches::Alarms(_) => continue,
        };
        if let Some(claimed) = impossible(alarm, threshold)
            .or_else(|| silent_hours(alarm, threshold))
            .or_else(|| too_late(alarm, threshold)) {
            report_api(&RULE, "", findings, claimed);
        }
    }
}

/// The average of an error count is a rate between 0 and 1.
fn impossible(alarm: &Alarm, threshold: &Threshold) -> Option<Claimed> {
    let Watches::Metric(metric, _) = &alarm.watches else { return None };
    let (_, name) = error_counts(alarm).next()?;
    let (limit, _) = threshold.threshold.optional().ok()?;
    let limit = *limit?;
    let never = match written(&threshold.comparison_operator)? {
        "GreaterThanThreshold" => limit >= 1.0,
        "GreaterThanOrEqualToThreshold" => limit > 1.0,
        _ => false,
    };
    let of_load_balancer = written(&metric.namespace) == Some(LOAD_BALANCER);
    // Where it is published at all, it is one.
    if written(&metric.statistic) != Some("Average") || limit < 1.0 || (of_load_balancer && !never) {
        return None;
    }
    let at = threshold.threshold.span();
    Some(Claimed {
        at,
        message: if never {
            format!("{} can never fire", alarm.logical_id)
        } else {
            format!("{} fires only when every single request fails", alarm.logical_id)
        },
        label: match of_load_balancer {
            true => format!("the average of {name} is always 1: it is published where it is not zero"),
            false => format!("the average of {name} is a rate: at most 1"),
        },
        remedy: "the statistic Sum for a number of errors, or a threshold below 1 for a rate".to_string(),
        also: vec![(metric.statistic.span(), "the statistic".to_string())],
    })
}

/// What a period without requests counts as.
fn silent_hours(alarm: &Alarm, threshold: &Threshold) -> Option<Claimed> {
    let (metric, _) = error_counts(alarm).next()?;
    if !written(&threshold.comparison_operator)?.starts_with("GreaterThan") {
        return None;
    }
    let (treatment, _) = threshold.treat_missing_data.optional().ok()?;
    // A load balancer publishes no zeros: without errors there is no data, whoever calls.
    let of_load_balancer = written(&metric.namespace) == Some(LOAD_BALANCER);
    let (message, label) = match treatment.map(String::as_str) {
        Some("notBreaching") => return None,
        Some("breaching") if of_load_balancer => (
            format!("{} rings while nothing fails", alarm.logical_id),
            "a load balancer publishes no zeros: a period without errors counts as one of errors",
        ),
        Some("ignore") if of_load_balancer => (
            format!("{} does not end when the errors do", alarm.logical_id),
            "a load balancer publishes no zeros: an alarm that has fired stays until somebody resets it",
        ),
        Some(_) | None if of_load_balancer => (
            format!("{} has no state while nothing fails", alarm.logical_id),
            "a load balancer publishes no zeros, and what missing data means is left to the default",
        ),
        Some("breaching") => (
            format!("{} rings when nobody calls", alarm.logical_id),
            "an hour without requests counts as an hour of errors",
        ),
        Some("ignore") => (
            format!("{} keeps its state while nobody calls", alarm.logical_id),
            "an alarm that has fired does not end before the next requests",
        ),
        Some(_) | None => (
            format!("{} has no state while nobody calls", alarm.logical_id),
            "without data it is neither OK nor ALARM: what missing data means is left to the default",
        ),
    };
    Some(Claimed {
        at: threshold.treat_missing_data.span(),
        message,
        label: label.to_string(),
        remedy: "`TreatMissingData: notBreaching` for a count of errors".to_string(),
        also: Vec::new(),
    })
}

/// The longest incident that an alarm may wait for: most are over, or known from customers, by then.
const LONGEST_WAIT: u64 = 3600;

/// How long failures must last before the alarm fires.
fn too_late(alarm: &Alarm, threshold: &Threshold) -> Option<Claimed> {
    let Watches::Metric(metric, _) = &alarm.watches else { return None };
    error_counts(alarm).next()?;
    let period = *metric.period.optional().ok()?.0?;
    let (periods, _) = threshold.evaluation_periods.optional().ok()?;
    let (datapoints, _) = threshold.datapoints_to_alarm.optional().ok()?;
    let needed = *datapoints.or(periods)?;
    if period.saturating_mul(needed) <= LONGEST_WAIT || needed < 2 {
        return None;
    }
    let at = if datapoints.is_some() { threshold.datapoints_to_alarm.span() } else { threshold.evaluation_periods.span() };
    let hours = period.saturating_mul(needed) / 3600;
    Some(Claimed {
        at,
        message: format!("{} fires after {hours} hours of failures", alarm.logical_id),
        label: format!("{needed} periods of {}, and the threshold must be crossed in each", seconds(Duration::from_secs(period))),
        remedy: "a shorter period, or fewer datapoints to alarm: `DatapointsToAlarm: 1`".to_string(),
        also: vec![(metric.period.span(), "the period".to_string())],
    })
}
