//! Who would notice: which alarms of the template an exchange would set off.
//!
//! In: the [`Signals`] of a failure, those of a success at the same route, and the project. Out: [`Noticed`]. Nothing is
//! played here, and nothing is guessed: where the template does not decide, the answer is "perhaps" (`None`).
//!
//! # What is assumed
//!
//! *Every* request that an alarm's metric counts ends as this exchange did, for as long as the alarm looks, and there are
//! as many of them as a finite threshold can ask for. So a sum grows beyond every threshold, a rate is 1, every datapoint
//! breaches, and how many of how many periods must breach does not matter. An alarm that stays silent then can never be
//! set off by this failure; one that fires then may still be slow. An alarm counts only if it is silent while all requests
//! succeed: one that always rings says nothing. A success is taken not to write lines that a metric filter takes, unless
//! they are lines that Lambda or the gateway writes about every request, and to take less time than an alarm allows.
//!
//! A failure is *noticed* when an alarm fires that tells somebody: its actions are switched on and there are some.

mod data;
mod filter;
mod math;
mod rule;

use candor_contract::verdict::Verdict;
use candor_gateway::exchange::Exchange;
use candor_gateway::signals::Signals;
use candor_iac::project::{Alarm, Asks, MetricQuery, Project, Threshold, Watches};

use data::{Datum, Scale};

pub(crate) use data::is_error_count;

/// What is true, false, or not known.
pub type Perhaps = Option<bool>;

/// Whether both hold.
fn both(a: Perhaps, b: Perhaps) -> Perhaps {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        (None, _) | (_, None) => None,
    }
}

/// Whether either holds.
fn either(a: Perhaps, b: Perhaps) -> Perhaps {
    not(both(not(a), not(b)))
}

fn not(a: Perhaps) -> Perhaps {
    a.map(|a| !a)
}

/// Who would notice a failure.
#[derive(Clone, Debug)]
pub struct Noticed<'p> {
    /// The alarms that would fire, or perhaps would, in the template's order.
    pub alarms: Vec<Fired<'p>>,
}

/// An alarm that would fire.
#[derive(Clone, Copy, Debug)]
pub struct Fired<'p> {
    /// Which.
    pub alarm: &'p Alarm,
    /// Whether that is certain.
    pub certain: bool,
    /// Whether it tells anybody.
    pub tells: Perhaps,
}

impl Noticed<'_> {
    /// Whether somebody is told.
    pub fn noticed(&self) -> Perhaps {
        let told = |fired: &Fired<'_>| both(fired.certain.then_some(true), fired.tells);
        self.alarms.iter().map(told).fold(Some(false), either)
    }

    /// Whether an alarm fires, told or not.
    pub fn fires(&self) -> Perhaps {
        self.alarms.iter().map(|fired| fired.certain.then_some(true)).fold(Some(false), either)
    }
}

/// Whether there is anything to notice: a server error, or a client that got something else than it should. An error that
/// the client was told as its own, a 404, is the client's to notice.
pub fn is_failure(exchange: &Exchange<'_>) -> bool {
    exchange.response.status.value >= 500 || exchange.judge().verdict != Verdict::Honest
}

/// Which alarms would fire. `failed` is what the failure leaves, `healthy` what a success leaves at the same route
/// ([`candor_gateway::signals::healthy`]).
pub fn notice<'p>(failed: &Signals, healthy: &Signals, project: &'p Project) -> Noticed<'p> {
    let view = View { failed, healthy, project };
    let fired = |alarm: &'p Alarm| {
        let fires = view.fires(alarm);
        (fires != Some(false)).then(|| Fired { alarm, certain: fires == Some(true), tells: tells(alarm) })
    };
    Noticed { alarms: project.alarms.iter().filter_map(fired).collect() }
}

/// Whether an alarm looks at anything that this exchange could move, whether it fires or not.
pub fn watches(alarm: &Alarm, failed: &Signals, healthy: &Signals, project: &Project) -> bool {
    let view = View { failed, healthy, project };
    alarm.metrics().any(|metric| {
        let datum = |side| view.datum(metric, side, Scale::Many);
        !matches!((datum(Side::Failed), datum(Side::Healthy)), (Datum::Still, Datum::Still))
    })
}

/// Whether an alarm tells anybody when it fires.
pub fn tells(alarm: &Alarm) -> Perhaps {
    let on = alarm.actions_enabled.or(&true).ok().map(|(on, _)| *on);
    let somebody = match alarm.alarm_actions.optional() {
        Ok((Some(actions), _)) => Some(!actions.is_empty()),
        Ok((None, _)) => Some(false),
        Err(_) => None,
    };
    both(on, somebody)
}

/// A failure, a success, and the template that watches.
#[derive(Clone, Copy)]
struct View<'v> {
    failed: &'v Signals,
    healthy: &'v Signals,
    project: &'v Project,
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Failed,
    Healthy,
}

impl Side {
    fn other(self) -> Side {
        match self {
            Side::Failed => Side::Healthy,
            Side::Healthy => Side::Failed,
        }
    }
}

/// How many composite alarms may stand above each other.
const DEEPEST: usize = 16;

