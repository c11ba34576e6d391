//! The logs that an exchange leaves: one module per log, and in each what writes a line stands beside what reads it.
//!
//! Readers take any text: a line that is none of AWS's is kept as it stands, none makes a reader panic, and each is read in time
//! that grows with its length. Times and ids come from [`crate::request::Ambient`]. What a written log shows of secrets,
//! [`secrets`] decides.

pub mod access;
pub mod execution;
pub mod lambda;
pub mod secrets;
pub(crate) mod time;

use std::time::Duration;

use candor_contract::limits;
use candor_contract::outcome::Outcome;

use crate::endpoint::EndpointOutcome;
use crate::exchange::Exchange;
use crate::in_flight::Received;
use crate::trace::What;
use candor_contract::ApiKind;

/// How long the gateway waits for the integration of this request's route; `None` where nobody knows or there is none.
pub(crate) fn deadline(received: &Received<'_>) -> Option<Duration> {
    let default = match received.api.kind {
        ApiKind::Rest => limits::REST_INTEGRATION_TIMEOUT.time,
        ApiKind::Http => limits::HTTP_INTEGRATION_TIMEOUT.time,
        ApiKind::FunctionUrl | ApiKind::Alb => limits::LAMBDA_TIMEOUT_MAX.time,
    };
    received.route?.integration.timeout.or(&default).ok().map(|(time, _)| *time)
}

/// How the call to what stands behind the route went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    /// Nothing was called.
    None,
    /// It answered, if only with an error.
    Answered,
    /// Lambda refused the invocation with this status.
    Refused(u16),
    /// The gateway stopped waiting.
    GivenUp,
}

impl Call {
    fn of(exchange: &Exchange<'_>) -> Call {
        let took = |wanted: fn(&What) -> bool| exchange.trace.steps().iter().any(|step| wanted(&step.what));
        if !took(|what| matches!(what, What::Invoked | What::EndpointCalled)) {
            return Call::None;
        }
        if took(|what| matches!(what, What::GatewayTimedOut)) {
            return Call::GivenUp;
        }
        if let Some(call) = &exchange.endpoint {
            return match &call.outcome {
                EndpointOutcome::Responded(_) => Call::Answered,
                EndpointOutcome::Unreachable => Call::None,
                EndpointOutcome::TimedOut => Call::GivenUp,
            };
        }
        match exchange.outcome {
            None => Call::None,
            Some(Outcome::Throttled) => Call::Refused(429),
            Some(Outcome::NotInvocable) => Call::Refused(403),
            Some(
                Outcome::Returned(_)
                | Outcome::ReturnedLate(_)
                | Outcome::Raised(_)
                | Outcome::TimedOut { .. }
                | Outcome::Exited
                | Outcome::OutOfMemory
                | Outcome::InitFailed(_)
                | Outcome::TooLarge(_)
                | Outcome::StreamBroken(_),
            ) => Call::Answered,
        }
    }
}

/// How long the call took, in milliseconds; `None` where nothing was called.
fn integration_latency(exchange: &Exchange<'_>, call: Call) -> Option<i64> {
    let usual = exchange.received.ambient.integration_latency_ms;
    let millis = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    match (call, &exchange.outcome) {
        (Call::None, _) => None,
        (Call::GivenUp, _) => Some(deadline(&exchange.received).map_or(usual, millis)),
        (Call::Answered, Some(Outcome::TimedOut { after, .. })) => Some(millis(*after)),
        (Call::Answered | Call::Refused(_), _) => Some(usual),
    }
}
