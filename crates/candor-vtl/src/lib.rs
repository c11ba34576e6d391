//! The Velocity template language as Amazon API Gateway's mapping templates speak it: Apache Velocity 1.7 without macros, where
//! what is undefined is the empty string.
//!
//! # What a payload costs
//!
//! `$input.json` of the whole payload or of a definite path copies text from text: no tree is made, and of strict JSON in Java's
//! spelling only the white space is looked at twice. `$input.path` reads the payload once and notes where each value stands, in
//! 16 bytes for a value and as much for a key. A list or a map is made of it only where the template walks, and its members
//! only where the template changes it; texts are parts of the payload. What that saves: all that a template passes by, and of
//! `$context` all that it does not name. What it costs: a payload of many small values takes up to eight times its size once a
//! template looks into it, and one of more than 3.5 million values and keys is refused.
//!
//! Everything a template reads is hostile: rendering ends within its [`Budget`], and nesting is bounded.
//!
//! ```
//! use candor_vtl::{Budget, Overrides, Params, Scope, Template, Value};
//!
//! let template = Template::parse(
//!     "#set($root = $input.path('$'))\
//!      #if($root.errorMessage != \"\")#set($context.responseOverride.status = 500)#end\
//!      {\"message\": $input.json('$.errorMessage')}",
//! )?;
//! let scope = Scope {
//!     body: r#"{"errorMessage": "no such order"}"#,
//!     params: &Params::default(),
//!     context: &Value::Null,
//!     stage_variables: &[],
//!     overrides: &Overrides::default(),
//! };
//! let rendered = template.render(&scope, Budget::default())?;
//! assert_eq!(rendered.output, r#"{"message": "no such order"}"#);
//! assert_eq!(rendered.overrides.status(), Some(Value::Int(500)));
//! # Ok::<(), candor_vtl::Error>(())
//! ```

mod ast;
mod budget;
mod decimal;
mod error;
mod eval;
mod heap;
mod java_regex;
pub mod json;
pub mod json_path;
mod members;
mod methods;
mod names;
mod parser;
mod scope;
mod seen;
mod tape;
mod template;
pub mod traps;
mod value;

pub use budget::Budget;
pub use error::{Error, ErrorKind};
pub use java_regex::{JavaRegex, RegexError};
pub use scope::{Overrides, Params, Piece, Rendered, Scope};
pub use template::{Input, Template};
pub use value::Value;
