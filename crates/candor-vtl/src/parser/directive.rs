//! What begins with `#`: directives, comments, raw text, and all that only looks like it.

use super::{Closing, Hash, Parser, reference, set_ahead};
use crate::ast::{Block, Expression, Node, Variable};
use crate::error::Error;

/// The directives of Velocity 1.7 that API Gateway knows (recorded: `#evaluate` is text).
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Directive {
    Set,
    If,
    ElseIf,
    Else,
    End,
    Foreach,
    Define,
    Macro,
    Break,
    Stop,
}

impl Directive {
    fn of(name: &str) -> Option<Directive> {
        Some(match name {
            "set" => Directive::Set,
            "if" => Directive::If,
            "elseif" => Directive::ElseIf,
            "else" => Directive::Else,
            "end" => Directive::End,
            "foreach" => Directive::Foreach,
            "define" => Directive::Define,
            "macro" => Directive::Macro,
            "break" => Directive::Break,
            "stop" => Directive::Stop,
            _ => return None,
        })
    }
}

/// The name in `#name` or `#{name}` at the start, and the length of the whole.
fn hash_name(rest: &str) -> Option<(&str, usize)> {
    let behind = rest.strip_prefix('#')?;
    let braced = behind.strip_prefix('{');
    let name = braced.unwrap_or(behind);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    let length = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
    match braced {
        None => Some((&name[..length], 1 + length)),
        Some(_) if name[length..].starts_with('}') => Some((&name[..length], 3 + length)),
        Some(_) => None,
    }
}

impl Parser<'_, '_> {
    /// The known directive whose name stands here, and the length of `#name`.
    pub(super) fn directive_ahead(&self) -> Option<(Directive, usize)> {
        let (name, length) = hash_name(self.rest())?;
        Some((Directive::of(name)?, length))
    }

    /// The length of `#name` where it names no directive.
    pub(super) fn unknown_directive_ahead(&self) -> Option<usize> {
        let (name, length) = hash_name(self.rest())?;
        Directive::of(name).is_none().then_some(length)
    }

    /// Reads what stands at a `#`.
    pub(super) fn hash(&mut self, block: &mut Block) -> Result<Hash, Error> {
        let rest = self.rest();
        let fresh = Hash::Read { fresh: true };
        if rest.starts_with("##") {
            let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
            self.at += line;
            self.rest_of_line();
            return Ok(fresh);
        }
        if let Some(comment) = rest.strip_prefix("#*") {
            let end = comment.find("*#").ok_or_else(|| self.expected("a comment that ends with `*#`"))?;
            self.at += end + 4;
            return Ok(fresh);
        }
        if let Some(raw) = rest.strip_prefix("#[[") {
            let end = raw.find("]]#").ok_or_else(|| self.expected("raw text that ends with `]]#`"))?;
            let start = self.at;
            self.at += end + 6;
            self.push_text(block, start + 3..start + 3 + end, start);
            return Ok(fresh);
        }
        if let Some(length) = set_ahead(rest) {
            self.set(length, block)?;
            return Ok(fresh);
        }
        match self.directive_ahead() {
            Some((directive, length)) if directive != Directive::Set => {
                self.at += length;
                self.directive(directive, block)
            }
            _ => self.no_directive(block),
        }
    }

    fn directive(&mut self, directive: Directive, block: &mut Block) -> Result<Hash, Error> {
        self.behind_name = false;
        match directive {
            Directive::Else => {
                self.rest_of_line();
                return Ok(Hash::Ended(Closing::Else));
            }
            Directive::End => {
                self.rest_of_line();
                return Ok(Hash::Ended(Closing::End));
            }
            Directive::ElseIf => return Ok(Hash::Ended(Closing::ElseIf)),
            Directive::If => self.conditional(block)?,
            Directive::Foreach => self.foreach(block)?,
            Directive::Define => {
                let variable = self.variable()?;
                self.take(b')', "`)`")?;
                self.rest_of_line();
                let body = self.body("define")?;
                block.nodes.extend(variable.map(|variable| Node::Define { variable, body }));
            }
            Directive::Macro => {
                // Recorded: a macro is read and never defined; calls of it stay text.
                self.blank();
                self.take(b'(', "`(`")?;
                self.directive_arguments()?;
                self.rest_of_line();
                self.body("macro")?;
            }
            Directive::Break => block.nodes.push(Node::Break),
            Directive::Stop => block.nodes.push(Node::Stop),
            Directive::Set => {}
        }
        Ok(Hash::Read { fresh: true })
    }

