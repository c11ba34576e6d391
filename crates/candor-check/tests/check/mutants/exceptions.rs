//! What is wrong with how an exception is taken: it is swallowed, answered with 200, or laid at the client's door.

use std::ops::Range;

use super::python::{Module, Next, Role};
use super::returns::{failure, says_error};
use super::{Broken, Kind};

/// What the client would get when an `except` let control run on.
enum Swallowed {
    /// A success; the `except` is to blame.
    Success,
    /// The function returns `None`, after the last statement of the `finally` if there is one.
    Nothing { through: Option<usize> },
}

/// What would come of an `except` that let control run on; `None` where the function would fail all the same, or where nobody
/// could say.
fn swallowed(module: &Module<'_>, except: usize) -> Option<Swallowed> {
    let try_ = module.try_of(except);
    let function = module.function(except)?;
    let end = module.body(function).end;
    let next = module.next(module.last_of(except));
    let later = match next {
        Next::Statement(next) | Next::Loop(next) => next..end,
        Next::End { .. } => end..end,
    };
    if !later.is_empty() && (module.needs(try_, later.clone()) || !module.has_effect(try_)) {
        return None;
    }
    // A thing that is not there need not be deleted: many would call that a success, and rightly.
    let deletes = module.text[module.block(module.body(try_))].contains("delete_item(");
    if deletes && module.code_of(except).contains("ConditionalCheckFailedException") {
        return None;
    }
    let mut rest = later.map(|i| (module.text_of(i), module.code_of(i)));
    match (module.role(except), next) {
        (Role::Answers, Next::End { through }) => Some(Swallowed::Nothing { through }),
        (Role::Answers, _) if module.kind == Kind::NonProxy => {
            rest.any(|(_, code)| code.starts_with("return ")).then_some(Swallowed::Success)
        }
        (Role::Answers, _) => rest.any(|(text, code)| succeeds(text, code)).then_some(Swallowed::Success),
        (Role::Route, Next::Statement(_)) => Some(Swallowed::Success),
        (Role::Procedure, _) => module.has_effect(try_).then_some(Swallowed::Success),
        (Role::Route | Role::Value, _) => None,
    }
}

/// Whether a statement answers with a 2xx.
fn succeeds(text: &str, code: &str) -> bool {
    let answers = code.starts_with("return ") || text.contains("[\"statusCode\"] = ");
    let numbers = ["200", "201", "202", "HTTPStatus.OK", "HTTPStatus.CREATED", "HTTPStatus.ACCEPTED"];
    answers && numbers.iter().any(|n| code.contains(n))
}

/// The `except` clauses that end in an answer of 4xx or 5xx, or in a `raise`, with the last statement.
fn honest(module: &Module<'_>) -> impl Iterator<Item = (usize, usize)> {
    module.excepts().map(|except| (except, module.last_of(except))).filter(|(except, last)| {
        let step_by_step = || module.body(*except).any(|i| failure(module, i).is_some());
        let fails = || failure(module, *last).is_some() || step_by_step();
        module.is(*last, "raise") || (module.is(*last, "return") && fails())
    })
}

/// Puts something in the place of the last statements of an `except`, from byte `start` on, so that control runs on.
fn runs_on(module: &Module<'_>, except: usize, last: usize, start: usize, instead: &str) -> Option<Broken> {
    let end = module.span(last).end;
    let text = module.with(start..end, instead);
    let lines = |text: &str| text.matches('\n').count();
    let moved = |line: usize| line + lines(&text) - lines(module.text);
    let accepted = match swallowed(module, except)? {
        Swallowed::Success => vec![("swallowed-then-success", module.first_line(except))],
        Swallowed::Nothing { through } => {
            let own = module.line(start);
            let then = through.map(|f| moved(module.first_line(f)));
            std::iter::once(own).chain(then).map(|line| ("null-return", line)).collect()
        }
    };
    Some(Broken { accepted, text })
}

/// The name that an `except` gives its exception.
fn name_of<'m>(module: &'m Module<'_>, except: usize) -> Option<&'m str> {
    module.code_of(except).trim_end_matches(':').split_once(" as ").map(|(_, name)| name)
}

/// The answer or the `raise` at the end of an `except` is a line in the log now.
pub(super) fn swallow_and_log(module: &Module<'_>) -> Vec<Broken> {
    let broken = |(except, last): (usize, usize)| {
        let logger =
            ["logger", "log"].iter().find(|l| module.text.contains(&format!("{l} = logging.getLogger")));
        let instead = match (name_of(module, except), logger) {
            (Some(name), Some(logger)) if except % 2 == 0 => {
                format!("{logger}.warning(\"ignored: %s\", {name})")
            }
            (Some(name), _) => format!("print({name})"),
            (None, Some(logger)) => format!("{logger}.warning(\"ignored\")"),
            (None, None) => "print(\"ignored\")".to_string(),
        };
        runs_on(module, except, last, module.span(last).start, &instead)
    };
    honest(module).filter_map(broken).collect()
}

/// The `except` has nothing in it any more.
pub(super) fn swallow_silently(module: &Module<'_>) -> Vec<Broken> {
    let broken = |(except, last): (usize, usize)| {
        let start = module.span(module.body(except).start).start;
        runs_on(module, except, last, start, "pass")
    };
    honest(module).filter_map(broken).collect()
}

/// The exception is made and not raised; a bare `raise` is gone.
pub(super) fn lose_raise(module: &Module<'_>) -> Vec<Broken> {
    let broken = |(except, last): (usize, usize)| {
        let code = module.code_of(last);
        let raised = &module.text_of(last)[..code.find(" from ").unwrap_or(code.len())];
        let made = raised.strip_prefix("raise ");
        // Where the `except` is nothing but a `raise`, taking it away is what `swallow_silently` does.
        let alone = made.is_none() && module.body(except).start == last;
        let start = module.span(last).start;
        (!alone).then(|| runs_on(module, except, last, start, made.unwrap_or("pass"))).flatten()
    };
    honest(module).filter(|(_, last)| module.is(*last, "raise")).filter_map(broken).collect()
}

