//! Expressions: operators by their levels, and the literals they are made of.

use super::{Parser, Place};
use crate::ast::{Expression, Operator};
use crate::error::Error;

impl Parser<'_, '_> {
    /// An expression with blanks around it.
    pub(super) fn expression(&mut self) -> Result<Expression, Error> {
        self.operators(1)
    }

    /// Operands joined by operators that bind at least this strongly.
    fn operators(&mut self, level: u8) -> Result<Expression, Error> {
        let mut left = self.operand()?;
        loop {
            self.blank();
            let Some((operator, length)) = self.operator().filter(|(o, _)| o.level() >= level) else {
                return Ok(left);
            };
            self.at += length;
            let right = self.operators(operator.level() + 1)?;
            left = Expression::Binary(operator, Box::new((left, right)));
        }
    }

    fn operator(&self) -> Option<(Operator, usize)> {
        let rest = self.rest();
        let symbols = [
            ("||", Operator::Or),
            ("&&", Operator::And),
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
            ("+", Operator::Add),
            ("*", Operator::Multiply),
            ("/", Operator::Divide),
            ("%", Operator::Remainder),
        ];
        if let Some((symbol, operator)) = symbols.into_iter().find(|(symbol, _)| rest.starts_with(symbol)) {
            return Some((operator, symbol.len()));
        }
        if rest.starts_with('-') {
            // A hyphen before a digit is the sign of a number, and two numbers in a row are an error.
            return (number_length(rest) == 0).then_some((Operator::Subtract, 1));
        }
        let word = &rest[..super::reference::name_length(rest)];
        let operator = match word {
            "or" => Operator::Or,
            "and" => Operator::And,
            "eq" => Operator::Equal,
            "ne" => Operator::NotEqual,
            "le" => Operator::LessOrEqual,
            "ge" => Operator::GreaterOrEqual,
            "lt" => Operator::Less,
            "gt" => Operator::Greater,
            _ => return None,
        };
        Some((operator, word.len()))
    }

    fn operand(&mut self) -> Result<Expression, Error> {
        self.deeper()?;
        self.blank();
        let rest = self.rest();
        let word = &rest[..super::reference::name_length(rest)];
        let operand = if rest.starts_with('!') || word == "not" {
            self.at += word.len().max(1);
            Expression::Not(Box::new(self.operand()?))
        } else if rest.starts_with('(') {
            self.at += 1;
            let inside = self.expression()?;
            self.take(b')', "`)`")?;
            inside
        } else {
            self.parameter()?
        };
        self.depth -= 1;
        Ok(operand)
    }

    /// A literal or a reference.
    pub(super) fn parameter(&mut self) -> Result<Expression, Error> {
        self.deeper()?;
        let rest = self.rest();
        let parameter = match self.peek() {
            Some(b'$') if super::reference::ahead(rest).is_some() => Expression::Reference(self.reference()?),
            Some(b'"') => self.quoted()?,
            Some(b'\'') => Expression::Text(self.string(b'\'')?),
            Some(b'[') => self.list()?,
            Some(b'{') => self.map()?,
            _ => match &rest[..super::reference::name_length(rest)] {
                "true" | "false" => self.word_argument(),
                _ => self.number()?,
            },
        };
        self.depth -= 1;
        Ok(parameter)
    }

    fn number(&mut self) -> Result<Expression, Error> {
        let length = number_length(self.rest());
        if length == 0 {
            return Err(self.expected("a value"));
        }
        let spelled = &self.text[self.at..self.at + length];
        self.at += length;
        Ok(if spelled.contains(['.', 'e', 'E']) {
            Expression::Double(spelled.to_string())
        } else {
            spelled.parse().map_or_else(|_| Expression::Big(spelled.to_string()), Expression::Int)
        })
    }

