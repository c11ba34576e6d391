//! The model of API Gateway. In: an [`api::Api`], a [`request::Request`], and what the function did. Out: an
//! [`exchange::Exchange`] that remembers who set each part of the response.
//!
//! Never here: files, sockets, clocks, randomness, printing. Times and ids arrive in [`request::Ambient`].

pub mod api;
pub mod setting;
pub mod span;
