//! Methods of `Integer`, `Long`, `Double`, `Float`, `BigInteger`, `BigDecimal` and `Boolean`, static ones through an instance.

use super::{double, int, long};
use crate::error::Failure;
use crate::eval::{Evaluator, is_decimal, long_datum};
use crate::heap::Datum;

/// Calls a method of a number or a boolean.
pub(super) fn call<'t>(
    eval: &mut Evaluator<'t>,
    of: &Datum<'t>,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    if let Some(converted) = converted(of, name, arguments) {
        return Ok(Some(converted));
    }
    match of {
        Datum::Bool(b) => boolean(eval, *b, name, arguments),
        Datum::Int(n) => match (i32::try_from(*n), i64::try_from(*n)) {
            (Ok(n), _) => integer(eval, n, name, arguments),
            (Err(_), Ok(n)) => long_integer(eval, n, name, arguments),
            (Err(_), Err(_)) => big(eval, of, name, arguments),
        },
        Datum::Long(n) => long_integer(eval, *n, name, arguments),
        Datum::Double(d) => floating(eval, *d, name, arguments),
        Datum::Float(f) => floating(eval, f64::from(*f), name, arguments),
        _ => big(eval, of, name, arguments),
    }
}

/// `intValue()` and its siblings, which every number has.
fn converted<'t>(of: &Datum<'t>, name: &str, arguments: &[Datum<'t>]) -> Option<Datum<'t>> {
    if !arguments.is_empty() {
        return None;
    }
    let (whole, double) = match of {
        Datum::Int(n) => (Some(*n as i64), *n as f64),
        Datum::Long(n) => (Some(*n), *n as f64),
        Datum::Double(d) => (None, *d),
        Datum::Float(f) => (None, f64::from(*f)),
        Datum::Big(spelled) => (None, spelled.parse().ok()?),
        _ => return None,
    };
    // From a double, Java stops at the ends of an int or a long; from a whole number it takes the lower bits.
    let as_int = || whole.map_or(double as i32, |n| n as i32);
    Some(match name {
        "intValue" => Datum::Int(as_int().into()),
        "longValue" => long_datum(whole.unwrap_or(double as i64)),
        "shortValue" => Datum::Int((as_int() as i16).into()),
        "byteValue" => Datum::Int((as_int() as i8).into()),
        "doubleValue" => Datum::Double(double),
        "floatValue" => Datum::Float(double as f32),
        _ => return None,
    })
}

/// What Java throws where an argument is null, or of another class than it asks for.
fn wrong_argument<'t>(eval: &Evaluator<'t>, argument: &Datum<'t>) -> Failure {
    match argument {
        Datum::Null => eval.failed("NullPointerException: the argument is null"),
        _ => eval.failed("ClassCastException: the argument is of another class"),
    }
}

fn order<'t>(ordering: std::cmp::Ordering) -> Datum<'t> {
    Datum::Int(ordering as i128)
}

fn boolean<'t>(
    eval: &Evaluator<'t>,
    of: bool,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    Ok(Some(match (name, arguments) {
        ("booleanValue", []) => Datum::Bool(of),
        ("parseBoolean" | "valueOf", [Datum::Text(text)]) => Datum::Bool(text.eq_ignore_ascii_case("true")),
        ("parseBoolean" | "valueOf", [Datum::Null]) => Datum::Bool(false),
        ("valueOf", [Datum::Bool(b)]) => Datum::Bool(*b),
        ("toString", [Datum::Bool(b)]) => b.to_string().into(),
        ("compareTo", [Datum::Bool(other)]) => order(of.cmp(other)),
        ("compareTo", [other]) => return Err(wrong_argument(eval, other)),
        ("compare", [Datum::Bool(a), Datum::Bool(b)]) => order(a.cmp(b)),
        ("logicalAnd", [Datum::Bool(a), Datum::Bool(b)]) => Datum::Bool(a & b),
        ("logicalOr", [Datum::Bool(a), Datum::Bool(b)]) => Datum::Bool(a | b),
        ("logicalXor", [Datum::Bool(a), Datum::Bool(b)]) => Datum::Bool(a ^ b),
        _ => return Ok(None),
    }))
}

