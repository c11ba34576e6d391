//! The model of API Gateway.

pub mod span;
