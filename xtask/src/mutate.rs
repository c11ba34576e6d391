//! `cargo xtask mutate`: how much of what people break `check` finds.
//!
//! The operators and the honest projects are tests of candor-check (`tests/check/mutants`); this prints their tables.

use crate::step::Step;

pub(crate) fn run() -> Result<(), String> {
    let args = [
        "test",
        "--locked",
        "--package",
        "candor-check",
        "--test",
        "check",
        "mutants::",
        "--",
        "--nocapture",
    ];
    // One after the other: the tables must not be mixed.
    Step::cargo(&args).env("RUST_TEST_THREADS", "1").run()
}
