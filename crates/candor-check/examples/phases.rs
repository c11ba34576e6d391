//! Where the time of a check goes: `phases FILE` prints milliseconds, the least of five runs each, for reading the template, for playing
//! every outcome against every route with its verdict, and for the whole of `check`. `cargo xtask bench check` puts them in its table.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::error::Error;
use std::time::{Duration, Instant};

use candor_check::{Handlers, Player, Promises, check};
use candor_gateway::drill::Drill;
use candor_gateway::request::Ambient;
use candor_iac::Options;
use candor_iac::files::MemoryFiles;
use candor_iac::syntax::Limits;

const RUNS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let files = MemoryFiles::new([("template.yaml".to_string(), std::fs::read(path)?)]);
    let options = Options { parameters: Vec::new(), max_file: 1 << 30, limits: Limits::default() };
    let paths = ["template.yaml".to_string()];
    let (read, mut reading) = least(|| candor_iac::read(&files, &paths, &options));
    let handlers = Handlers::read(&files, &mut reading);
    let ambient = Ambient::example();
    let (drill, dishonest) = least(|| {
        let mut dishonest = 0;
        for project in &reading.projects {
            let mut player = Player::new(&reading, &handlers, project);
            for api in &project.apis {
                let drill = Drill::new(api, &ambient);
                for route in &api.routes {
                    let played = player.play(&drill, route).unwrap_or_default();
                    let judged = played.iter().filter_map(|p| Some(p.exchange.as_ref().ok()?.judge()));
                    dishonest +=
                        judged.filter(|j| j.verdict != candor_contract::verdict::Verdict::Honest).count();
                }
            }
        }
        dishonest
    });
    let (whole, report) = least(|| check(&reading, &handlers, &Promises::default()));
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!("{:.1} {:.1} {:.1}", ms(read), ms(drill), ms(whole));
    eprintln!(
        "{} exchanges, {dishonest} dishonest, {} findings",
        report.totals.drills,
        report.findings.len()
    );
    Ok(())
}

/// The least time of some runs, and what the last one gave. What a run made is dropped outside of the time.
fn least<T>(run: impl Fn() -> T) -> (Duration, T) {
    let timed = || {
        let start = Instant::now();
        let made = run();
        (start.elapsed(), made)
    };
    let (mut best, mut made) = timed();
    for _ in 1..RUNS {
        let (time, again) = timed();
        best = best.min(time);
        made = again;
    }
    (best, made)
}
