//! The contract between a Lambda function and whatever stands in front of it. In: the bytes a function answered
//! with, or the way it failed. Out: the [`payload::Answer`] a gateway reads from them, and the [`verdict::Verdict`] on
//! what became of it at the client.
//!
//! The laptop (`candor check`) and production (the guard) use these very functions, so they cannot disagree.
//!
//! Never here: files, sockets, clocks, randomness, printing, the configuration of an API.
//!
//! ```
//! use candor_contract::verdict::{judge, BodyState, Client, Did, Evidence, Maker, Verdict};
//!
//! let seen = Evidence { did: Did::Failed, client: Client::Success, maker: Maker::Mapping, body: BodyState::Message };
//! assert_eq!(judge(&seen).verdict, Verdict::MaskedFailure);
//! ```

pub mod json;
pub mod limits;
pub mod outcome;
pub mod payload;
pub mod verdict;

/// Which gateway stands in front of the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiKind {
    /// A REST API (API Gateway v1).
    Rest,
    /// An HTTP API (API Gateway v2).
    Http,
    /// A Lambda function URL.
    FunctionUrl,
    /// A listener of an Application Load Balancer.
    Alb,
}

impl ApiKind {
    /// The public name: `rest`, `http`, `function-url`, `alb`.
    pub fn slug(self) -> &'static str {
        match self {
            ApiKind::Rest => "rest",
            ApiKind::Http => "http",
            ApiKind::FunctionUrl => "function-url",
            ApiKind::Alb => "alb",
        }
    }
}
