//! Times the analysis beside the parser alone, in one process and one thread: `cargo xtask bench handlers`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use candor_handlers::{Events, Found, Program, Search};

const SIZES: [usize; 3] = [10, 100, 1_000];
const RUNS: usize = 7;

/// A module of a service as people write them: validation, a store, errors told, an answer.
fn module(n: usize) -> String {
    format!(
        r#""""Operation {n}."""

import json
import logging
import os

import boto3
from botocore.exceptions import ClientError

log = logging.getLogger()
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


class Missing(Exception):
    def __init__(self, key):
        super().__init__(f"{{key}} is missing")


def answer(status, content):
    return {{
        "statusCode": status,
        "headers": {{"Content-Type": "application/json"}},
        "body": json.dumps(content),
    }}


def wanted(event):
    try:
        body = json.loads(event.get("body") or "{{}}")
    except ValueError:
        raise Missing("a JSON body")
    for name in ("id", "count"):
        if name not in body:
            raise Missing(name)
    return body


def handler(event, context):
    try:
        body = wanted(event)
    except Missing as error:
        return answer(400, {{"message": str(error)}})
    if not isinstance(body["count"], int) or body["count"] < {n}:
        return answer(422, {{"message": "too few"}})
    try:
        item = table.get_item(Key={{"id": body["id"]}}).get("Item")
        if item is None:
            return answer(404, {{"message": "no such thing"}})
        table.put_item(Item={{**item, "count": body["count"]}})
    except ClientError as error:
        log.exception("operation {n} failed")
        return answer(502, {{"message": str(error)}})
    response = {{"id": body["id"], "count": body["count"]}}
    if event.get("queryStringParameters"):
        response["echo"] = event["queryStringParameters"].get("echo")
    return answer(200, response)
"#
    )
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn main() {
    println!(
        "\n{:>9} {:>9} {:>12} {:>12} {:>14} {:>8}",
        "handlers", "lines", "parser ms", "analysis ms", "lines a second", "ratio"
    );
    for size in SIZES {
        let modules: Vec<String> = (0..size).map(module).collect();
        let lines: usize = modules.iter().map(|text| text.lines().count()).sum();
        let (mut parsing, mut analysing) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let start = Instant::now();
            for text in &modules {
                let _ = black_box(ruff_python_parser::parse_module(black_box(text)));
            }
            parsing.push(start.elapsed());
            let start = Instant::now();
            for (key, text) in modules.iter().enumerate() {
                let mut find = |name: &str| match name {
                    "app" => Search::Found(Found { key: key as u32, text: text.clone() }),
                    _ => Search::Missing,
                };
                let _ = black_box(Program::default().facts("app", "handler", Events::Any, &mut find));
            }
            analysing.push(start.elapsed());
        }
        let (parser, analysis) = (median(parsing).as_secs_f64(), median(analysing).as_secs_f64());
        let mut row = String::new();
        // Writing to a String cannot fail.
        let _ = write!(
            row,
            "{size:>9} {lines:>9} {:>12.2} {:>12.2} {:>14.0} {:>8.1}",
            parser * 1e3,
            analysis * 1e3,
            lines as f64 / analysis,
            analysis / parser
        );
        println!("{row}");
    }
    println!(
        "\nratio: the analysis, parsing included, against the parser alone; one core, median of {RUNS} runs."
    );
}
