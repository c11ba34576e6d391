//! The engine as its users call it.

#![allow(clippy::unwrap_used)]

#[path = "vtl/hostile.rs"]
mod hostile;
#[path = "vtl/inspect.rs"]
mod inspect;
#[path = "vtl/payload.rs"]
mod payload;
#[path = "vtl/render.rs"]
mod render;
#[path = "vtl/traps.rs"]
mod traps;