fn format_error(eval: &Evaluator<'_>, text: &str) -> Failure {
    eval.failed(format!("NumberFormatException: for input string \"{text}\""))
}

/// An integer within these bounds, as `parseInt` and `parseLong` read it.
fn parse<'t>(
    eval: &Evaluator<'t>,
    text: &Datum<'t>,
    radix: i32,
    least: i64,
    most: i64,
) -> Result<i64, Failure> {
    let Datum::Text(text) = text else { return Err(eval.failed("NumberFormatException: null")) };
    let radix = u32::try_from(radix).ok().filter(|r| (2..=36).contains(r));
    let radix = radix.ok_or_else(|| eval.failed("NumberFormatException: the radix is not 2 to 36"))?;
    i64::from_str_radix(text, radix)
        .ok()
        .filter(|n| (least..=most).contains(n))
        .ok_or_else(|| format_error(eval, text))
}

/// As `Integer.decode`: `0x1F`, `#1F`, `017`, `-5`.
fn decode(eval: &Evaluator<'_>, text: &str, least: i64, most: i64) -> Result<i64, Failure> {
    let negative = text.starts_with('-');
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let hexadecimal =
        digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).or_else(|| digits.strip_prefix('#'));
    let (digits, radix) = match hexadecimal {
        Some(digits) => (digits, 16),
        None if digits.len() > 1 && digits.starts_with('0') => (&digits[1..], 8),
        None => (digits, 10),
    };
    let signed = !digits.starts_with(['-', '+']);
    let parsed = i128::from_str_radix(digits, radix).ok().filter(|_| signed);
    let value = parsed.map(|n| if negative { -n } else { n }).and_then(|n| i64::try_from(n).ok());
    value.filter(|n| (least..=most).contains(n)).ok_or_else(|| format_error(eval, text))
}

/// A number in another radix, as `toString(n, radix)` writes it.
fn in_radix(n: i64, radix: i32) -> String {
    let radix = u64::try_from(radix).ok().filter(|r| (2..=36).contains(r)).unwrap_or(10);
    let mut digits = Vec::new();
    let mut rest = n.unsigned_abs();
    while rest > 0 || digits.is_empty() {
        digits.push(char::from_digit((rest % radix) as u32, radix as u32).unwrap_or('0'));
        rest /= radix;
    }
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}", digits.into_iter().rev().collect::<String>())
}

fn integer<'t>(
    eval: &Evaluator<'t>,
    of: i32,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    let (least, most) = (i64::from(i32::MIN), i64::from(i32::MAX));
    let whole = |n: i64| Datum::Int(n.into());
    match (name, arguments) {
        ("compareTo", [other]) => {
            return match int(other) {
                Some(other) => Ok(Some(order(of.cmp(&other)))),
                None => Err(wrong_argument(eval, other)),
            };
        }
        ("parseInt" | "valueOf", [text @ (Datum::Text(_) | Datum::Null)]) => {
            return parse(eval, text, 10, least, most).map(|n| Some(whole(n)));
        }
        ("parseInt" | "valueOf", [text @ (Datum::Text(_) | Datum::Null), radix]) => {
            let Some(radix) = int(radix) else { return Ok(None) };
            return parse(eval, text, radix, least, most).map(|n| Some(whole(n)));
        }
        ("decode", [Datum::Text(text)]) => return decode(eval, text, least, most).map(|n| Some(whole(n))),
        ("decode", [Datum::Null]) => return Err(wrong_argument(eval, &Datum::Null)),
        _ => {}
    }
    Ok(match arguments {
        [a] => int(a).and_then(|a| {
            Some(match name {
                "valueOf" => Datum::Int(a.into()),
                "toString" => a.to_string().into(),
                "toHexString" => format!("{a:x}").into(),
                "toOctalString" => format!("{a:o}").into(),
                "toBinaryString" => format!("{a:b}").into(),
                "signum" => Datum::Int(a.signum().into()),
                "bitCount" => Datum::Int(a.count_ones().into()),
                "reverse" => Datum::Int(a.reverse_bits().into()),
                "reverseBytes" => Datum::Int(a.swap_bytes().into()),
                "numberOfLeadingZeros" => Datum::Int(a.leading_zeros().into()),
                "numberOfTrailingZeros" => Datum::Int(a.trailing_zeros().into()),
                "highestOneBit" => Datum::Int(
                    (if a == 0 { 0 } else { i32::MIN.cast_unsigned() >> a.leading_zeros() }.cast_signed())
                        .into(),
                ),
                "lowestOneBit" => Datum::Int((a & a.wrapping_neg()).into()),
                "toUnsignedString" => a.cast_unsigned().to_string().into(),
                "toUnsignedLong" => long_datum(a.cast_unsigned().into()),
                _ => return None,
            })
        }),
        [a, b] => int(a).zip(int(b)).and_then(|(a, b)| {
            Some(match name {
                "compare" => order(a.cmp(&b)),
                "max" => Datum::Int(a.max(b).into()),
                "min" => Datum::Int(a.min(b).into()),
                "sum" => Datum::Int(a.wrapping_add(b).into()),
                "toString" => in_radix(a.into(), b).into(),
                "rotateLeft" => Datum::Int(a.rotate_left(b.cast_unsigned() & 31).into()),
                "rotateRight" => Datum::Int(a.rotate_right(b.cast_unsigned() & 31).into()),
                _ => return None,
            })
        }),
        _ => None,
    })
}

