//! What is played against a route: the standard outcomes, and errors in the words that its own patterns look for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use candor_contract::limits;
use candor_contract::outcome::{FunctionError, Outcome, Payload, TimeoutWording};
use candor_gateway::api::{Api, IntegrationType, Pattern, Route, TransferMode};
use candor_gateway::drill::{Act, Case, Origin};
use candor_handlers::{Answer, End, Kind, Path, Shape};
use candor_iac::project::Function;

use crate::handlers::{Absent, Handler, Handlers};
use crate::pattern;

/// The message of an exception that nobody foresaw: no error pattern can have been written for it.
pub fn example_message() -> &'static str {
    "the thing that nobody expected has happened"
}

const REQUEST_ID: &str = "8f5ed0d1-2c3a-4f0b-9d5e-3a1b7c9d2e4f";
const FRAME: &str = "  File \"/var/task/app.py\", line 21, in handler\n    raise Unexpected(reason)\n";

/// The note of errors whose message JSON must escape.
pub(crate) const QUOTED: &str = "quotes in the message";

fn raised(message: &str, note: &'static str) -> Case {
    let error = FunctionError::python("Unexpected", message, REQUEST_ID, FRAME);
    Case { note: note.into(), ..Case::standard(Outcome::Raised(error)) }
}

/// The cases of a project's routes. Most are the same for many routes, so each is made once.
#[derive(Debug, Default)]
pub(crate) struct Cases<'a> {
    /// What any function can do: mapped or not, streamed or not, the largest answer, the function's timeout, the gateway's.
    standard: HashMap<(bool, bool, u64, Duration, Duration), Vec<Case>>,
    /// Errors in the words of a selection pattern.
    in_words_of: HashMap<&'a str, Vec<Case>>,
}

impl<'a> Cases<'a> {
    /// Everything to play against a route: what any function can do, and for integrations with patterns errors in the
    /// patterns' own words. `function_timeout` is the function's, `gateway_timeout` how long the gateway waits, `can_stream` says whether the
    /// function may answer piece by piece where the route lets it.
    pub(crate) fn against(
        &mut self,
        route: &'a Route,
        function_timeout: Duration,
        gateway_timeout: Duration,
        can_stream: bool,
    ) -> Vec<Case> {
        let integration = &route.integration;
        let mapped = matches!(integration.integration_type.optional(), Ok((Some(IntegrationType::Aws), _)));
        let mode = integration.transfer_mode.optional();
        let streamed = can_stream && matches!(mode, Ok((Some(TransferMode::Streamed), _)));
        let largest = match route.rule {
            Some(_) => limits::ALB_RESPONSE.bytes,
            None => limits::LAMBDA_RESPONSE.bytes,
        };
        let key = (mapped, streamed, largest, function_timeout, gateway_timeout);
        let mut cases = self
            .standard
            .entry(key)
            .or_insert_with(|| standard(mapped, streamed, largest, function_timeout, gateway_timeout))
            .clone();
        if mapped {
            let responses = integration.responses.optional().ok().and_then(|(r, _)| r);
            for response in responses.into_iter().flatten() {
                let Ok((Some(selection), _)) = response.selection_pattern.optional() else { continue };
                let words = self.in_words_of.entry(selection.text.as_str());
                cases.extend_from_slice(words.or_insert_with(|| in_words_of(selection)));
            }
        }
        cases
    }
}

fn standard(
    mapped: bool,
    streamed: bool,
    largest: u64,
    function_timeout: Duration,
    gateway_timeout: Duration,
) -> Vec<Case> {
    let success = || {
        if mapped {
            Payload::unknown()
        } else {
            let answer = r#"{"statusCode":200,"headers":{"Content-Type":"application/json"},"body":"{}"}"#;
            Payload::partly(answer, ["/body".to_string()])
        }
    };
    let timed_out = |wording| Outcome::TimedOut { after: function_timeout, wording };
    let mut cases = vec![
        Case::standard(Outcome::Returned(success())),
        Case {
            slug: "returned-error".into(),
            ..Case::standard(Outcome::Returned(Payload::known(format!(
                "{{\"errorMessage\":\"{}\",\"errorType\":\"Unexpected\"}}",
                example_message()
            ))))
        },
        raised(example_message(), ""),
        Case::standard(timed_out(TimeoutWording::Current)),
        Case::standard(Outcome::Exited),
        Case::standard(Outcome::OutOfMemory),
        Case::standard(Outcome::Throttled),
        Case::standard(Outcome::NotInvocable),
    ];
    cases.push(Case::standard(match streamed {
        true => Outcome::StreamBroken(success()),
        false => Outcome::TooLarge(largest + 1),
    }));
    // A stream that begins in time is not cut off by the gateway's patience for an answer.
    if function_timeout > gateway_timeout && !streamed {
        cases.push(Case::standard(Outcome::ReturnedLate(success())));
    }
    if mapped {
        cases.push(Case {
            note: "former wording".into(),
            ..Case::standard(timed_out(TimeoutWording::Former))
        });
        cases.push(raised("the thing that nobody expected\nhas happened", "two lines"));
        cases.push(raised("the \"thing\" that\tnobody \\ 'expected' {has} happened", QUOTED));
    }
    cases
}

