//! `cargo xtask bench`. `check`: how time and memory grow with the number of routes.
//!
//! There is no peer to compare with: nothing else plays failures through a template. The floor is what `cat` takes to read
//! the file; the ratio that matters is time per route, which must not grow.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use candor_contract::json::Json;

use crate::step::{Step, candor, root, target};

const SIZES: &[usize] = &[100, 1_000, 10_000];
const RUNS: usize = 7;

pub(crate) fn run() -> Result<(), String> {
    Step::cargo(&["build", "--release", "--locked"]).run()?;
    Step::cargo(&["build", "--release", "--locked", "--package", "candor-check", "--example", "phases"])
        .run()?;
    let folder = target().join("bench");
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    println!(
        "\ncandor check, one template, {RUNS} runs each (the process is single-threaded; whole process, wall time)\n"
    );
    println!(
        "{:>7} {:>7} {:>8} {:>8} {:>9} {:>10} {:>6} {:>8}   {:>8} {:>9} {:>9}",
        "routes",
        "MB",
        "played",
        "min ms",
        "median ms",
        "µs a route",
        "ratio",
        "peak MB",
        "read ms",
        "drill ms",
        "check ms"
    );
    let mut rows = Vec::new();
    for size in SIZES {
        let path = folder.join(format!("{size}.yaml"));
        let text = template(*size);
        fs::write(&path, &text).map_err(|e| format!("{}: {e}", path.display()))?;
        rows.push((*size, text.len(), measure(&path)?));
    }
    let middle = rows.iter().find(|(size, ..)| *size == 1_000).map_or(1.0, |(size, _, m)| m.per_route(*size));
    for (size, bytes, measured) in &rows {
        let (per_route, ms) = (measured.per_route(*size), |d: Duration| d.as_secs_f64() * 1e3);
        println!(
            "{size:>7} {:>7.2} {:>8} {:>8.1} {:>9.1} {per_route:>10.1} {:>6.2} {:>8}   {:>8} {:>9} {:>9}",
            *bytes as f64 / 1e6,
            measured.played,
            ms(measured.least),
            ms(measured.median),
            per_route / middle,
            measured.peak_mb.map_or("?".to_string(), |mb| format!("{mb:.0}")),
            measured.phases[0],
            measured.phases[1],
            measured.phases[2],
        );
    }
    let floor = floor(&folder.join(format!("{}.yaml", SIZES[SIZES.len() - 1])))?;
    println!(
        "\nThree of its parts, timed within one process: reading the template, playing and judging every outcome of every route, and `check`, \
         which asks the rules about those. The rest is writing the findings."
    );
    println!(
        "ratio: time per route, against 1,000 routes. Floor: cat of the largest file takes {:.1} ms.",
        floor.as_secs_f64() * 1e3
    );
    Ok(())
}

/// `cargo xtask bench handlers`: the table is printed by an example of candor-handlers, so that this crate need not build a parser.
pub(crate) fn handlers() -> Result<(), String> {
    Step::cargo(&["run", "--release", "--locked", "--package", "candor-handlers", "--example", "bench"]).run()
}

/// `cargo xtask bench gateway` and `cargo xtask bench vtl`: examples print the tables, times and allocations apart, as counting
/// takes time.
pub(crate) fn examples(package: &str, names: [&str; 2]) -> Result<(), String> {
    for example in names {
        Step::cargo(&["run", "--release", "--locked", "--package", package, "--example", example]).run()?;
    }
    Ok(())
}

struct Measured {
    least: Duration,
    median: Duration,
    played: String,
    peak_mb: Option<f64>,
    /// What `examples/phases.rs` prints.
    phases: [String; 3],
}

impl Measured {
    fn per_route(&self, routes: usize) -> f64 {
        self.least.as_secs_f64() * 1e6 / routes as f64
    }
}

