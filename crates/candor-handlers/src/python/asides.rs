//! Work beside the work: a mail after the order was stored, the picture that nobody shows any more, the record of who did what.
//!
//! That it is lost behind a success deceives the client about nothing that it was promised: worth a note to whoever waits for it, and
//! no more. What is beside the work is told by
//!
//! - its author: a comment, a docstring or a message of the log calls it best effort, not critical, nothing that may fail the request;
//! - what it does, where something else had been changed before: it sends a mail or a notification, removes what has been replaced,
//!   writes to a log of what was done, and the answer says nothing of it.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashSet;

use super::interpreter::{Cx, Interpreter};
use super::state::State;
use super::value::{Arguments, Body, External};
use crate::facts::{Caught, Failed, Place};
use crate::shape::Shape;

/// How work beside the work is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aside {
    /// It tells somebody of what was done.
    Tells,
    /// It removes something.
    Removes,
    /// It writes down what was done.
    Records,
    /// It stores something: only a log of what was done is beside the work.
    Stores,
}

/// Where the text of a module says that something may fail, in its comments and strings.
#[derive(Debug, Default)]
pub(super) struct Lenience {
    /// The phrases, in order.
    at: Vec<u32>,
    /// What a comment that is all of its line stands above.
    above: FxHashSet<u32>,
    /// The end of the statement that a comment stands behind, on its line or below it at the same depth.
    behind: FxHashSet<u32>,
}

impl Lenience {
    fn within(&self, range: TextRange) -> bool {
        let from = self.at.partition_point(|at| *at < range.start().to_u32());
        self.at.get(from).is_some_and(|at| *at < range.end().to_u32())
    }
}

/// Verbs of what a failure must not do to the request: "don't fail", "must not break", "never raises".
const SPARED: [&str; 9] =
    ["abort", "affect", "block", "break", "crash", "fail", "interrupt", "raise", "stop"];
/// Words before them.
const NOT: [&str; 14] = [
    "do not ",
    "does not ",
    "doesn't ",
    "don't ",
    "don’t ",
    "dont ",
    "must not ",
    "mustn't ",
    "never ",
    "not to ",
    "should not ",
    "shouldn't ",
    "will not ",
    "won't ",
];
/// What a mail is about that somebody waits for, or a request that is for sending one, by the names of functions and paths.
const AWAITED: [&str; 14] = [
    "activat", "code", "contact", "feedback", "forgot", "invit", "magic", "otp", "regist", "reset", "share",
    "signup", "subscri", "verif",
];
/// What a log of what was done is about, by the names of functions: `log_activity`.
const LOGGED: [&str; 14] = [
    "access",
    "action",
    "activity",
    "change",
    "chat",
    "conversation",
    "event",
    "inference",
    "interaction",
    "prediction",
    "query",
    "request",
    "search",
    "usage",
];
/// Words behind them that turn it round: "must not fail silently".
const UNHEARD: [&str; 3] = ["silent", "quiet", "unnoticed"];
/// Other ways to say it.
const LENIENT: [&str; 11] = [
    "best effort",
    "best-effort",
    "non critical",
    "non-critical",
    "not critical",
    "non fatal",
    "non-fatal",
    "not fatal",
    "non-essential",
    "non-blocking",
    "nonblocking",
];

/// Whether a text says that a failure is taken lightly, and where.
fn lenient_at(text: &str) -> Option<usize> {
    let text = text.to_ascii_lowercase();
    let phrase = LENIENT.iter().find_map(|phrase| text.find(phrase));
    phrase.or_else(|| {
        NOT.iter().find_map(|not| {
            let mut said = text.match_indices(not);
            let spares = |behind: &str| {
                let behind = SPARED.iter().find_map(|verb| behind.strip_prefix(verb));
                behind.is_some_and(|rest| {
                    let next = rest.trim_start_matches('s');
                    !next.starts_with(|c: char| c.is_alphabetic())
                        && !UNHEARD.iter().any(|word| next.trim_start().starts_with(word))
                })
            };
            said.find(|(at, not)| spares(&text[at + not.len()..])).map(|(at, _)| at)
        })
    })
}