    /// `($condition)` behind `#if` or `#elseif`, with the rest of its line.
    fn condition(&mut self) -> Result<Expression, Error> {
        self.blank();
        self.take(b'(', "`(` and a condition")?;
        let condition = self.expression()?;
        self.take(b')', "`)`")?;
        self.rest_of_line();
        Ok(condition)
    }

    fn conditional(&mut self, block: &mut Block) -> Result<(), Error> {
        let mut branches = Vec::new();
        loop {
            let condition = self.condition()?;
            let (body, end) = self.block()?;
            branches.push((condition, body));
            match end {
                Closing::ElseIf => {}
                Closing::End => {
                    block.nodes.push(Node::If { branches, otherwise: None });
                    return Ok(());
                }
                Closing::Else => {
                    let otherwise = Some(self.body("if")?);
                    block.nodes.push(Node::If { branches, otherwise });
                    return Ok(());
                }
                Closing::OfText => return Err(self.expected("`#end` of an `#if`")),
            }
        }
    }

    /// A block that only `#end` may end.
    fn body(&mut self, of: &str) -> Result<Block, Error> {
        match self.block()? {
            (block, Closing::End) => Ok(block),
            _ => Err(self.expected(&format!("`#end` of a `#{of}`"))),
        }
    }

    /// `($name` behind `#foreach` or `#define`: the name, unless it is written in a way that names nothing (`${d}`).
    fn variable(&mut self) -> Result<Option<Variable>, Error> {
        self.blank();
        self.take(b'(', "`(` and a variable")?;
        self.blank();
        if reference::ahead(self.rest()).is_none() {
            return Err(self.expected("a variable"));
        }
        let variable = self.reference()?;
        self.blank();
        Ok(Some(variable.variable).filter(|_| !variable.formal))
    }

    fn foreach(&mut self, block: &mut Block) -> Result<(), Error> {
        let start = self.at;
        self.blank();
        self.take(b'(', "`(` and a loop variable")?;
        self.blank();
        if reference::ahead(self.rest()).is_none() {
            return Err(self.expected("a loop variable"));
        }
        let variable = self.reference()?.variable;
        self.blank();
        let after = self.rest().strip_prefix("in").unwrap_or("x");
        if !after.starts_with([' ', '\t', '\n', '\r', '$', '[', '{', ')', '"', '\'']) {
            return Err(self.expected("`in`"));
        }
        self.at += 2;
        self.blank();
        // Nothing to loop over is nothing to print (the real Velocity 1.7).
        let items = if self.peek() == Some(b')') { Expression::Null } else { self.parameter()? };
        self.blank();
        self.take(b')', "`)`")?;
        let span = self.span(start, self.at);
        self.rest_of_line();
        let body = self.body("foreach")?;
        block.nodes.push(Node::Foreach { variable, items, body, span });
        Ok(())
    }

    /// `#name` and `#name(…)` of no directive are text, and so is a lone `#`.
    fn no_directive(&mut self, block: &mut Block) -> Result<Hash, Error> {
        let start = self.at;
        self.behind_name = false;
        if let Some(call) = self.rest().strip_prefix("#@")
            && let length = reference::name_length(call)
            && call[length..].starts_with('(')
        {
            self.at += 2 + length + 1;
            self.directive_arguments()?;
            self.body("@")?;
            self.push_text(block, start..self.at, start);
            return Ok(Hash::Read { fresh: true });
        }
        if let Some((_, length)) = hash_name(self.rest()) {
            self.at += length;
            let name_end = self.at;
            self.blank();
            if self.peek() == Some(b'(') {
                self.at += 1;
                self.directive_arguments()?;
            } else {
                self.at = name_end;
            }
            self.push_text(block, start..self.at, start);
            return Ok(Hash::Read { fresh: true });
        }
        if self.rest().len() == 1 && !self.in_literal {
            return Err(self.expected("something behind the last `#`"));
        }
        let digits = self.rest()[1..].bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            self.at += 1 + digits;
            self.push_text(block, start..self.at, start);
            return Ok(Hash::Read { fresh: true });
        }
        self.at += 1;
        // A quirk of Velocity's lexer: `#  #set(…)` loses its first `#`.
        let lost = set_ahead(self.rest()).is_some();
        if !lost {
            self.push_text(block, start..self.at, start);
        }
        Ok(Hash::Read { fresh: lost })
    }

    /// Arguments of a macro up to their `)`: words and values, with or without commas.
    fn directive_arguments(&mut self) -> Result<(), Error> {
        loop {
            self.blank();
            match self.peek() {
                Some(b')') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b',') => self.at += 1,
                Some(c) if c.is_ascii_alphabetic() || c == b'_' => drop(self.word_argument()),
                _ => drop(self.parameter()?),
            }
        }
    }
}
