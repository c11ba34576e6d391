//! The Velocity template language as Amazon API Gateway's mapping templates speak it: Apache Velocity 1.7 without macros, where
//! what is undefined is the empty string.
//!
//! # What a payload costs
//!
//! `$input.json` of the whole payload or of a definite path copies text from text: no tree is made, and of strict JSON in Java's
//! spelling only the white space is looked at twice. `$input.path` takes the payload apart once and keeps it, as Java shares its
//! objects: about 100 bytes a value and 64 a member, texts without escapes being parts of the payload. What that saves: the texts,
//! and of `$context` all that a template does not name. What it costs: a large payload of many small objects takes ten times its
//! size where a template looks into it.
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
mod template;
pub mod traps;
mod value;

pub use budget::Budget;
pub use error::{Error, ErrorKind};
pub use java_regex::{JavaRegex, RegexError};
pub use scope::{Overrides, Params, Piece, Rendered, Scope};
pub use template::Template;
pub use value::Value;