/// How far the line is indented that a place stands on; of a line longer than anybody writes nothing is said.
fn indent(text: &str, at: usize) -> Option<usize> {
    const LONGEST: usize = 1_000;
    let before = &text.as_bytes()[..at];
    let line = match before.iter().rev().take(LONGEST).position(|byte| *byte == b'\n') {
        Some(length) => &before[at - length..],
        None if at < LONGEST => before,
        None => return None,
    };
    Some(line.iter().take_while(|byte| byte.is_ascii_whitespace()).count())
}

/// The places of a text that take a failure lightly.
pub(super) fn lenience_of(text: &str, tokens: &ast::token::Tokens) -> Lenience {
    let mut found = Lenience::default();
    // Whether a comment that is all of its line waits for the statement below it.
    let mut waits = false;
    let mut behind = 0;
    for token in tokens {
        let (start, end) = (token.start().to_usize(), token.end().to_usize());
        match token.kind() {
            TokenKind::Comment => {
                let own_line = behind == 0 || text[behind..start].contains('\n');
                if let Some(at) = lenient_at(&text[start..end]) {
                    found.at.push((start + at) as u32);
                    waits |= own_line;
                    if !own_line || indent(text, start) >= indent(text, behind) {
                        found.behind.insert(behind as u32);
                    }
                }
            }
            TokenKind::Newline | TokenKind::NonLogicalNewline | TokenKind::Indent | TokenKind::Dedent => {}
            kind => {
                if matches!(kind, TokenKind::String | TokenKind::FStringMiddle)
                    && let Some(at) = lenient_at(&text[start..end])
                {
                    found.at.push((start + at) as u32);
                }
                if std::mem::take(&mut waits) {
                    found.above.insert(start as u32);
                }
                behind = end;
            }
        }
    }
    found
}

impl<'p> Interpreter<'p> {
    /// Whether the author says that what is tried here may fail: in the clause, right above the `try` or its body, in the function's
    /// docstring.
    pub(super) fn is_taken_lightly(
        &self,
        of: &ast::StmtTry,
        clause: &ast::ExceptHandlerExceptHandler,
        cx: Cx<'_, 'p>,
    ) -> bool {
        let lenience = &self.program.modules[cx.module].lenience;
        if lenience.at.is_empty() {
            return false;
        }
        // Of the handler itself it is about all that it does.
        let function = cx.function.filter(|_| self.stack.len() > 1);
        let docstring = function.and_then(|function| match function.body {
            Body::Statements([Stmt::Expr(first), ..]) if matches!(&*first.value, Expr::StringLiteral(_)) => {
                Some(first.range)
            }
            _ => None,
        });
        let starts = [Some(of.start()), of.body.first().map(Ranged::start)];
        lenience.within(clause.range)
            || lenience.behind.contains(&clause.range.end().to_u32())
            || docstring.is_some_and(|range| lenience.within(range))
            || starts.into_iter().flatten().any(|start| lenience.above.contains(&start.to_u32()))
    }

    /// Something is done outside: whether it would be beside other work.
    pub(super) fn may_be_aside(&mut self, external: &External, arguments: &Arguments<'p>, place: Place) {
        let name = external.path.rsplit('.').next().unwrap_or_default();
        let service = external.service.as_deref().unwrap_or_default();
        let package = external.path.split(['.', '(']).next().unwrap_or_default();
        let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
        let sends = match service {
            "ses" | "sesv2" | "pinpoint" | "pinpoint-email" | "socialmessaging" => begins(&["send"]),
            // A subject is for those who have subscribed with a mail address (API reference of SNS, `Publish`).
            "sns" => {
                name == "publish" && ["Subject", "PhoneNumber"].iter().any(|to| arguments.named(to).is_some())
            }
            _ => ["smtplib", "sendgrid", "twilio", "slack_sdk", "postmarker", "resend"].contains(&package),
        };
        let removes = begins(&["delete", "remove", "unlink", "purge", "invalidate", "flush", "expire"])
            || ["del", "hdel", "srem", "rmtree"].contains(&name);
        let stores = begins(&[
            "batch_write",
            "create",
            "execute",
            "insert",
            "put_item",
            "save",
            "transact_write",
            "update",
        ]);
        let kind = match () {
            () if sends => Aside::Tells,
            () if removes => Aside::Removes,
            () if stores => Aside::Stores,
            () => return,
        };
        self.asides.insert(place, kind);
    }