impl View<'_> {
    fn signals(&self, side: Side) -> &Signals {
        match side {
            Side::Failed => self.failed,
            Side::Healthy => self.healthy,
        }
    }

    /// Whether the failure sets the alarm off, and a success does not.
    fn fires(&self, alarm: &Alarm) -> Perhaps {
        if self.unmoved(alarm, 0) == Some(true) {
            return Some(false);
        }
        both(self.state(alarm, Side::Failed, 0), not(self.state(alarm, Side::Healthy, 0)))
    }

    /// Whether everything that the alarm looks at is the same in failure and success.
    fn unmoved(&self, alarm: &Alarm, depth: usize) -> Perhaps {
        match &alarm.watches {
            Watches::Metric(..) | Watches::Queries(..) => Some(alarm.metrics().all(|metric| {
                let of = |side| self.datum(metric, side, Scale::Many);
                let (failed, healthy) = (of(Side::Failed), of(Side::Healthy));
                failed == healthy && failed != Datum::Unknown
            })),
            Watches::Alarms(rule) => {
                let Ok((Some(rule), _)) = rule.optional() else { return None };
                if depth >= DEEPEST {
                    return None;
                }
                let names = rule::names(rule)?;
                let of = |name: &String| self.unmoved(self.named(name)?, depth + 1);
                names.iter().map(of).fold(Some(true), both)
            }
        }
    }

    /// Whether an alarm is in the state ALARM.
    fn state(&self, alarm: &Alarm, side: Side, depth: usize) -> Perhaps {
        match &alarm.watches {
            Watches::Metric(metric, threshold) => {
                let at = |scale| breaches(&self.datum(metric, side, scale), threshold, side);
                agree(at(Scale::Many), at(Scale::More), || {
                    grows(&self.datum(metric, side, Scale::Many), &self.datum(metric, side, Scale::More))
                        && wants_more(threshold)
                })
            }
            Watches::Queries(queries, threshold) => {
                let returned = returned(queries)?;
                let value = |scale| {
                    let datum = |metric: &_| data::beside(metric, self.datum(metric, side, scale), scale);
                    math::value(returned, queries, &datum)
                };
                let (many, more) = (value(Scale::Many), value(Scale::More));
                agree(breaches(&many, threshold, side), breaches(&more, threshold, side), || {
                    grows(&many, &more) && wants_more(threshold)
                })
            }
            Watches::Alarms(rule) => {
                let Ok((Some(rule), _)) = rule.optional() else { return None };
                if depth >= DEEPEST {
                    return None;
                }
                rule::holds(rule, &|name| self.state(self.named(name)?, side, depth + 1))
            }
        }
    }

    /// The alarm that a composite rule means: by name, by reference, or by ARN.
    fn named(&self, name: &str) -> Option<&Alarm> {
        let name = name.rsplit(":alarm:").next().unwrap_or(name);
        let id =
            name.strip_prefix("${").and_then(|n| n.strip_suffix('}')).map(|n| n.trim_end_matches(".Arn"));
        self.project.alarms.iter().find(|alarm| match id {
            Some(id) => alarm.logical_id == id,
            None => matches!(alarm.name.optional(), Ok((Some(own), _)) if own == name),
        })
    }
}

/// The query that is compared with the threshold. AWS wants it to be the only one with `ReturnData: true`; among queries
/// that say nothing it is the one expression, or the only query.
fn returned(queries: &[MetricQuery]) -> Option<&MetricQuery> {
    let says = |query: &MetricQuery| query.return_data.optional().map(|(says, _)| says.copied());
    if queries.iter().any(|query| says(query).is_err()) {
        return None;
    }
    let of = |wanted: &dyn Fn(&&MetricQuery) -> bool| {
        let mut meant = queries.iter().filter(|query| says(query) != Ok(Some(false))).filter(wanted);
        match (meant.next(), meant.next()) {
            (Some(query), None) => Some(query),
            _ => None,
        }
    };
    of(&|query| says(query) == Ok(Some(true)))
        .or_else(|| of(&|_| true))
        .or_else(|| of(&|query| matches!(query.asks, Asks::Expression(_))))
}

/// Whether a number crosses the threshold, and what its absence counts as.
fn breaches(datum: &Datum, threshold: &Threshold, side: Side) -> Perhaps {
    let number = match datum {
        Datum::Number(number) => *number,
        Datum::Missing => {
            let default = "missing".to_string();
            let (treatment, _) = threshold.treat_missing_data.or(&default).ok()?;
            return Some(treatment == "breaching");
        }
        Datum::Still if side == Side::Healthy => return Some(false),
        Datum::Still | Datum::Unknown => return None,
    };
    let Ok((Some(operator), _)) = threshold.comparison_operator.optional() else { return None };
    let Ok((Some(limit), _)) = threshold.threshold.optional() else {
        // Whatever the number is, nobody wants to be told of nothing: it is above zero.
        let nothing = number <= 0.0
            && ["GreaterThanThreshold", "GreaterThanOrEqualToThreshold"].contains(&operator.as_str());
        return nothing.then_some(false);
    };
    match operator.as_str() {
        "GreaterThanThreshold" => Some(number > *limit),
        "GreaterThanOrEqualToThreshold" => Some(number >= *limit),
        "LessThanThreshold" => Some(number < *limit),
        "LessThanOrEqualToThreshold" => Some(number <= *limit),
        // Bands of anomaly detectors are learnt from traffic.
        _ => None,
    }
}

/// One answer of two scales: where they differ it hangs on the traffic. What grows crosses every threshold, also one that
/// only deployment knows.
fn agree(many: Perhaps, more: Perhaps, grows_past_all: impl FnOnce() -> bool) -> Perhaps {
    match (many, more) {
        (Some(a), Some(b)) if a == b => Some(a),
        _ => grows_past_all().then_some(true),
    }
}

fn grows(many: &Datum, more: &Datum) -> bool {
    matches!((many, more), (Datum::Number(a), Datum::Number(b)) if b > a && *a > 0.0)
}

fn wants_more(threshold: &Threshold) -> bool {
    matches!(threshold.comparison_operator.optional(), Ok((Some(operator), _)) if operator.starts_with("GreaterThan"))
}
