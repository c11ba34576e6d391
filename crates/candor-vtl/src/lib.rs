//! stub while the engine is being written
#![allow(missing_docs, unused_variables, clippy::all)]
use std::ops::Range;
#[derive(Clone, Debug)] pub struct Template;
#[derive(Clone, Debug, PartialEq)] pub enum ErrorKind { Syntax }
#[derive(Clone, Debug, PartialEq)] pub struct Error { pub kind: ErrorKind, pub span: Range<u32> }
impl std::fmt::Display for Error { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("x") } }
impl Template {
    pub fn parse(source: &str) -> Result<Template, Error> { Ok(Template) }
    pub fn render(&self, scope: &Scope<'_>, budget: Budget) -> Result<Rendered, Error> { Ok(Rendered{output:String::new(),overrides:Overrides::default(),status_set_at:None}) }
    pub fn mentions(&self, name: &str) -> bool { false }
    pub fn is_constant(&self) -> bool { false }
    pub fn assignment(&self, object: &str, member: &str) -> Option<Range<u32>> { None }
    pub fn printed_references(&self) -> Vec<Range<u32>> { vec![] }
}
pub struct Scope<'a> { pub body: &'a str, pub params: &'a Params, pub context: &'a Value, pub stage_variables: &'a [(String, String)], pub overrides: &'a Overrides }
#[derive(Default, Clone, Debug, PartialEq)] pub struct Params { pub path: Vec<(String,String)>, pub querystring: Vec<(String,String)>, pub header: Vec<(String,String)> }
#[derive(Default, Clone, Debug, PartialEq)] pub struct Overrides { }
impl Overrides { pub fn status(&self)->Option<Value>{None} pub fn response_headers(&self)->Vec<(String,String)>{vec![]} }
pub struct Rendered { pub output: String, pub overrides: Overrides, pub status_set_at: Option<Range<u32>> }
#[derive(Default, Clone, Copy)] pub struct Budget;
#[derive(Clone, Debug, PartialEq)] pub enum Value { Null, String(String), Map(Vec<(String,Value)>) }
impl From<&str> for Value { fn from(s:&str)->Value{Value::String(s.into())}}
impl Value { pub fn map<K:Into<String>>(p: impl IntoIterator<Item=(K,Value)>)->Value{Value::Map(p.into_iter().map(|(k,v)|(k.into(),v)).collect())} pub fn get(&self,k:&str)->Option<&Value>{None} pub fn to_text(&self)->String{String::new()} pub fn is_null(&self)->bool{true} }
pub mod json { pub fn parse_lenient(s:&str)->Result<super::Value,super::Error>{Ok(super::Value::Null)} }
pub mod json_path { use super::*; pub fn select(p:&str,r:&Value)->Result<Option<Value>,Error>{Ok(None)} }
#[derive(Clone, Debug)] pub struct JavaRegex(String);
#[derive(Clone, Debug)] pub struct RegexError;
impl RegexError { pub fn is_invalid(&self)->bool{true} }
impl std::fmt::Display for RegexError { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("x") } }
impl JavaRegex { pub fn parse(p:&str)->Result<JavaRegex,RegexError>{Ok(JavaRegex(p.into()))} pub fn matches(&self,t:&str)->Result<bool,RegexError>{Ok(false)} pub fn as_str(&self)->&str{&self.0} }