    /// Whether what failed was beside the work, and the answer, of this shape, is about the work.
    pub(super) fn is_aside(&self, failure: &Caught, shape: &Shape, state: &State<'p>) -> bool {
        let Some(fallback) = &state.fallback else { return false };
        if failure.lighter.is_some() || !fallback.is_beside_it() || failure.what == Failed::Value {
            return false;
        }
        if fallback.taken_lightly && state.worked {
            return true;
        }
        let named = || self.aside_by_name(failure);
        let kind = match self.asides.get(&failure.raised).copied() {
            None => named(),
            Some(Aside::Stores) => named().filter(|named| *named == Aside::Records),
            known => known,
        };
        match kind {
            Some(Aside::Tells) => {
                let around = [failure.raised, failure.caught].map(|place| self.function_around(place));
                let named = around.into_iter().flatten();
                fallback.after_work
                    && !speaks_of(shape, &["sent", "mail", "notif", "sms", "otp", "code", "invit"])
                    && !named.chain(self.paths_to(state)).any(|name| says_any(name, &AWAITED))
            }
            Some(Aside::Removes) => {
                fallback.after_writing
                    && !speaks_of(shape, &["delet", "remov", "clear", "purg", "cancel", "revok"])
                    && !self.is_for_removing(state)
            }
            Some(Aside::Records) => {
                fallback.after_work
                    && !self.reading.contains(&failure.raised)
                    && !speaks_of(shape, &["logged", "recorded", "tracked", "audit"])
            }
            Some(Aside::Stores) | None => false,
        }
    }

    /// What the functions around a failure call themselves: `log_activity`, `send_notification`, `invalidate_cache`.
    fn aside_by_name(&self, failure: &Caught) -> Option<Aside> {
        let names = [failure.raised, failure.caught].map(|place| self.function_around(place));
        names.into_iter().flatten().find_map(|name| {
            let name = name.to_ascii_lowercase();
            let parts: Vec<&str> = name.split('_').filter(|part| !part.is_empty()).collect();
            let has = |words: &[&str]| words.iter().any(|word| parts.contains(word));
            if has(&["notify", "notification", "notifications", "email", "emails", "mail", "sms"]) {
                Some(Aside::Tells)
            } else if has(&["cleanup", "invalidate", "evict", "purge"]) {
                Some(Aside::Removes)
            } else if has(&["audit", "analytics", "telemetry"])
                || has(&["log", "metric", "metrics", "track"]) && has(&LOGGED)
            {
                Some(Aside::Records)
            } else {
                None
            }
        })
    }

    /// The name of the innermost function that a place lies in.
    fn function_around(&self, place: Place) -> Option<&'p str> {
        let module = self.program.modules.iter().find(|module| module.key == place.module)?;
        let mut body: &'p [Stmt] = &module.tree.body;
        let mut name = None;
        loop {
            let holds = |stmt: &&Stmt| stmt.range().contains(place.start.into());
            body = match body.iter().find(holds)? {
                Stmt::FunctionDef(function) => {
                    name = Some(function.name.as_str());
                    &function.body
                }
                Stmt::ClassDef(class) => &class.body,
                _ => return name,
            };
        }
    }
}

/// Whether an answer says anything in such words, in its texts or by its keys.
fn speaks_of(shape: &Shape, words: &[&str]) -> bool {
    let has = |text: &str| says_any(text, words);
    match shape {
        Shape::Text { known: Some(text), .. } => has(text),
        Shape::Text { content: Some(content), .. } => speaks_of(content, words),
        Shape::List { items, .. } => items.iter().any(|item| speaks_of(item, words)),
        Shape::Dict { entries, .. } => entries.iter().any(|entry| {
            // What is said in headers is for machines.
            entry.key != "headers"
                && (has(&entry.key) && entry.key != "statusCode" || speaks_of(&entry.value, words))
        }),
        _ => false,
    }
}

fn says_any(text: &str, words: &[&str]) -> bool {
    let text = text.to_ascii_lowercase();
    words.iter().any(|word| text.contains(word))
}
