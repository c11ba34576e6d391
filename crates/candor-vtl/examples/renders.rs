//! Renders a second on one core: `cargo xtask bench vtl`.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    missing_docs,
    unreachable_pub,
    reason = "a program for the terminal"
)]

#[path = "support/workloads.rs"]
mod workloads;

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Each figure is the best of so many rounds: whatever else the machine does only makes them slower.
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(400);

/// How often a turn can be taken a second.
fn a_second(mut turn: impl FnMut()) -> f64 {
    let round = |turn: &mut dyn FnMut()| {
        let (start, mut turns) = (Instant::now(), 0u32);
        while start.elapsed() < ROUND {
            turn();
            turns += 1;
        }
        f64::from(turns) / start.elapsed().as_secs_f64()
    };
    (0..ROUNDS).map(|_| round(&mut turn)).fold(0.0, f64::max)
}

fn main() {
    println!(
        "\n{:<15} {:>9} {:>9} {:>12} {:>9} {:>15} {:>9}",
        "workload", "template", "body", "renders/s", "MB/s", "from source/s", "MB/s"
    );
    for workload in workloads::all() {
        let template = workload.parse();
        let renders = a_second(|| drop(black_box(workload.render(&template))));
        let from_source = a_second(|| drop(black_box(workload.render(&workload.parse()))));
        let bytes = (workload.template.len() + workload.body.len()) as f64;
        println!(
            "{:<15} {:>9} {:>9} {renders:>12.0} {:>9.1} {from_source:>15.0} {:>9.1}",
            workload.name,
            workload.template.len(),
            workload.body.len(),
            renders * bytes / 1e6,
            from_source * bytes / 1e6,
        );
    }
    println!(
        "\nOne thread, the best of {ROUNDS} rounds. The payload is read anew for each render. MB/s: template and payload in."
    );
}
