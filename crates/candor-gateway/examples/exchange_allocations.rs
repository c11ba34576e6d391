//! Allocations of one exchange: `cargo xtask bench gateway`. A program of its own, because counting takes time.

#![allow(clippy::print_stdout, missing_docs, unreachable_pub, reason = "a program for the terminal")]

#[path = "support/exchanges.rs"]
mod exchanges;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn counted(turn: impl FnOnce() -> usize) -> (usize, usize) {
    let region = Region::new(COUNTING);
    std::hint::black_box(turn());
    let seen = region.change();
    (seen.allocations + seen.reallocations, seen.bytes_allocated)
}

fn main() {
    let wire = exchanges::wire();
    println!(
        "\n{:<12} {:>12} {:>9} {:>12} {:>9} {:>6}",
        "kind", "allocations", "bytes", "floor's", "bytes", "steps"
    );
    for kind in exchanges::kinds() {
        let ready = kind.ready(&wire);
        let mut out = Vec::with_capacity(ready.bytes.len());
        let steps = kind.exchange(&wire, &mut out);
        let (floors, floors_bytes) = counted(|| kind.floor(&wire, &ready, &mut out));
        assert_eq!(out, ready.bytes, "the floor writes the same");
        exchanges::Kind::copied(&wire, &ready, &mut out);
        assert_eq!(out, ready.bytes, "and so does what is copied");
        let (ours, bytes) = counted(|| kind.exchange(&wire, &mut out));
        println!("{:<12} {ours:>12} {bytes:>9} {floors:>12} {floors_bytes:>9} {steps:>6}", kind.name);
    }
}
