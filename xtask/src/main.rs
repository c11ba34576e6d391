//! The workspace's own commands. A file each; `step` runs programs and times them.

mod bench;
mod bless;
mod ci;
mod compare;
mod fuzz;
mod mutate;
mod peers;
mod step;
mod test;
mod tidy;

use std::process::ExitCode;

const HELP: &str = "\
The workspace's own commands.

Usage: cargo xtask <COMMAND>

Commands:
  test         Set up what the tests need, run all of them, say how many passed
  ci           Format, clippy, docs, tidy, test, the examples, and shared runners where there are any
  tidy         Check what no compiler checks: dependencies, I/O in the core, rule pages, links, documents
  bless        Make generated files and snapshots anew
  mutate       Break honest templates and handlers one thing at a time, and say which of the damage `check` finds
  bench check  Time `candor check` on generated templates of 100, 1,000 and 10,000 routes
  bench check --peers PATH
               Time `candor check`, cfn-lint, checkov and cfn-guard on the templates of a tree; it installs the three
  bench handlers
               Time the reading of Python handlers beside their parser alone
  bench gateway
               Time exchanges of three kinds of API beside a floor, and count allocations
  bench vtl    Time mapping templates on one core, and count allocations
  compare-vtl PEER COUNT SEED
               Render generated templates here and in another engine, and tell the differences
  fuzz TARGET SECONDS
               Give a target of fuzz/ (or `all`) whatever breaks it, for so long
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["test"] => test::run().map(|_| ()),
        ["ci"] => ci::run(),
        ["tidy"] => tidy::run(),
        ["bless"] => bless::run(),
        ["mutate"] => mutate::run(),
        ["bench", "check"] => bench::run(),
        ["bench", "check", "--peers", path] => peers::run(path),
        ["bench", "handlers"] => bench::handlers(),
        ["bench", "vtl"] => bench::examples("candor-vtl", ["renders", "render_allocations"]),
        ["compare-vtl", peer, count, seed] => compare::run(peer, count, seed),
        ["fuzz", target, seconds] => fuzz::run(target, seconds),
        ["bench", "gateway"] => bench::examples("candor-gateway", ["exchanges", "exchange_allocations"]),
        ["--help" | "-h" | "help"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("xtask: {what}");
            ExitCode::FAILURE
        }
    }
}
