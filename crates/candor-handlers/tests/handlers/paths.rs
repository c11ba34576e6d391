//! Handlers' paths, as lines to compare.

use candor_handlers::{End, Events, Facts, Found, Kind, Place, Program, Search, Served, Unread};

/// Reads modules from memory: `app` first.
pub(crate) fn read(modules: &[(&str, &str)], handler: &str) -> Result<Facts, Unread> {
    read_for(Events::Any, modules, handler)
}

/// The same for a handler that gets these events.
pub(crate) fn read_for(events: Events, modules: &[(&str, &str)], handler: &str) -> Result<Facts, Unread> {
    let mut find = |name: &str| {
        let at = modules.iter().position(|(known, _)| *known == name);
        match at {
            Some(at) => Search::Found(Found { key: at as u32, text: modules[at].1.to_string() }),
            None if modules.iter().any(|(known, _)| *known == format!("{name}.__init__")) => {
                let init = format!("{name}.__init__");
                let at = modules.iter().position(|(known, _)| *known == init).unwrap();
                Search::Package(Found { key: at as u32, text: modules[at].1.to_string() })
            }
            None => Search::Missing,
        }
    };
    Program::default().facts("app", handler, events, &mut find)
}

pub(crate) fn facts(source: &str) -> Facts {
    read(&[("app", source)], "handler").unwrap()
}

/// What a handler in one module shows, that these requests reach.
pub(crate) fn facts_behind(served: &[Served], source: &str) -> Facts {
    let mut find = |name: &str| match name {
        "app" => Search::Found(Found { key: 0, text: source.to_string() }),
        _ => Search::Missing,
    };
    Program::default().facts_behind(served, "app", "handler", Events::Proxy, &mut find).unwrap()
}

/// The requests of routes: `GET /orders/{id}`, `ANY /{proxy+}`.
pub(crate) fn served(routes: &[&str]) -> Vec<Served> {
    let one = |route: &&str| {
        let (method, resource) = route.split_once(' ').unwrap();
        let method = (method != "ANY").then(|| method.to_string());
        Served { method, resource: resource.to_string(), path: true, ..Served::default() }
    };
    routes.iter().map(one).collect()
}

/// `app:3` where there are several modules, else `3`.
pub(crate) fn line(modules: &[(&str, &str)], place: Place) -> String {
    let (name, text) = modules[place.module as usize];
    let line = text[..place.start as usize].matches('\n').count() + 1;
    if modules.len() == 1 { line.to_string() } else { format!("{name}:{line}") }
}

/// The paths, a line each: where it ends, how, and what had failed before.
pub(crate) fn show(modules: &[(&str, &str)]) -> String {
    let facts = read(modules, "handler").unwrap();
    let mut lines: Vec<String> = facts
        .paths
        .iter()
        .map(|path| {
            let mut text = format!("{}: ", line(modules, path.at));
            match &path.end {
                End::Returned(answer) => {
                    let payload = answer.payload.text().unwrap();
                    match answer.kind {
                        Kind::FellOff => text.push_str("falls off the end"),
                        Kind::Unknown => text.push_str("returns something"),
                        Kind::NotJson | Kind::Exception => text.push_str("returns what JSON cannot say"),
                        _ => text.push_str(&format!("returns {payload}")),
                    }
                    for pointer in ["", "/statusCode", "/body"] {
                        if answer.payload.hides(pointer) && answer.kind != Kind::Unknown {
                            text.push_str(&format!(
                                " ({} unknown)",
                                if pointer.is_empty() { "all" } else { pointer }
                            ));
                            break;
                        }
                    }
                    if answer.tells.is_some() {
                        text.push_str(" telling an error");
                    }
                }
                End::Raised(raised) => {
                    let message = raised.message.clone().unwrap_or(format!("{}…", raised.begins));
                    text.push_str(&format!("raises {}({message})", raised.class));
                }
                End::Exited => text.push_str("exits"),
            }
            if let Some(failure) = &path.failure {
                let certain = if failure.certain { "" } else { " perhaps" };
                text.push_str(&format!(
                    ", after {:?}@{} was caught@{}{certain}",
                    failure.what,
                    line(modules, failure.raised),
                    line(modules, failure.caught)
                ));
                if failure.answered.is_some() {
                    text.push_str(" and answered");
                }
            }
            text
        })
        .collect();
    if facts.may_raise {
        lines.push("may raise".to_string());
    }
    for unknown in &facts.unknown {
        lines.push(format!("{}: does not follow {}", line(modules, unknown.at), unknown.what));
    }
    lines.join("\n")
}

#[track_caller]
pub(crate) fn check(source: &str, expected: &str) {
    check_modules(&[("app", source)], expected);
}

#[track_caller]
pub(crate) fn check_modules(modules: &[(&str, &str)], expected: &str) {
    let shown = show(modules);
    assert_eq!(shown.trim(), expected.trim(), "\n{shown}\n");
}
