//! The function names a handler that its code does not hold.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "handler-not-found",
    severity: Severity::Error,
    summary: "The function names a handler that its code does not hold.",
    docs: include_str!("handler_not_found.md"),
    find: Find::InExchange(find),
};

use crate::handlers::Absent;

fn find(scene: &Scene<'_>, findings: &mut Findings) -> Claim {
    let absent = scene.source.and_then(|source| source.handler.absent.as_ref());
    let (Some(function), Some(Outcome::InitFailed(_)), Some(absent)) =
        (scene.function, scene.case.and_then(Case::outcome), absent)
    else {
        return Claim::Passed;
    };
    let at = function.handler.span();
    let status = scene.exchange.response.status.value;
    scene.report(&RULE, RULE.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} to every request: the function cannot start", scene.whose()),
        label: match absent {
            Absent::Module(module, _) => format!("the code has no module `{module}`"),
            Absent::Function(name, defines) if defines.is_empty() => {
                format!("the module defines no function, and so no `{name}`")
            }
            Absent::Function(name, defines) => {
                let named: Vec<String> = defines.iter().take(4).map(|name| format!("`{name}`")).collect();
                let more = if defines.len() > 4 { ", …" } else { "" };
                format!("the module defines no `{name}`; it defines {}{more}", named.join(", "))
            }
        },
        remedy: match absent {
            Absent::Module(_, candidates) => match candidates.as_slice() {
                [one] => format!("write `{one}`"),
                _ => "name a module that the code holds".to_string(),
            },
            Absent::Function(name, defines) => match nearest(name, defines) {
                Some(nearest) => {
                    let handler = function.handler.optional().ok().and_then(|(handler, _)| handler);
                    let module = handler.and_then(|handler| handler.rsplit_once('.')).map(|(module, _)| module);
                    format!("write `{}.{nearest}`", module.unwrap_or("index"))
                }
                None => "name a function that the module defines".to_string(),
            },
        },
        also: Vec::new(),
    })
}

/// The name that was probably meant: the only one, or the one with the fewest letters to change.
fn nearest<'a>(name: &str, among: &'a [String]) -> Option<&'a String> {
    if let [one] = among {
        return Some(one);
    }
    let plain = |name: &str| name.to_ascii_lowercase().replace('_', "");
    let (name, farthest) = (plain(name), name.len() / 2);
    let distance = |other: &str| {
        let other = plain(other);
        match name.contains(&other) || other.contains(&name) {
            true => 0,
            false => changes(&name, &other),
        }
    };
    let nearest = among.iter().min_by_key(|other| distance(other))?;
    (distance(nearest) <= farthest).then_some(nearest)
}

/// How many letters have to be put in, left out or changed to make one word of another (Levenshtein).
fn changes(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in b.iter().enumerate() {
            let change = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested() {
        let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        let among = names(&["lambda_handler", "read", "write"]);
        assert_eq!(nearest("lambdaHandler", &among).map(String::as_str), Some("lambda_handler"));
        assert_eq!(nearest("handler", &among).map(String::as_str), Some("lambda_handler"));
        assert_eq!(nearest("wirte", &among).map(String::as_str), Some("write"));
        assert_eq!(nearest("xyz", &among), None);
        assert_eq!(nearest("xyz", &names(&["main"])).map(String::as_str), Some("main"));
        assert_eq!(nearest("xyz", &[]), None);
    }
}