/// The note of errors in which a pattern's words stand among others.
pub(crate) const IN_A_SENTENCE: &str = "its words in a sentence";

/// A pattern's words among others.
pub(crate) fn sentence(literal: &str) -> String {
    format!("order 17: {literal}: no such thing")
}

fn in_words_of(selection: &Pattern) -> Vec<Case> {
    let Some(literal) = pattern::literal(selection.text.as_str()) else { return Vec::new() };
    if pattern::wants_status_code(selection) {
        return Vec::new();
    }
    vec![
        raised(&literal, "the pattern's words"),
        raised(&sentence(&literal), IN_A_SENTENCE),
        raised(&format!("order 17:\n{literal}:\nno such thing"), "its words over lines"),
        raised(&format!("{literal}: \"order\"\t17 \\ 'of' {{nobody}}"), QUOTED),
    ]
}

/// What the authorizer of a route can say to refuse a request.
pub(crate) fn authorizer_cases(api: &Api, route: &Route) -> Vec<Case> {
    let Ok((Some(authorizer), _)) = route.request.authorizer.optional() else { return Vec::new() };
    authorizer.refusals(api.kind).into_iter().map(Case::of_authorizer).collect()
}

/// What a handler's source says that it can do, each with the numbers of the paths that come to it. What nobody knows is not played: it would say
/// nothing.
pub(crate) fn source_cases(
    handler: &Handler,
    handlers: &Handlers,
    function: &Function,
) -> Vec<(Case, Vec<usize>)> {
    if let Some(absent) = &handler.absent {
        let (kind, message) = match absent {
            Absent::Module(module, _) => (
                "Runtime.ImportModuleError",
                format!("Unable to import module '{module}': No module named '{module}'"),
            ),
            Absent::Function(name, _) => {
                ("Runtime.HandlerNotFound", format!("Handler '{name}' missing on module"))
            }
        };
        let outcome = Outcome::InitFailed(FunctionError::python(kind, &message, REQUEST_ID, ""));
        let origin = Origin::Source { span: function.handler.span(), after_failure: false };
        return vec![(Case { origin, ..Case::standard(outcome) }, Vec::new())];
    }
    let mut cases: Vec<(Case, Vec<usize>)> = Vec::new();
    for (nth, path) in handler.facts.paths.iter().enumerate() {
        let Some(case) = source_case(path, handlers) else { continue };
        // Several ways to the same end are played once; what had failed on each is for the rules to look at.
        match cases.iter_mut().find(|(known, _)| *known == case) {
            Some((_, paths)) => paths.push(nth),
            None => cases.push((case, vec![nth])),
        }
    }
    cases
}

fn source_case(path: &Path, handlers: &Handlers) -> Option<Case> {
    let after_failure = path.failure.as_ref().is_some_and(|failure| failure.certain);
    let origin = Origin::Source { span: handlers.span(path.at), after_failure };
    let (outcome, slug, note) = match &path.end {
        End::Returned(answer) if answer.kind == Kind::Unknown => return None,
        End::Returned(answer) => match answer.shape.not_json() {
            Some(what) => {
                // Recorded by running AWS's runtime client: what it cannot serialise is an error of the function.
                let message = format!("Unable to marshal response: {what} is not JSON serializable");
                let error = FunctionError::python("Runtime.MarshalError", &message, REQUEST_ID, "");
                (Outcome::Raised(error), "raised".into(), format!("returns {what}").into())
            }
            None => (Outcome::Returned(answer.payload.clone()), returned_slug(answer), Cow::Borrowed("")),
        },
        End::Raised(raised) => {
            let known = raised.message.is_some();
            let message = raised.message.as_deref().unwrap_or(&raised.begins);
            let error = FunctionError::python(&raised.class, message, REQUEST_ID, FRAME);
            let payload = match known {
                true => error.payload,
                false => Payload::partly(error.payload.bytes(), ["/errorMessage".to_string()]),
            };
            (Outcome::Raised(FunctionError { payload }), "raised".into(), raised.class.clone().into())
        }
        End::Exited => (Outcome::Exited, "exited".into(), Cow::Borrowed("")),
    };
    Some(Case { act: Act::Function(outcome), slug, note, origin })
}

/// `returned-404` where the answer says a status, `returned-none` for nothing.
fn returned_slug(answer: &Answer) -> Cow<'static, str> {
    if matches!(answer.kind, Kind::Nothing | Kind::FellOff) {
        return "returned-none".into();
    }
    match answer.shape.entry("statusCode").map(|entry| &entry.value) {
        Some(Shape::Number(Some(status))) => format!("returned-{status}").into(),
        None if answer.shape.entry("errorMessage").is_some() => "returned-error".into(),
        _ => "returned".into(),
    }
}
