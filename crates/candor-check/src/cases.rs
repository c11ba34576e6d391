//! What is played against a route: the standard outcomes, and errors in the words that its own patterns look for.

use std::time::Duration;

use candor_contract::limits;
use candor_contract::outcome::{FunctionError, Outcome, Payload, TimeoutWording};
use candor_gateway::api::{IntegrationType, Route};
use candor_gateway::drill::{Case, Origin};

use crate::pattern;

/// The message of an exception that nobody foresaw: no error pattern can have been written for it.
pub fn example_message() -> &'static str {
    "the thing that nobody expected has happened"
}

const REQUEST_ID: &str = "8f5ed0d1-2c3a-4f0b-9d5e-3a1b7c9d2e4f";
const FRAME: &str = "  File \"/var/task/app.py\", line 21, in handler\n    raise Unexpected(reason)\n";

fn raised(message: &str, note: &'static str) -> Case {
    let error = FunctionError::python("Unexpected", message, REQUEST_ID, FRAME);
    Case { note, ..Case::standard(Outcome::Raised(error)) }
}

/// Everything to play against a route: what any function can do, and for integrations with patterns errors in the
/// patterns' own words. `function_timeout` is the function's, `gateway_timeout` how long the gateway waits.
///
/// `check` and `drill` play this same list.
pub fn cases(route: &Route, function_timeout: Duration, gateway_timeout: Duration) -> Vec<Case> {
    let mapped = matches!(route.integration.integration_type.optional(), Ok((Some(IntegrationType::Aws), _)));
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
            slug: "returned-error",
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
        Case::standard(Outcome::TooLarge(limits::LAMBDA_RESPONSE.bytes + 1)),
    ];
    if function_timeout > gateway_timeout {
        cases.push(Case::standard(Outcome::ReturnedLate(success())));
    }
    if mapped {
        cases.push(Case { note: "former wording", ..Case::standard(timed_out(TimeoutWording::Former)) });
        cases.push(raised("the thing that nobody expected\nhas happened", "two lines"));
        cases
            .push(raised("the \"thing\" that\tnobody \\ 'expected' {has} happened", "quotes in the message"));
        let responses = route.integration.responses.optional().ok().and_then(|(r, _)| r);
        for response in responses.into_iter().flatten() {
            let Ok((Some(selection), _)) = response.selection_pattern.optional() else { continue };
            let Some(literal) = pattern::literal(selection.text.as_str()) else { continue };
            if pattern::wants_status_code(selection) {
                continue;
            }
            cases.push(raised(&literal, "the pattern's words"));
            cases.push(raised(&format!("order 17: {literal}: no such thing"), "its words in a sentence"));
            cases.push(raised(&format!("order 17:\n{literal}:\nno such thing"), "its words over lines"));
        }
    }
    debug_assert!(cases.iter().all(|c| c.origin == Origin::Standard));
    cases
}
