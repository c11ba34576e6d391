//! Reads templates: text, directives and white space. References and expressions are read by the modules below.
//!
//! Velocity's lexer decides what white space vanishes: blanks before `#set` where the lexer stands right before them, and
//! blanks with one newline behind most directives.

mod directive;
mod expression;
mod reference;

use std::ops::Range;

use self::directive::Directive;
use crate::ast::{Block, Node, Tail};
use crate::budget::MAX_DEPTH;
use crate::error::Error;
use crate::names::Names;

/// Reads a whole template.
pub(crate) fn parse(source: &str) -> Result<(Block, Names), Error> {
    let mut names = Names::default();
    let place = Place::Offset(0);
    let mut parser = Parser {
        text: source,
        at: 0,
        depth: 0,
        place,
        in_literal: false,
        behind_name: false,
        names: &mut names,
    };
    let (block, end) = parser.block()?;
    match end {
        Closing::OfText => Ok((block, names)),
        _ => Err(parser.expected("no `#end`, `#else` or `#elseif` here: no block is open")),
    }
}

struct Parser<'s, 'n> {
    names: &'n mut Names,
    text: &'s str,
    at: usize,
    depth: usize,
    place: Place,
    /// The lexer's state is that behind `$a.name`: some of what follows leaves it so.
    behind_name: bool,
    /// Inside of a quoted string, where a lone `$` or `#` may be the last character.
    in_literal: bool,
}

/// Where the parsed text stands in the template.
#[derive(Clone)]
enum Place {
    /// It begins at this byte.
    Offset(usize),
    /// Inside of a string whose characters are no longer those of the template.
    Inside(Range<u32>),
}

/// What stood at a `#`.
enum Hash {
    /// Something of this block; `fresh` is whether the lexer stands behind it.
    Read { fresh: bool },
    /// The end of this block.
    Ended(Closing),
}

/// What a block ends with.
#[derive(PartialEq)]
enum Closing {
    OfText,
    End,
    Else,
    ElseIf,
}

