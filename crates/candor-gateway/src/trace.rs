//! The ordered steps that led from outcome to response, each with the place in the user's files that decided it.

use std::ops::Range;

use candor_contract::payload::Malformed;

use crate::api::GatewayResponseType;
use crate::setting::Cause;

/// The number of a step in its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepId(pub u32);

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What happened.
    pub what: What,
    /// Why.
    pub cause: Cause,
}

/// What happened in a step. Indexes count the integration responses of the route's integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// No route takes the request.
    NoRoute,
    /// The request lacks the API key that the method needs.
    KeyMissing,
    /// The request lacks required parameters.
    ParametersMissing {
        /// Their names, in the order in which AWS lists them.
        names: Vec<String>,
    },
    /// The body does not fit the model of its content type.
    BodyRefused {
        /// The content type.
        content_type: String,
        /// What is wrong with it, as `$context.error.validationErrorString` says it.
        why: String,
    },
    /// The gateway answered a browser's preflight request by itself, as its CORS configuration says.
    PreflightAnswered,
    /// The request's content type has no template and may not pass: 415.
    MediaTypeRefused,
    /// A request template made the integration request.
    RequestTemplateRendered,
    /// A request template failed.
    RequestTemplateFailed {
        /// What is wrong with it.
        why: String,
    },
    /// The integration cannot be called as it is configured.
    IntegrationBroken {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The function was called.
    Invoked,
    /// Lambda refused the call.
    InvocationRefused,
    /// The function failed, and the gateway makes an error of its own of that.
    FunctionFailed,
    /// The gateway stopped waiting.
    GatewayTimedOut,
    /// The gateway took over the status that the function said.
    AnswerRead,
    /// The function said no status, and the gateway took 200.
    StatusInferred,
    /// The gateway could not use the function's answer.
    AnswerMalformed(Malformed),
    /// The selection pattern of this integration response matched.
    PatternMatched {
        /// Which.
        response: usize,
    },
    /// No pattern matched: the default response was used.
    DefaultResponse {
        /// Which.
        response: usize,
    },
    /// No pattern matched and there is no default response.
    NoResponse,
    /// The selected status is not declared as a method response.
    MethodResponseMissing {
        /// Which integration response was selected.
        response: usize,
        /// Its status.
        status: u16,
    },
    /// The payload went out as it came.
    PassedThrough,
    /// A response template made the body.
    ResponseTemplateRendered {
        /// Of which integration response.
        response: usize,
        /// Which of its templates.
        template: usize,
    },
    /// A response template failed.
    ResponseTemplateFailed {
        /// Of which integration response.
        response: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A template set `$context.responseOverride.status`.
    StatusOverridden {
        /// Where in the template text.
        at: Range<u32>,
    },
    /// A template set `$context.responseOverride.status` to something that is no status: AWS ignores it.
    OverrideIgnored {
        /// The value, as text.
        value: String,
    },
    /// A header was mapped.
    HeaderMapped,
    /// The gateway set a header by itself.
    HeaderSet,
    /// The gateway answered by itself: its status.
    GatewayStatus {
        /// The type; function errors and malformed answers of a proxy have none but DEFAULT_5XX.
        response_type: Option<GatewayResponseType>,
    },
    /// The gateway answered by itself: its body.
    GatewayBody {
        /// Whether it is AWS's stock text.
        stock: bool,
    },
    /// A mock's request template said the status.
    MockStatus,
}

/// The steps of one exchange, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    steps: Vec<Step>,
}

impl Trace {
    /// Adds a step.
    pub fn push(&mut self, what: What, cause: Cause) -> StepId {
        self.steps.push(Step { what, cause });
        StepId(self.steps.len() as u32 - 1)
    }

    /// The step with this number.
    pub fn step(&self, id: StepId) -> &Step {
        &self.steps[id.0 as usize]
    }

    /// All steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}
