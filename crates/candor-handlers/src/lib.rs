//! What a Lambda handler's source can do. In: the text of its modules. Out: [`Facts`]: every way the handler can end, what it answers
//! then and what had failed before, with the place of each step.
//!
//! A handler is run on paper: statement by statement, on every path, with values of which only a part is known. What is not
//! understood is unknown and said once; it is never guessed. The parser is a library of its own and is not seen outside.
//!
//! Never here: files (whoever calls says what stands where), the gateway, verdicts.
//!
//! ```
//! use candor_handlers::{End, Events, Found, Program, Search};
//!
//! let source = "
//! def handler(event, context):
//!     try:
//!         save(event)
//!     except Exception as error:
//!         print(error)
//!     return {'statusCode': 200}
//! ";
//! let mut find = |module: &str| match module {
//!     "app" => Search::Found(Found { key: 0, text: source.to_string() }),
//!     _ => Search::Missing,
//! };
//! let mut program = Program::default();
//! let facts = program.facts("app", "handler", Events::Proxy, &mut find).expect("it parses and has a handler");
//! let swallowed = facts.paths.iter().filter(|path| path.failure.is_some());
//! assert!(swallowed.clone().count() == 1);
//! assert!(swallowed.clone().all(|path| matches!(path.end, End::Returned(_))));
//! ```

mod facts;
mod python;
mod shape;

pub use facts::{
    Answer, Begun, Caught, End, EventKey, Facts, Failed, Hollow, Kind, Lighter, Logged, Loose, Path, Place,
    Raised, Routes, Sent, Unchecked, Unfound, Unguarded, Unknown, Unsaid, Watch,
};
pub use python::{Events, Found, Guard, Program, Search, Served, Unread, is_library};
pub use shape::{Entry, Shape};