impl Parser<'_, '_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn span(&self, start: usize, end: usize) -> Range<u32> {
        match &self.place {
            Place::Offset(offset) => (offset + start) as u32..(offset + end) as u32,
            Place::Inside(range) => range.clone(),
        }
    }

    fn expected(&self, what: &str) -> Error {
        let next = self.rest().chars().next().map_or(0, char::len_utf8);
        let span = self.span(self.at, self.at + next);
        Error::syntax(span.start as usize, span.end as usize, what)
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.expected("fewer nested levels")) } else { Ok(()) }
    }

    /// Blanks and newlines inside of a directive.
    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8, what: &str) -> Result<(), Error> {
        if self.peek() != Some(byte) {
            return Err(self.expected(what));
        }
        self.at += 1;
        Ok(())
    }

    /// Blanks and one newline behind a directive; blanks alone stay.
    fn rest_of_line(&mut self) {
        let rest = self.rest();
        let behind = rest.trim_start_matches([' ', '\t']);
        let newline = ["\r\n", "\n", "\r"].into_iter().find(|n| behind.starts_with(n));
        if let Some(newline) = newline {
            self.at += rest.len() - behind.len() + newline.len();
        }
    }

    /// Nodes up to the end of the text or of the open block; a final `#end` or `#else` is read, `#elseif` up to its `(`.
    fn block(&mut self) -> Result<(Block, Closing), Error> {
        self.deeper()?;
        let mut block = Block::default();
        // Whether the lexer stands here, so that blanks belong to a following `#set`.
        let mut fresh = true;
        loop {
            if fresh && let Some(length) = set_ahead(self.rest()) {
                self.set(length, &mut block)?;
                continue;
            }
            fresh = match self.peek() {
                None => {
                    self.depth -= 1;
                    return Ok((block, Closing::OfText));
                }
                Some(b'\\') => self.backslashes(&mut block)?,
                Some(b'$') => self.dollar(&mut block)?,
                Some(b'#') if self.behind_name && self.rest().starts_with("##") => {
                    self.behind_name = false;
                    self.hash_behind_name(&mut block)
                }
                Some(b'#') => match self.hash(&mut block)? {
                    Hash::Read { fresh } => fresh,
                    Hash::Ended(end) => {
                        self.depth -= 1;
                        return Ok((block, end));
                    }
                },
                Some(_) => {
                    self.behind_name = false;
                    let length = self.rest().find(['\\', '$', '#']).unwrap_or(self.rest().len());
                    self.at += length;
                    self.push_text(&mut block, self.at - length..self.at, self.at - length);
                    false
                }
            };
        }
    }

    /// n backslashes before a reference or a known directive print as half of them; an odd one escapes. Elsewhere they are text.
    fn backslashes(&mut self, block: &mut Block) -> Result<bool, Error> {
        self.behind_name = false;
        let start = self.at;
        while self.peek() == Some(b'\\') {
            self.at += 1;
        }
        let (run, half) = (self.at - start, (self.at - start) / 2);
        // An escaped reference takes the lone dollars before it along: `\$$a` prints `$a` (the real Velocity 1.7).
        let lone = self.lone_dollars();
        let is_call = self.rest().starts_with("#@");
        if run % 2 == 1 && (is_call || self.unknown_directive_ahead().is_some()) {
            // Only its name is text then.
            self.at += self.unknown_directive_ahead().unwrap_or(2);
            self.push_text(block, start..self.at, start);
            return Ok(true);
        }
        if run % 2 == 1 && lone > 0 {
            self.push_text(block, start..start + half, start);
            self.at += lone;
            let escaped = self.at;
            self.reference()?;
            self.push_text(block, escaped..self.at, start);
            return Ok(true);
        }
        let print = match self.directive_ahead() {
            // Before a `#set` that is not escaped all of them print (the real Velocity 1.7).
            Some((Directive::Set, _)) if run % 2 == 0 => run,
            Some(_) => half,
            None if reference::ahead(self.rest()).is_some() => half,
            None => run,
        };
        self.push_text(block, start..start + print, start);
        if print == run || run % 2 == 0 {
            return Ok(true);
        }
        let escaped = self.at;
        match self.directive_ahead() {
            Some((_, length)) => self.at += length,
            None => drop(self.reference()?),
        }
        self.push_text(block, escaped..self.at, start);
        Ok(true)
    }

    /// The length of `$`, `$$` or `$!` that stand right before a reference and are none.
    fn lone_dollars(&self) -> usize {
        let rest = self.rest();
        let dollars = rest.len() - rest.trim_start_matches('$').len();
        let lone = match rest[dollars..].starts_with("!$") {
            true => dollars + 1,
            false => dollars.saturating_sub(1),
        };
        if lone > 0 && reference::ahead(&rest[lone..]).is_some() { lone } else { 0 }
    }

    fn dollar(&mut self, block: &mut Block) -> Result<bool, Error> {
        if reference::ahead(self.rest()).is_some() {
            let reference = self.reference()?;
            if !self.text[..self.at].ends_with('}') {
                self.behind_name = matches!(reference.tail.last(), Some(Tail::Property(_)));
            }
            block.nodes.push(Node::Reference(reference));
            // A brace right behind is a token of its own.
            if !self.text[..self.at].ends_with('}') && self.rest().starts_with(['{', '}']) {
                self.behind_name = false;
                self.at += 1;
                self.push_text(block, self.at - 1..self.at, self.at - 1);
            }
            return Ok(true);
        }
        let rest = self.rest();
        if rest.trim_end_matches('!').trim_matches('$').is_empty()
            && !rest.ends_with("!!")
            && !self.in_literal
        {
            return Err(self.expected("something behind the last `$`"));
        }
        // Quirks of Velocity's lexer, which joins a lone `$` or `$!` with what stands behind it.
        let bang = |dollars: usize| usize::from(rest[dollars..].starts_with('!'));
        let dollars = rest.len() - rest.trim_start_matches('$').len();
        let run = dollars + bang(dollars);
        if rest[run..].starts_with('#') || set_ahead(&rest[run..]).is_some() {
            return Ok(self.dollars_before_hash(dollars, run, block));
        }
        if dollars > 1 {
            // All but the last are text, at once: a run may be long.
            let start = self.at;
            self.at += dollars - 1;
            self.push_text(block, start..self.at, start);
            return Ok(false);
        }
        let opens = 1 + bang(1);
        if rest[opens..].starts_with('{') {
            return self.brace_of_no_reference(opens + 1, block);
        }
        let dollars_behind = rest.bytes().skip(2).take_while(|byte| *byte == b'$').count();
        let (printed, length) = match rest.as_bytes() {
            [b'$', b'!', b'[' | b'}', ..] => (2, 2),
            [b'$', b'!', b'$', ..] if reference::ahead(&rest[1 + dollars_behind..]).is_some() => (2, 2),
            [b'$', b'!', b'.', b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => (0, 2),
            [b'$', b'!', ..] => (1, 2),
            _ => (1, 1),
        };
        let start = self.at;
        self.at += length;
        self.push_text(block, start..start + printed, start);
        Ok(false)
    }

    /// `${` or `$!{` without a name behind it: text, unless an index or another reference's mark follows (the real Velocity
    /// 1.7: `${$a}` is a reference to nothing).
    fn brace_of_no_reference(&mut self, length: usize, block: &mut Block) -> Result<bool, Error> {
        let start = self.at;
        self.at += length;
        let behind = self.rest().trim_start_matches('$');
        let behind = if behind.len() < self.rest().len() { behind.trim_start_matches('!') } else { behind };
        let marks = self.rest().len() - behind.len();
        if behind.starts_with('[') && marks == 0 {
            return Err(self.expected("a name"));
        }
        if marks > 0 && behind.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            self.at += marks;
            self.at += reference::name_length(self.rest());
            self.tail()?;
            self.take(b'}', "`}`")?;
            return Ok(true);
        }
        self.push_text(block, start..self.at, start);
        Ok(true)
    }

    /// A run of lone dollars (with a `!` behind them where it is longer) before `#` or before blanks and `#set`: it vanishes together with some directives and makes
    /// others text (the real Velocity 1.7).
    fn dollars_before_hash(&mut self, dollars: usize, run: usize, block: &mut Block) -> bool {
        let start = self.at;
        self.at += run;
        let rest = self.rest();
        let (printed, fresh) = match self.directive_ahead() {
            _ if set_ahead(rest).is_some() || rest.starts_with("#*") => (0, true),
            Some((Directive::If | Directive::ElseIf | Directive::Else | Directive::End, _)) => (0, true),
            Some((_, length)) => {
                self.at += length;
                (run + length, false)
            }
            None if rest.starts_with("#@") => {
                self.at += 2;
                (run + 2, false)
            }
            None if rest.starts_with("# ") => (dollars, false),
            None => (run, false),
        };
        self.push_text(block, start..start + printed, start);
        fresh
    }

    /// `##` behind `$a.name` begins no comment: its first `#` goes the way of a lone `$` (the real Velocity 1.7).
    fn hash_behind_name(&mut self, block: &mut Block) -> bool {
        let start = self.at;
        self.at += 1;
        let rest = self.rest();
        let is_directive = matches!(
            self.directive_ahead(),
            Some((Directive::If | Directive::ElseIf | Directive::Else | Directive::End, _))
        );
        if is_directive || rest.starts_with("##") || rest.starts_with("#*") {
            return true;
        }
        self.at += 1;
        self.push_text(block, start..self.at, start);
        false
    }

    /// Adds text that prints, of what was read from `start` up to here.
    fn push_text(&self, block: &mut Block, printed: Range<usize>, start: usize) {
        let span = self.span(start, self.at);
        let text = &self.text[printed];
        // Text that stands elsewhere than it prints is a node of its own: a trace asks for its place.
        let verbatim = |text: &str, place: &Range<u32>| text.len() == (place.end - place.start) as usize;
        match block.nodes.last_mut() {
            Some(Node::Text(last, place))
                if *place == span
                    || (place.end == span.start && verbatim(last, place) && verbatim(text, &span)) =>
            {
                last.push_str(text);
                place.end = span.end;
            }
            _ if text.is_empty() => {}
            _ => block.nodes.push(Node::Text(text.to_string(), span)),
        }
    }

    /// `#set(…)`, its head of `length` bytes being read by the caller's look.
    fn set(&mut self, length: usize, block: &mut Block) -> Result<(), Error> {
        let start = self.at + self.rest().find('#').unwrap_or(0);
        self.at += length;
        self.blank();
        if reference::ahead(self.rest()).is_none() {
            return Err(self.expected("a reference to set"));
        }
        let target = self.reference()?;
        self.blank();
        self.take(b'=', "`=`")?;
        let value = self.expression()?;
        self.take(b')', "`)`")?;
        block.nodes.push(Node::Set { target, value, span: self.span(start, self.at) });
        self.rest_of_line();
        Ok(())
    }
}

