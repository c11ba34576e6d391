//! Renders test cases, or one case again and again against the clock, as benchmarks of template engines ask for it.
//!
//! ```text
//! contender render --cases FILE.json --format json
//! contender render --bench FILE.json --seconds N [--from-source]
//! ```
//!
//! A case has `template`, and as far as it needs them `id`, `body`, `context`, `stageVariables` and `params`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program, and it answers on standard output")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use candor_vtl::{Budget, Overrides, Params, Scope, Template, Value, json};

/// What a case gives to its template.
struct Case {
    id: String,
    template: String,
    body: String,
    context: Value,
    stage_variables: Vec<(String, String)>,
    params: Params,
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).map(Value::to_text).unwrap_or_default()
}

fn pairs(value: Option<&Value>) -> Vec<(String, String)> {
    match value {
        Some(Value::Map(members)) => members.iter().map(|(k, v)| (k.clone(), v.to_text())).collect(),
        _ => Vec::new(),
    }
}

impl Case {
    fn of(value: &Value) -> Case {
        let params = value.get("params");
        let place = |name: &str| pairs(params.and_then(|p| p.get(name)));
        Case {
            id: text(value, "id"),
            template: text(value, "template"),
            body: text(value, "body"),
            context: value.get("context").cloned().unwrap_or(Value::Null),
            stage_variables: pairs(value.get("stageVariables")),
            params: Params {
                path: place("path"),
                querystring: place("querystring"),
                header: place("header"),
            },
        }
    }

    fn render(&self, template: &Template) -> Result<candor_vtl::Rendered, candor_vtl::Error> {
        let scope = Scope {
            body: &self.body,
            params: &self.params,
            context: &self.context,
            stage_variables: &self.stage_variables,
            overrides: &Overrides::default(),
        };
        template.render(&scope, Budget::default())
    }
}

/// What a case came to, as JSON.
fn result(case: &Case) -> String {
    let mut members = vec![("id", Value::from(case.id.as_str()))];
    match Template::parse(&case.template).and_then(|template| case.render(&template)) {
        Ok(rendered) => {
            let overrides = &rendered.overrides;
            let part = |of: &Value, key: &str| of.get(key).cloned().unwrap_or(Value::Null);
            let set = Value::map([
                ("status", overrides.status().unwrap_or(Value::Null)),
                ("headers", part(overrides.response(), "header")),
                ("request", overrides.request().clone()),
            ]);
            members.push(("override", set));
            members.push(("output", Value::String(rendered.output)));
        }
        Err(error) => {
            let (line, column) = error.line_column(&case.template);
            members.push(("error", Value::String(format!("{line}:{column}: {error}"))));
        }
    }
    Value::Array(vec![Value::map(members)]).to_text()
}

/// Renders for so long, and says how often.
fn run(case: &Case, from_source: bool, seconds: f64) -> Result<f64, candor_vtl::Error> {
    let template = Template::parse(&case.template)?;
    let (start, mut renders) = (Instant::now(), 0u32);
    while start.elapsed() < Duration::from_secs_f64(seconds) {
        if from_source {
            case.render(&Template::parse(&case.template)?)?;
        } else {
            case.render(&template)?;
        }
        renders += 1;
    }
    Ok(f64::from(renders) / start.elapsed().as_secs_f64())
}

fn answer(args: &[String]) -> Result<String, String> {
    let option = |name: &str| args.iter().skip_while(|a| *a != name).nth(1);
    let path = option("--cases").or(option("--bench")).ok_or("expected --cases FILE or --bench FILE")?;
    let file = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
    let file = json::parse_lenient(&file).map_err(|e| format!("{path}: {e}"))?;
    let cases: Vec<Case> =
        file.elements().unwrap_or(std::slice::from_ref(&file)).iter().map(Case::of).collect();
    if option("--cases").is_some() {
        let results: Vec<String> = cases.iter().map(result).collect();
        // Each is an array of one: their brackets make place for commas.
        return Ok(format!(
            "[{}]",
            results.iter().map(|r| &r[1..r.len() - 1]).collect::<Vec<_>>().join(",\n")
        ));
    }
    let case = cases.first().ok_or("expected a case")?;
    let seconds: f64 = option("--seconds").and_then(|s| s.parse().ok()).unwrap_or(5.0);
    let from_source = args.iter().any(|a| a == "--from-source");
    let _warm = run(case, from_source, seconds / 4.0).map_err(|e| e.to_string())?;
    let speed = run(case, from_source, seconds).map_err(|e| e.to_string())?;
    Ok(format!("{{\"renders_per_s\":{speed}}}"))
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match answer(&args) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