fn long_integer<'t>(
    eval: &Evaluator<'t>,
    of: i64,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    match (name, arguments) {
        ("compareTo", [other]) => {
            let other_long = match other {
                Datum::Int(n) if i32::try_from(*n).is_err() => i64::try_from(*n).ok(),
                Datum::Long(n) => Some(*n),
                _ => None,
            };
            return match other_long {
                Some(other) => Ok(Some(order(of.cmp(&other)))),
                None => Err(wrong_argument(eval, other)),
            };
        }
        ("parseLong" | "valueOf", [text @ (Datum::Text(_) | Datum::Null)]) => {
            return parse(eval, text, 10, i64::MIN, i64::MAX).map(|n| Some(long_datum(n)));
        }
        ("parseLong" | "valueOf", [text @ (Datum::Text(_) | Datum::Null), radix]) => {
            let Some(radix) = int(radix) else { return Ok(None) };
            return parse(eval, text, radix, i64::MIN, i64::MAX).map(|n| Some(long_datum(n)));
        }
        ("decode", [Datum::Text(text)]) => {
            return decode(eval, text, i64::MIN, i64::MAX).map(|n| Some(long_datum(n)));
        }
        ("decode", [Datum::Null]) => return Err(wrong_argument(eval, &Datum::Null)),
        ("toString", [a, radix]) => {
            return Ok(long(a).zip(int(radix)).map(|(a, radix)| in_radix(a, radix).into()));
        }
        _ => {}
    }
    Ok(match arguments {
        [a] => long(a).and_then(|a| {
            Some(match name {
                "valueOf" => long_datum(a),
                "toString" => a.to_string().into(),
                "toHexString" => format!("{a:x}").into(),
                "toOctalString" => format!("{a:o}").into(),
                "toBinaryString" => format!("{a:b}").into(),
                "signum" => Datum::Int(a.signum().into()),
                "bitCount" => Datum::Int(a.count_ones().into()),
                "numberOfLeadingZeros" => Datum::Int(a.leading_zeros().into()),
                "numberOfTrailingZeros" => Datum::Int(a.trailing_zeros().into()),
                _ => return None,
            })
        }),
        [a, b] => long(a).zip(long(b)).and_then(|(a, b)| {
            Some(match name {
                "compare" => order(a.cmp(&b)),
                "max" => long_datum(a.max(b)),
                "min" => long_datum(a.min(b)),
                "sum" => long_datum(a.wrapping_add(b)),
                _ => return None,
            })
        }),
        _ => None,
    })
}

/// As `Double.parseDouble` reads it: `f64` knows spellings that Java does not, and the other way round.
fn parse_double(eval: &Evaluator<'_>, text: &str) -> Result<f64, Failure> {
    let trimmed = text.trim_matches(|c: char| c <= ' ');
    let unsigned = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    if matches!(unsigned, "NaN" | "Infinity") {
        return trimmed.parse().map_err(|_| format_error(eval, text));
    }
    let number = trimmed.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(trimmed);
    let spelled = number.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    number.parse().ok().filter(|_| spelled).ok_or_else(|| format_error(eval, text))
}

