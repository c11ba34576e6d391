//! The handlers of the examples, as AWS's runtime client ran them, against what their sources show: the analysis may say more,
//! never less, and says nothing that no run bears out.
//!
//! `cargo xtask test` runs the handlers and names the file with their answers in `CANDOR_HANDLER_RUNS`; without it the answers that
//! `events.json` expects stand for them.

use candor_check::Handlers;
use candor_contract::json::Json;
use candor_contract::outcome::Payload;
use candor_handlers::{End, Facts};
use candor_iac::files::MemoryFiles;
use candor_iac::{Options, Reading};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// What one run came to.
struct Run {
    example: String,
    function: String,
    raised: bool,
    value: Json,
    /// Whether `value` is all there was, or only what somebody expected of it.
    whole: bool,
}

fn text_of(json: &Json, key: &str) -> String {
    json.get(key).and_then(Json::as_str).unwrap_or_default().to_string()
}

fn runs() -> Vec<Run> {
    let (path, whole) = match std::env::var("CANDOR_HANDLER_RUNS") {
        Ok(path) => (path, true),
        Err(_) => (format!("{ROOT}/fixtures/expected/events.json"), false),
    };
    let Json::Array(all) = Json::read(&std::fs::read_to_string(path).unwrap()).unwrap() else {
        panic!("a list")
    };
    let run = |json: &Json| {
        let (example, function) = (text_of(json, "example"), text_of(json, "function"));
        let expected = json.get("expected");
        let (raised, value) = match expected {
            None => (text_of(json, "kind") == "raised", json.get("value").cloned().unwrap()),
            Some(expected) => match expected.get("returns") {
                Some(value) => (false, value.clone()),
                None => {
                    let error = [
                        ("errorType", Json::String(text_of(expected, "raises"))),
                        ("errorMessage", Json::String(text_of(expected, "message"))),
                    ];
                    (true, Json::object(error))
                }
            },
        };
        Run { example, function, raised, value, whole }
    };
    all.iter().map(run).collect()
}

/// Reads an example with its sources.
fn example(name: &str) -> (Reading, Handlers) {
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(format!("{ROOT}/examples/{name}/{folder}")).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}{}", entry.file_name().to_string_lossy());
            if entry.file_type().unwrap().is_dir() {
                folders.push(format!("{path}/"));
            } else if path.ends_with(".py") || path.ends_with(".yaml") {
                files.push((path, std::fs::read(entry.path()).unwrap()));
            }
        }
    }
    let files = MemoryFiles::new(files);
    let options = Options { parameters: Vec::new(), max_file: 1 << 22, limits: Default::default() };
    let mut reading = candor_iac::read(&files, &["template.yaml".to_string()], &options);
    let handlers = Handlers::read(&files, &mut reading);
    (reading, handlers)
}

/// Whether an answer is what a path says, but for the parts that nobody knows. Text is read as JSON where JSON stands against it. Lists
/// are as long as loops ran: of a path any length stands for all.
fn covers(path: &Payload, known: &Json, at: &str, real: &Json, whole: bool) -> bool {
    if path.hides(at) {
        return true;
    }
    match (known, real) {
        (Json::Object(known), Json::Object(real)) => {
            let of_known = |(key, value): &(String, Json)| match real.iter().find(|(k, _)| k == key) {
                Some((_, real)) => covers(path, value, &format!("{at}/{key}"), real, whole),
                None => !whole,
            };
            let added = real.iter().any(|(key, _)| known.iter().all(|(k, _)| k != key));
            known.iter().all(of_known) && !added
        }
        (Json::Array(_), Json::Array(_)) => true,
        (Json::String(text), real @ (Json::Object(_) | Json::Array(_))) => {
            Json::read(text).is_ok_and(|known| covers(path, &known, at, real, whole))
        }
        (Json::Number(a), Json::Number(b)) => a.trim_end_matches(".0") == b.trim_end_matches(".0"),
        _ => known == real,
    }
}

/// Whether a path of the analysis ends as a run did.
fn ends_so(end: &End, run: &Run) -> bool {
    match end {
        End::Returned(answer) => {
            let known = answer.payload.text().and_then(|text| Json::read(text).ok()).unwrap();
            !run.raised && covers(&answer.payload, &known, "", &run.value, run.whole)
        }
        End::Raised(raised) => {
            let message = text_of(&run.value, "errorMessage");
            let same = match &raised.message {
                Some(known) => *known == message || message.is_empty(),
                None => message.starts_with(&raised.begins),
            };
            run.raised && raised.class == text_of(&run.value, "errorType") && same
        }
        End::Exited => false,
    }
}

#[test]
fn what_handlers_really_do_their_sources_show() {
    let runs = runs();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for name in ["orders", "orders-honest"] {
        let (reading, handlers) = example(name);
        assert!(reading.unreadable.is_empty(), "{:?}", reading.unreadable);
        for function in &reading.projects[0].functions {
            let of_function = function.handler.optional().unwrap().0.unwrap();
            let facts: &Facts = &handlers.of(&reading, &reading.projects[0], function).unwrap().facts;
            let of_this = |run: &&Run| run.example == name && run.function == *of_function;
            for run in runs.iter().filter(of_this) {
                compared += 1;
                let foreseen =
                    facts.paths.iter().any(|path| ends_so(&path.end, run)) || run.raised && facts.may_raise;
                if !foreseen {
                    wrong.push(format!("{name} {of_function}: no path ends with {}", run.value.write()));
                }
            }
            for path in &facts.paths {
                if !runs.iter().filter(of_this).any(|run| ends_so(&path.end, run)) {
                    let line = reading.sources.position(handlers.span(path.at)).line;
                    wrong.push(format!(
                        "{name} {of_function}: nothing drives the path that ends at line {line}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared >= 60, "only {compared} runs");
}