/// The length of blanks and `#set(` where they stand here.
fn set_ahead(rest: &str) -> Option<usize> {
    let at = rest.trim_start_matches([' ', '\t']);
    let behind = at.strip_prefix("#set").or_else(|| at.strip_prefix("#{set}"))?;
    let inside = behind.trim_start_matches([' ', '\t']).strip_prefix('(')?;
    Some(rest.len() - inside.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::Expression;

    #[track_caller]
    fn only_node(source: &str) -> Node {
        let mut nodes = parse(source).expect("a template").0.nodes;
        assert_eq!(nodes.len(), 1, "{nodes:?}");
        nodes.remove(0)
    }

    #[test]
    fn text_is_one_node() {
        let source = "a # b $ c \\d #foo(1) e";
        assert_eq!(only_node(source), Node::Text(source.to_string(), 0..source.len() as u32));
    }

    #[test]
    fn text_that_prints_elsewhere_than_it_stands_is_a_node_of_its_own() {
        let nodes = parse("a## b\nc#[[$x]]#").expect("a template").0.nodes;
        let text = |text: &str, span| Node::Text(text.to_string(), span);
        assert_eq!(nodes, [text("a", 0..1), text("c", 6..7), text("$x", 7..15)]);
    }

    #[test]
    fn a_set_spans_its_directive() {
        let Node::Set { span, target, .. } = only_node("  #set( $a.b = 1 )  \n") else { panic!("a set") };
        assert_eq!((span, target.span), (2..18, 8..12));
    }

    #[test]
    fn references_in_strings_have_their_places() {
        let inside = |source: &str| match only_node(source) {
            Node::Set { value: Expression::Interpolated(block), .. } => match block.nodes.as_slice() {
                [_, Node::Reference(reference)] => reference.span.clone(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        };
        assert_eq!(inside("#set($x = \"a $b\")"), 13..15);
        // A doubled quote moves what follows it: the string as a whole is the place.
        assert_eq!(inside("#set($x = \"\"\"a $b\")"), 10..18);
    }

    #[test]
    fn blocks_of_an_if() {
        let Node::If { branches, otherwise } = only_node("#if($a)1#elseif($b)2#{else}3#end") else {
            panic!("an if")
        };
        assert_eq!((branches.len(), otherwise.is_some()), (2, true));
    }
}