/// As `Double.compare` orders: NaN is the largest, and `-0.0` less than `0.0`.
fn double_order<'t>(a: f64, b: f64) -> Datum<'t> {
    order(if a.is_nan() || b.is_nan() { a.is_nan().cmp(&b.is_nan()) } else { a.total_cmp(&b) })
}

fn floating<'t>(
    eval: &Evaluator<'t>,
    of: f64,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    match (name, arguments) {
        ("isNaN", []) => return Ok(Some(Datum::Bool(of.is_nan()))),
        ("isInfinite", []) => return Ok(Some(Datum::Bool(of.is_infinite()))),
        ("compareTo", [Datum::Double(other)]) => return Ok(Some(double_order(of, *other))),
        ("compareTo", [other]) => return Err(wrong_argument(eval, other)),
        ("parseDouble" | "valueOf", [Datum::Text(text)]) => {
            return parse_double(eval, text).map(|d| Some(Datum::Double(d)));
        }
        ("parseDouble" | "valueOf", [Datum::Null]) => return Err(wrong_argument(eval, &Datum::Null)),
        _ => {}
    }
    Ok(match arguments {
        [a] => double(a).and_then(|a| {
            Some(match name {
                "valueOf" => Datum::Double(a),
                "toString" => crate::value::java_double(a).into(),
                "isNaN" => Datum::Bool(a.is_nan()),
                "isInfinite" => Datum::Bool(a.is_infinite()),
                "isFinite" => Datum::Bool(a.is_finite()),
                _ => return None,
            })
        }),
        [a, b] => double(a).zip(double(b)).and_then(|(a, b)| {
            Some(match name {
                "compare" => double_order(a, b),
                // Unlike Rust's, Java's let NaN win.
                "max" if a.is_nan() || b.is_nan() => Datum::Double(f64::NAN),
                "min" if a.is_nan() || b.is_nan() => Datum::Double(f64::NAN),
                "max" => Datum::Double(a.max(b)),
                "min" => Datum::Double(a.min(b)),
                "sum" => Datum::Double(a + b),
                _ => return None,
            })
        }),
        _ => None,
    })
}

/// Of BigIntegers and BigDecimals what templates may want of them.
fn big<'t>(
    eval: &mut Evaluator<'t>,
    of: &Datum<'t>,
    name: &str,
    arguments: &[Datum<'t>],
) -> Result<Option<Datum<'t>>, Failure> {
    use crate::ast::Operator;
    let sign = || match of {
        Datum::Int(n) => n.signum(),
        Datum::Big(spelled) if spelled.starts_with('-') => -1,
        Datum::Big(spelled) => i128::from(spelled.bytes().any(|b| matches!(b, b'1'..=b'9'))),
        _ => 0,
    };
    let same_class = |other: &Datum| match other {
        Datum::Big(_) => is_decimal(of) == is_decimal(other),
        Datum::Int(n) => i64::try_from(*n).is_err() && !is_decimal(of),
        _ => false,
    };
    match (name, arguments) {
        ("signum", []) => Ok(Some(Datum::Int(sign()))),
        ("negate", []) => eval.binary(Operator::Subtract, &Datum::Int(0), of).map(Some),
        ("abs", []) if sign() < 0 => eval.binary(Operator::Subtract, &Datum::Int(0), of).map(Some),
        ("abs", []) => Ok(Some(of.clone())),
        ("add", [other]) if same_class(other) => eval.binary(Operator::Add, of, other).map(Some),
        ("subtract", [other]) if same_class(other) => eval.binary(Operator::Subtract, of, other).map(Some),
        ("multiply", [other]) if same_class(other) => eval.binary(Operator::Multiply, of, other).map(Some),
        ("compareTo", [other]) if same_class(other) => {
            let less = eval.binary(Operator::Less, of, other)? == Datum::Bool(true);
            let equal = eval.equal(of, other)?;
            Ok(Some(Datum::Int(if equal {
                0
            } else if less {
                -1
            } else {
                1
            })))
        }
        _ => Ok(None),
    }
}