/// The answer of an `except` is made and not returned.
pub(super) fn forget_return(module: &Module<'_>) -> Vec<Broken> {
    let broken = |(except, last): (usize, usize)| {
        let made = module.text_of(last).strip_prefix("return ")?;
        runs_on(module, except, last, module.span(last).start, made)
    };
    honest(module).filter_map(broken).collect()
}

/// An `except` answers with 200.
pub(super) fn catch_returns_200(module: &Module<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    for except in module.excepts() {
        for i in module.body(except) {
            let Some(status) = failure(module, i) else { continue };
            // Step by step, the body is the next step and the `return` ends the block.
            let step = module.text_of(i).contains("[\"statusCode\"] = ");
            let sent = if step { module.last_of(except) } else { i };
            if !module.is(sent, "return") {
                continue;
            }
            let said = says_error(module, i).or_else(|| says_error(module, i + 1).filter(|_| step));
            let mut accepted = vec![("swallowed-returns-200", module.first_line(sent))];
            // A client's mistake may well be caught where it is looked up: then the error in the answer is what is said.
            if status.code < 500 {
                accepted.extend(said.map(|line| ("error-value-in-200", line)));
            }
            broken.push(Broken { accepted, text: module.with(status.span.clone(), &status.instead(200)) });
        }
    }
    broken
}

/// What an `except` catches, as bytes; `None` where it catches everything already.
fn caught(module: &Module<'_>, except: usize) -> Option<Range<usize>> {
    let start = module.span(except).start + "except ".len();
    let code = module.code_of(except);
    let end = module.span(except).start + code.find(" as ").unwrap_or(code.len() - ":".len());
    (start < end && &module.text[start..end] != "Exception").then_some(start..end)
}

/// Whether all that an `except` does is to answer, at least once, with failures in this range.
fn only_answers(module: &Module<'_>, except: usize, range: Range<u16>) -> bool {
    let mut leaves = module
        .body(except)
        .filter(|i| ["return", "raise", "continue", "break"].contains(&module.keyword(*i)))
        .peekable();
    leaves.peek().is_some()
        && leaves.all(|i| {
            module.is(i, "return") && failure(module, i).is_some_and(|status| range.contains(&status.code))
        })
}

/// Whether a clause before this one takes the failures of AWS, so that little is left for this one.
fn comes_late(module: &Module<'_>, except: usize) -> bool {
    let takes_all = |e: usize| {
        ["ClientError", "BotoCoreError", "Exception"].iter().any(|n| module.code_of(e).contains(n))
    };
    module.excepts_before(except).any(takes_all)
}

/// An `except` for the client's mistakes takes everything, and what it says is still that the client is wrong.
pub(super) fn widen_except(module: &Module<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    for except in module.excepts().filter(|e| only_answers(module, *e, 400..500)) {
        let Some(types) = caught(module, except) else { continue };
        if module.has_effect(module.try_of(except)) && !comes_late(module, except) {
            broken.push(Broken {
                accepted: vec![("catch-all-maps-everything-to-4xx", module.first_line(except))],
                text: module.with(types, "Exception"),
            });
        }
    }
    broken
}

/// An `except` for our own failures takes everything and says that the client is wrong.
pub(super) fn catch_all_400(module: &Module<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    for except in module.excepts().filter(|e| only_answers(module, *e, 500..600)) {
        let answers: Vec<usize> = module.body(except).filter(|i| module.is(*i, "return")).collect();
        let [answer] = answers[..] else { continue };
        let Some(status) = failure(module, answer) else { continue };
        if !module.has_effect(module.try_of(except)) || comes_late(module, except) {
            continue;
        }
        let blamed = module.with(status.span.clone(), &status.instead(400));
        // The status stands behind the `except`: its place has not moved.
        let text = match caught(module, except) {
            Some(types) => format!("{}Exception{}", &blamed[..types.start], &blamed[types.end..]),
            None => blamed,
        };
        let line = module.first_line(except);
        broken.push(Broken { accepted: vec![("catch-all-maps-everything-to-4xx", line)], text });
    }
    broken
}

/// The exception itself is returned.
pub(super) fn return_exception(module: &Module<'_>) -> Vec<Broken> {
    let broken = |(except, last): (usize, usize)| {
        let name = name_of(module, except)?;
        let answers = module.is(last, "return") && module.role(except) == Role::Answers;
        answers.then(|| Broken {
            accepted: vec![("returns-error-object", module.first_line(last))],
            text: module.with(module.span(last), &format!("return {name}")),
        })
    };
    honest(module).filter_map(broken).collect()
}

/// The status that AWS gave us is passed on as ours: its 400 is our mistake, and the client is blamed.
pub(super) fn pass_on_status(module: &Module<'_>) -> Vec<Broken> {
    let broken = |(except, last): (usize, usize)| {
        let name = name_of(module, except)?;
        let status = failure(module, last).filter(|status| status.code >= 500)?;
        let of_aws = module.code_of(except).starts_with("except ClientError");
        let mut lines = vec![module.line(status.span.start), module.first_line(last)];
        lines.dedup();
        of_aws.then(|| Broken {
            accepted: lines.into_iter().map(|line| ("upstream-status-passed-on", line)).collect(),
            text: module
                .with(status.span, &format!("{name}.response[\"ResponseMetadata\"][\"HTTPStatusCode\"]")),
        })
    };
    honest(module).filter_map(broken).collect()
}
