//! `String.format`: the conversions that templates use, `%s %d %x %o %c %b %e %f %n %%`, with flags, widths, precisions and
//! numbered arguments.

use crate::error::Failure;
use crate::eval::Evaluator;
use crate::heap::{Datum, char_of};

/// A conversion: `%2$-08.3f`.
#[derive(Debug, Default)]
struct Spec<'f> {
    argument: Option<usize>,
    flags: &'f str,
    width: usize,
    precision: Option<usize>,
    conversion: char,
}

/// Reads a conversion behind its `%`; what is left, and `None` where it is none.
fn spec(text: &str) -> Option<(Spec<'_>, &str)> {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut rest = text;
    let mut argument = None;
    let numbered = digits(rest);
    if numbered > 0 && rest[numbered..].starts_with('$') {
        argument = Some(rest[..numbered].parse().ok()?);
        rest = &rest[numbered + 1..];
    }
    let length = rest.len() - rest.trim_start_matches(['-', '0', '+', ',', ' ', '(', '#']).len();
    let (flags, behind) = rest.split_at(length);
    let (width, behind) = behind.split_at(digits(behind));
    let mut precision = None;
    rest = behind;
    if let Some(behind) = rest.strip_prefix('.') {
        let (spelled, behind) = behind.split_at(digits(behind));
        precision = Some(spelled.parse().ok()?);
        rest = behind;
    }
    let conversion = rest.chars().next().filter(|c| c.is_ascii_alphabetic() || *c == '%')?;
    let width = if width.is_empty() { 0 } else { width.parse().ok()? };
    Some((Spec { argument, flags, width, precision, conversion }, &rest[conversion.len_utf8()..]))
}

/// `String.format`.
pub(super) fn format<'t>(
    eval: &mut Evaluator<'t>,
    format: &str,
    arguments: &[Datum<'t>],
) -> Result<Datum<'t>, Failure> {
    let mut out = String::new();
    let mut rest = format;
    let mut next = 0;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let Some((spec, behind)) = spec(&rest[at + 1..]) else {
            return Err(eval.failed("UnknownFormatConversionException: '%'"));
        };
        rest = behind;
        if spec.width > 100_000 || spec.precision.is_some_and(|p| p > 1000) {
            return Err(eval.failed("IllegalFormatException: a width or a precision is too large"));
        }
        eval.charge_text(spec.width.saturating_add(spec.precision.unwrap_or(0)).saturating_add(out.len()))?;
        let shown = match spec.conversion {
            '%' => "%".to_string(),
            'n' => "\n".to_string(),
            _ => {
                let place = match spec.argument {
                    Some(number) => number.checked_sub(1),
                    None => {
                        next += 1;
                        Some(next - 1)
                    }
                };
                let Some(argument) = place.and_then(|place| arguments.get(place)) else {
                    return Err(
                        eval.failed(format!("MissingFormatArgumentException: '%{}'", spec.conversion))
                    );
                };
                converted(eval, &spec, argument)?
            }
        };
        pad(&spec, &shown, &mut out);
    }
    out.push_str(rest);
    Ok(out.into())
}

