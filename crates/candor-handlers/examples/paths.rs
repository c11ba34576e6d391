//! Shows what a handler can do: `cargo run -p candor-handlers --example paths -- app.py handler`.
//!
//! Modules are looked for in the folder of the file.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use candor_handlers::{End, Events, Found, Place, Program, Search};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, handler] = args.as_slice() else {
        eprintln!("usage: paths FILE.py FUNCTION");
        return ExitCode::from(2);
    };
    let file = Path::new(file);
    let folder = file.parent().unwrap_or(Path::new("."));
    let module = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_string();
    let mut texts: HashMap<u32, (String, String)> = HashMap::new();
    let mut find = |name: &str| {
        let stem = folder.join(name.replace('.', "/"));
        for (path, package) in [(stem.join("__init__.py"), true), (stem.with_extension("py"), false)] {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let key = texts.len() as u32;
            texts.insert(key, (path.display().to_string(), text.clone()));
            let found = Found { key, text };
            return if package { Search::Package(found) } else { Search::Found(found) };
        }
        Search::Missing
    };
    let facts = match Program::default().facts(&module, handler, Events::Any, &mut find) {
        Ok(facts) => facts,
        Err(unread) => {
            println!("{unread:?}");
            return ExitCode::FAILURE;
        }
    };
    let line = |place: Place| {
        let (path, text) = &texts[&place.module];
        format!("{path}:{}", text[..place.start as usize].matches('\n').count() + 1)
    };
    for path in &facts.paths {
        let end = match &path.end {
            End::Returned(answer) => {
                let tells =
                    answer.tells.map_or(String::new(), |at| format!(", tells an error at {}", line(at)));
                format!("returns ({:?}) {}{tells}", answer.kind, answer.payload.text().unwrap_or_default())
            }
            End::Raised(raised) => format!("raises {}({})", raised.class, raised.begins),
            End::Exited => "exits".to_string(),
        };
        println!("{}: {end}", line(path.at));
        if let Some(failure) = &path.failure {
            let certain = if failure.certain { "surely" } else { "perhaps" };
            let lighter = failure.lighter.map_or(String::new(), |lighter| format!(" ({lighter:?})"));
            println!(
                "    {certain} after {} failed, caught at {}{lighter}",
                line(failure.raised),
                line(failure.caught)
            );
        }
    }
    println!("may raise: {}", facts.may_raise);
    facts.framework.iter().for_each(|framework| println!("framework: {framework}"));
    facts.unchecked.iter().for_each(|call| println!("{}: unchecked {}", line(call.at), call.operation));
    facts
        .unknown
        .iter()
        .for_each(|unknown| println!("{}: does not follow {}", line(unknown.at), unknown.what));
    ExitCode::SUCCESS
}
