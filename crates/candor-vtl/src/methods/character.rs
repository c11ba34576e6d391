//! Methods of `java.lang.Character`, static ones through an instance.

use super::int;
use crate::error::Failure;
use crate::eval::Evaluator;
use crate::heap::{Datum, char_of};

/// Calls a method of a character.
pub(super) fn call<'t>(
    eval: &mut Evaluator<'t>,
    unit: u16,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    match (name, arguments) {
        ("charValue", []) => return Ok(Some(Datum::Char(unit))),
        ("compareTo" | "compare", [.., Datum::Null]) => return Err(eval.failed("NullPointerException")),
        ("compareTo", [Datum::Char(other)]) => {
            return Ok(Some(Datum::Int(i128::from(unit) - i128::from(*other))));
        }
        ("compare", [Datum::Char(a), Datum::Char(b)]) => {
            return Ok(Some(Datum::Int(i128::from(*a) - i128::from(*b))));
        }
        _ => {}
    }
    let [argument] = arguments else { return Ok(None) };
    // Each of these takes a character or its number, and the changed ones yield what they were given.
    let (c, number) = match argument {
        Datum::Char(unit) => (char_of(*unit), false),
        other => match int(other).and_then(|n| u32::try_from(n).ok()).and_then(char::from_u32) {
            Some(c) => (c, true),
            None => return Ok(None),
        },
    };
    let changed = |c: char| {
        if number { Datum::Int(u32::from(c).into()) } else { Datum::Char(c.encode_utf16(&mut [0; 2])[0]) }
    };
    let one = |mut all: Box<dyn Iterator<Item = char>>| match (all.next(), all.next()) {
        (Some(single), None) => single,
        _ => c,
    };
    Ok(Some(match name {
        "isDigit" => Datum::Bool(c.is_ascii_digit()),
        "isLetter" | "isAlphabetic" => Datum::Bool(c.is_alphabetic()),
        "isLetterOrDigit" => Datum::Bool(c.is_alphanumeric()),
        "isUpperCase" => Datum::Bool(c.is_uppercase()),
        "isLowerCase" => Datum::Bool(c.is_lowercase()),
        "isWhitespace" => Datum::Bool(
            matches!(c, '\t'..='\r' | '\u{1c}'..='\u{1f}')
                || (c.is_whitespace() && !matches!(c, '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}')),
        ),
        "isSpaceChar" => Datum::Bool(c.is_whitespace() && !c.is_control()),
        "isISOControl" => Datum::Bool(c.is_control()),
        "toUpperCase" => changed(one(Box::new(c.to_uppercase()))),
        "toLowerCase" => changed(one(Box::new(c.to_lowercase()))),
        "getNumericValue" => Datum::Int(c.to_digit(36).map_or(-1, i128::from)),
        "valueOf" if !number => argument.clone(),
        "toString" => c.to_string().into(),
        _ => return Ok(None),
    }))
}