fn measure(path: &Path) -> Result<Measured, String> {
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        times.push(time(&candor(), &["check", "--format", "json"], path)?);
    }
    times.sort();
    let output = Command::new(candor()).args(["check", "--format", "json"]).arg(path).output();
    let output = output.map_err(|e| format!("candor: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let json = Json::read(&text).map_err(|e| format!("candor printed no JSON: {e}"))?;
    let played = match json.get("summary").and_then(|s| s.get("drills")) {
        Some(Json::Number(n)) => n.to_string(),
        _ => "?".to_string(),
    };
    let (least, median) = (times[0], times[RUNS / 2]);
    Ok(Measured { least, median, played, peak_mb: peak(path), phases: phases(path)? })
}

fn phases(path: &Path) -> Result<[String; 3], String> {
    let program = target().join("release/examples/phases");
    let output = Command::new(&program).arg(path).stderr(Stdio::null()).output();
    let output = output.map_err(|e| format!("{}: {e}", program.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.split_whitespace().map(str::to_string);
    match (words.next(), words.next(), words.next()) {
        (Some(read), Some(drill), Some(check)) => Ok([read, drill, check]),
        _ => Err(format!("{} printed `{text}`", program.display())),
    }
}

fn time(program: &Path, args: &[&str], path: &Path) -> Result<Duration, String> {
    let mut command = Command::new(program);
    command.args(args).arg(path).stdout(Stdio::null()).stderr(Stdio::null()).current_dir(root());
    let start = Instant::now();
    command.status().map_err(|e| format!("{}: {e}", program.display()))?;
    Ok(start.elapsed())
}

fn floor(path: &Path) -> Result<Duration, String> {
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        times.push(time(Path::new("cat"), &[], path)?);
    }
    times.sort();
    Ok(times[0])
}

/// The most memory that a run had, where the system tells (Linux).
fn peak(path: &Path) -> Option<f64> {
    let mut command = Command::new(candor());
    command.args(["check", "--format", "json"]).arg(path).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kb: Option<f64> = None;
    while let Ok(None) = child.try_wait() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
        peak_kb = now.or(peak_kb);
        std::thread::sleep(Duration::from_millis(1));
    }
    peak_kb.map(|kb| kb / 1024.0)
}

/// A template of so many routes: of three, one Lambda proxy, one mapping with error patterns, one mapping whose patterns miss
/// what they should not; a function for each ten routes.
fn template(routes: usize) -> String {
    let mut text = String::from(
        "AWSTemplateFormatVersion: \"2010-09-09\"\nTransform: AWS::Serverless-2016-10-31\nResources:\n  Api:\n    \
         Type: AWS::Serverless::Api\n    Properties:\n      StageName: prod\n      DefinitionBody:\n        openapi: 3.0.1\n        \
         info: { title: generated, version: \"1\" }\n        paths:\n",
    );
    // Writing to a String cannot fail.
    for i in 0..routes {
        let function = i / 10;
        let uri = format!(
            "!Sub arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{F{function}.Arn}}/invocations"
        );
        let _ = write!(
            text,
            "          /things/{i}:\n            get:\n              responses: {{ \"200\": {{}}, \"404\": {{}}, \"500\": {{}} }}\n              \
             x-amazon-apigateway-integration:\n                httpMethod: POST\n                uri: {uri}\n"
        );
        let catch_all = if i % 3 == 1 { "(?s).+" } else { "Internal.*" };
        if i % 3 == 0 {
            text.push_str("                type: aws_proxy\n");
        } else {
            let _ = write!(
                text,
                "                type: aws\n                requestTemplates:\n                  application/json: '{{\"id\": \
                 \"$input.params(''id'')\"}}'\n                responses:\n                  default:\n                    \
                 statusCode: \"200\"\n                    responseTemplates:\n                      application/json: |\n                        \
                 #set($root = $input.path('$'))\n                        {{\"id\": \"$root.id\", \"items\": [#foreach($item in \
                 $root.items)\"$item\"#if($foreach.hasNext),#end#end]}}\n                  \".*NotFound.*\": {{ statusCode: \"404\" }}\n                  \
                 \"{catch_all}\": {{ statusCode: \"500\" }}\n"
            );
        }
    }
    for function in 0..routes.div_ceil(10) {
        let _ = write!(
            text,
            "  F{function}:\n    Type: AWS::Serverless::Function\n    Properties: {{ Runtime: python3.12, Handler: app.handler, CodeUri: src/, \
             Timeout: 10 }}\n  P{function}:\n    Type: AWS::Lambda::Permission\n    Properties: {{ FunctionName: !Ref F{function}, Action: \
             lambda:InvokeFunction, Principal: apigateway.amazonaws.com }}\n"
        );
    }
    text
}