    /// `[…]`: a list or a range.
    fn list(&mut self) -> Result<Expression, Error> {
        self.at += 1;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Expression::List(Vec::new()));
        }
        let mut items = Vec::new();
        loop {
            self.blank();
            items.push(self.parameter()?);
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Expression::List(items));
                }
                Some(b'.') if self.rest().starts_with("..") && items.len() == 1 => {
                    self.at += 2;
                    self.blank();
                    items.push(self.parameter()?);
                    self.blank();
                    self.take(b']', "`]`")?;
                    return match <[Expression; 2]>::try_from(items) {
                        Ok([from, to]) if is_bound(&from) && is_bound(&to) => {
                            Ok(Expression::Range(Box::new(from), Box::new(to)))
                        }
                        _ => Err(self.expected("integers or references as the ends of a range")),
                    };
                }
                _ => return Err(self.expected("`,` or `]`")),
            }
        }
    }

    fn map(&mut self) -> Result<Expression, Error> {
        self.at += 1;
        self.blank();
        let mut members = Vec::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Expression::Map(members));
        }
        loop {
            self.blank();
            let key = self.parameter()?;
            self.blank();
            self.take(b':', "`:`")?;
            self.blank();
            members.push((key, self.parameter()?));
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Expression::Map(members));
                }
                _ => return Err(self.expected("`,` or `}`")),
            }
        }
    }

    /// The content of a quoted string; a doubled quote is one.
    fn string(&mut self, quote: u8) -> Result<String, Error> {
        let start = self.at;
        self.at += 1;
        let mut content = String::new();
        loop {
            let rest = self.rest();
            let Some(end) = rest.find(quote as char) else {
                self.at = start;
                return Err(self.expected("a closing quote"));
            };
            content.push_str(&rest[..end]);
            let doubled = rest.as_bytes().get(end + 1) == Some(&quote);
            self.at += end + 1;
            if !doubled {
                return Ok(content);
            }
            content.push(quote as char);
            self.at += 1;
        }
    }

    /// `"…"`: text in which references and directives are evaluated.
    fn quoted(&mut self) -> Result<Expression, Error> {
        let start = self.at;
        let content = unescape(self.string(b'"')?);
        if !content.contains(['$', '#']) {
            return Ok(Expression::Text(content));
        }
        let inside = self.span(start, self.at);
        let place = match &self.place {
            Place::Offset(offset) if content == self.text[start + 1..self.at - 1] => {
                Place::Offset(offset + start + 1)
            }
            _ => Place::Inside(inside),
        };
        let mut parser = Parser {
            text: &content,
            at: 0,
            depth: self.depth,
            place,
            in_literal: true,
            behind_name: false,
            names: &mut *self.names,
        };
        let (block, end) = parser.block()?;
        match end {
            super::Closing::OfText => Ok(Expression::Interpolated(block)),
            _ => Err(parser.expected("no `#end`, `#else` or `#elseif` here: no block is open")),
        }
    }
}

/// `\uXXXX` in a quoted string is its character; no other escape is one.
fn unescape(content: String) -> String {
    if !content.contains("\\u") {
        return content;
    }
    let mut units: Vec<u16> = Vec::with_capacity(content.len());
    let mut rest = content.as_str();
    while let Some(at) = rest.find("\\u") {
        units.extend(rest[..at].encode_utf16());
        let digits = rest.get(at + 2..at + 6).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|d| u16::from_str_radix(d, 16).ok()) {
            Some(unit) => units.push(unit),
            None => units.extend("\\u".encode_utf16()),
        }
        rest = &rest[at + if digits.is_some() { 6 } else { 2 }..];
    }
    units.extend(rest.encode_utf16());
    String::from_utf16_lossy(&units)
}

fn is_bound(expression: &Expression) -> bool {
    matches!(expression, Expression::Int(_) | Expression::Reference(_))
}

/// The length of the number that stands here: `-2`, `007`, `.5`, `5.`, `1e3`; `1..3` is an integer and a range.
fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digits =
        |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let sign = usize::from(rest.starts_with('-'));
    let whole = digits(sign);
    let mut at = sign + whole;
    if bytes.get(at) == Some(&b'.') && bytes.get(at + 1) != Some(&b'.') {
        let fraction = digits(at + 1);
        if whole + fraction > 0 {
            at += 1 + fraction;
        }
    }
    if at == sign {
        return 0;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let signed = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(signed);
        if exponent > 0 {
            return signed + exponent;
        }
    }
    at
}
