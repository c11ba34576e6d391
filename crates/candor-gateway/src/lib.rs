//! The model of API Gateway. In: an [`api::Api`], a [`request::Request`], and what the function did. Out: an
//! [`exchange::Exchange`] that remembers who set each part of the response.
//!
//! [`in_flight::InFlight`] is the whole of it: a state machine that says what it waits for and is told what happened.
//! [`in_flight::simulate`] plays one request, a drill ([`drill::Drill`]) plays every outcome against a route.
//!
//! Never here: files, sockets, clocks, randomness, printing. Times and ids arrive in [`request::Ambient`].

pub mod api;
pub mod authorizer;
pub(crate) mod content_handling;
mod cors;
pub mod drill;
pub mod endpoint;
pub mod exchange;
mod gateway_response;
mod headers;
mod http_mapping;
pub mod in_flight;
mod integration_request;
pub mod integration_response;
mod kinds;
pub mod listener;
pub mod log;
mod mapping;
mod method_request;
mod mock_status;
pub mod request;
pub mod routing;
pub mod setting;
pub mod signals;
pub mod span;
mod stage;
pub mod trace;
mod validation;
pub mod wildcard;

pub use in_flight::{InFlight, simulate};
