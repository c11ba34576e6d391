//! Allocations of one render: `cargo xtask bench vtl`. A program of its own, because counting takes time.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "a program for the terminal"
)]

#[path = "support/workloads.rs"]
mod workloads;

use std::alloc::System;
use std::hint::black_box;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Allocations, and their bytes.
fn counted<T>(turn: impl FnOnce() -> T) -> (usize, usize) {
    let region = Region::new(COUNTING);
    drop(black_box(turn()));
    let seen = region.change();
    (seen.allocations + seen.reallocations, seen.bytes_allocated)
}

fn main() {
    println!(
        "\n{:<15} {:>14} {:>12} {:>16} {:>10}",
        "workload", "allocs/render", "bytes", "allocs/parse", "bytes"
    );
    for workload in workloads::all() {
        let template = workload.parse();
        // What is made once for all is made before.
        drop(workload.render(&template));
        let (renders, render_bytes) = counted(|| workload.render(&template));
        let (parses, parse_bytes) = counted(|| workload.parse());
        println!("{:<15} {renders:>14} {render_bytes:>12} {parses:>16} {parse_bytes:>10}", workload.name);
    }
}