/// An argument as its conversion shows it.
fn converted<'t>(eval: &mut Evaluator<'t>, spec: &Spec<'_>, argument: &Datum<'t>) -> Result<String, Failure> {
    let illegal =
        |eval: &Evaluator<'_>| eval.failed(format!("IllegalFormatConversionException: %{}", spec.conversion));
    let lower = spec.conversion.to_ascii_lowercase();
    let cut = |text: String| match spec.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text,
    };
    let shown = match (lower, argument) {
        ('b', Datum::Bool(b)) => cut(b.to_string()),
        ('b', other) => cut((*other != Datum::Null).to_string()),
        ('s' | 'd' | 'x' | 'o' | 'c' | 'f' | 'e', Datum::Null) => cut("null".to_string()),
        ('s', value) => cut(eval.text(value)?),
        ('c', Datum::Char(unit)) => char_of(*unit).to_string(),
        ('c', Datum::Int(n)) => match u32::try_from(*n).ok().and_then(char::from_u32) {
            Some(c) => c.to_string(),
            None => return Err(illegal(eval)),
        },
        ('d', Datum::Int(n)) => signed(spec, *n < 0, grouped(spec, &n.unsigned_abs().to_string())),
        ('d', Datum::Long(n)) => signed(spec, *n < 0, grouped(spec, &n.unsigned_abs().to_string())),
        ('x' | 'o', Datum::Int(n)) if i32::try_from(*n).is_ok() => {
            let n = *n as i32;
            if lower == 'x' { format!("{n:x}") } else { format!("{n:o}") }
        }
        ('x' | 'o', Datum::Int(n)) => {
            let n = *n as i64;
            if lower == 'x' { format!("{n:x}") } else { format!("{n:o}") }
        }
        ('x', Datum::Long(n)) => format!("{n:x}"),
        ('f', Datum::Double(d)) => fixed(spec, *d),
        ('f', Datum::Float(f)) => fixed(spec, f64::from(*f)),
        ('f', Datum::Big(spelled)) => match spelled.parse() {
            Ok(d) => fixed(spec, d),
            Err(_) => return Err(illegal(eval)),
        },
        ('e', Datum::Double(d)) => {
            let text = format!("{:.*e}", spec.precision.unwrap_or(6), d.abs());
            let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            let (sign, digits) = match exponent.strip_prefix('-') {
                Some(digits) => ('-', digits),
                None => ('+', exponent),
            };
            signed(spec, *d < 0.0, format!("{mantissa}e{sign}{digits:0>2}"))
        }
        ('d' | 'x' | 'o' | 'c' | 'f' | 'e', _) => return Err(illegal(eval)),
        (other, _) => return Err(eval.failed(format!("UnknownFormatConversionException: '{other}'"))),
    };
    Ok(if spec.conversion.is_ascii_uppercase() { shown.to_uppercase() } else { shown })
}

/// `%f`: Java rounds what it would print halves up.
fn fixed(spec: &Spec<'_>, d: f64) -> String {
    if !d.is_finite() {
        return crate::value::java_double(d);
    }
    let places = spec.precision.unwrap_or(6);
    let shortest = format!("{}", d.abs());
    let (whole, fraction) = shortest.split_once('.').unwrap_or((&shortest, ""));
    let text = if fraction.len() == places + 1 && fraction.ends_with('5') {
        // A half in the digits that Java sees; the double itself may lie a little below.
        let mut digits: Vec<u8> = format!("{whole}{}", &fraction[..places]).into_bytes();
        let mut at = digits.len();
        loop {
            match at.checked_sub(1) {
                None => {
                    digits.insert(0, b'1');
                    break;
                }
                Some(before) if digits[before] == b'9' => digits[before] = b'0',
                Some(before) => {
                    digits[before] += 1;
                    break;
                }
            }
            at -= 1;
        }
        let digits = String::from_utf8_lossy(&digits).into_owned();
        let (whole, fraction) = digits.split_at(digits.len() - places);
        if places == 0 { whole.to_string() } else { format!("{whole}.{fraction}") }
    } else {
        format!("{:.*}", places, d.abs())
    };
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, format!(".{fraction}")),
        None => (text.as_str(), String::new()),
    };
    signed(spec, d.is_sign_negative(), format!("{}{fraction}", grouped(spec, whole)))
}

/// Commas between thousands, where asked for.
fn grouped(spec: &Spec<'_>, digits: &str) -> String {
    if !spec.flags.contains(',') {
        return digits.to_string();
    }
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

fn signed(spec: &Spec<'_>, negative: bool, digits: String) -> String {
    match negative {
        true if spec.flags.contains('(') => format!("({digits})"),
        true => format!("-{digits}"),
        false if spec.flags.contains('+') => format!("+{digits}"),
        false if spec.flags.contains(' ') => format!(" {digits}"),
        false => digits,
    }
}

fn pad(spec: &Spec<'_>, shown: &str, out: &mut String) {
    let missing = spec.width.saturating_sub(shown.chars().count());
    if spec.flags.contains('-') {
        out.push_str(shown);
        out.extend(std::iter::repeat_n(' ', missing));
    } else if spec.flags.contains('0') {
        let (sign, digits) = shown.split_at(usize::from(shown.starts_with(['-', '+', ' ', '('])));
        out.push_str(sign);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(digits);
    } else {
        out.extend(std::iter::repeat_n(' ', missing));
        out.push_str(shown);
    }
}
