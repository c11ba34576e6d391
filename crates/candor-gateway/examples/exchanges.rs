//! Exchanges a second on one core, beside a floor: `cargo xtask bench gateway`.

#![allow(clippy::print_stdout, missing_docs, unreachable_pub, reason = "a program for the terminal")]

#[path = "support/exchanges.rs"]
mod exchanges;

use std::hint::black_box;
use std::time::Instant;

use exchanges::Kind;

const RUNS: usize = 60;
const TIMES: u32 = 2_000;

/// The shortest time of one turn of each, in nanoseconds: what is not ours (other programs, the clock of the core) only adds to it. They
/// take turns, so that a busy moment is nobody's alone.
fn fastest<const N: usize>(mut turns: [&mut dyn FnMut() -> usize; N]) -> [f64; N] {
    let mut least = [f64::MAX; N];
    for _ in 0..RUNS {
        for (turn, least) in turns.iter_mut().zip(&mut least) {
            let start = Instant::now();
            for _ in 0..TIMES {
                black_box(turn());
            }
            *least = least.min(start.elapsed().as_nanos() as f64 / f64::from(TIMES));
        }
    }
    least
}

fn main() {
    let wire = exchanges::wire();
    println!(
        "\n{:<12} {:>9} {:>9} {:>9} {:>12} {:>7} {:>10} {:>10}",
        "kind", "bytes out", "ns", "floor ns", "exchanges/s", "ratio", "copied ns", "its ratio"
    );
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for kind in exchanges::kinds() {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == kind.name) {
            continue;
        }
        let ready = kind.ready(&wire);
        let mut out = Vec::with_capacity(ready.bytes.len());
        let (mut two, mut three) = (out.clone(), out.clone());
        let [ours, floor, copied] = fastest([
            &mut || kind.exchange(black_box(&wire), &mut out),
            &mut || kind.floor(black_box(&wire), black_box(&ready), &mut two),
            &mut || Kind::copied(black_box(&wire), black_box(&ready), &mut three),
        ]);
        println!(
            "{:<12} {:>9} {ours:>9.0} {floor:>9.0} {:>12.0} {:>7.2} {copied:>10.0} {:>10.2}",
            kind.name,
            ready.bytes.len(),
            1e9 / ours,
            floor / ours,
            copied / ours
        );
    }
    println!(
        "\nAn exchange: a request of 1 KB is parsed, event and response are written, the trace is kept. The floor parses the request, for\n\
         templates with the JSON of its body, and writes the same bytes: the body from the request, all else as it lies ready. Copied: only\n\
         the head is parsed, and all bytes lie ready. One core, the shortest of {RUNS} runs of {TIMES} exchanges."
    );
}
