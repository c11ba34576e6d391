//! Methods of `Integer`, `Long`, `Double` and `Boolean`, static ones through an instance too.

use crate::error::Error;
use crate::eval::Evaluator;
use crate::heap::Datum;

/// Calls a method of a number or a boolean.
pub(super) fn call(
    eval: &mut Evaluator<'_>,
    of: &Datum,
    name: &str,
    arguments: &[Datum],
) -> Result<Option<Datum>, Error> {
    let double = |datum: &Datum| match datum {
        Datum::Int(n) => Some(*n as f64),
        Datum::Double(d) => Some(*d),
        Datum::Big(spelled) => spelled.parse().ok(),
        _ => None,
    };
    Ok(Some(match (of, name, arguments) {
        (Datum::Bool(b), "booleanValue", []) => Datum::Bool(*b),
        (Datum::Bool(_), "parseBoolean" | "valueOf", [Datum::Text(text)]) => {
            Datum::Bool(text.eq_ignore_ascii_case("true"))
        }
        (Datum::Bool(a), "compareTo", [Datum::Bool(b)]) => Datum::Int(i128::from(*a) - i128::from(*b)),
        (Datum::Bool(_), ..) => return Ok(None),
        // An Integer's is itself; a Long's folds its halves.
        (Datum::Int(n), "hashCode", []) => match i32::try_from(*n) {
            Ok(n) => Datum::Int(i128::from(n)),
            Err(_) => Datum::Int(i128::from((*n as i64 ^ ((*n as u64) >> 32) as i64) as i32)),
        },
        (Datum::Int(n), "intValue", []) => Datum::Int(i128::from(*n as i32)),
        (Datum::Int(n), "longValue", []) => Datum::Int(i128::from(*n as i64)),
        (Datum::Double(d), "intValue", []) => Datum::Int(i128::from(*d as i32)),
        (Datum::Double(d), "longValue", []) => Datum::Int(i128::from(*d as i64)),
        (_, "doubleValue" | "floatValue", []) => Datum::Double(double(of).unwrap_or_default()),
        (Datum::Double(d), "isNaN", []) => Datum::Bool(d.is_nan()),
        (Datum::Double(d), "isInfinite", []) => Datum::Bool(d.is_infinite()),
        (Datum::Int(a), "compareTo", [Datum::Int(b)]) => Datum::Int(a.cmp(b) as i128),
        (Datum::Double(a), "compareTo", [Datum::Double(b)]) => Datum::Int(a.total_cmp(b) as i128),
        (Datum::Int(_), "parseInt" | "parseLong" | "valueOf", [Datum::Text(text)]) => {
            parse_int(eval, text, 10)?
        }
        (Datum::Int(_), "parseInt" | "parseLong" | "valueOf", [Datum::Text(text), Datum::Int(radix)]) => {
            let radix = u32::try_from(*radix).ok().filter(|r| (2..=36).contains(r));
            let radix =
                radix.ok_or_else(|| eval.failed("NumberFormatException: the radix is not 2 to 36"))?;
            parse_int(eval, text, radix)?
        }
        (Datum::Double(_), "parseDouble" | "valueOf", [Datum::Text(text)]) => match text.trim().parse() {
            Ok(parsed) => Datum::Double(parsed),
            Err(_) => return Err(eval.failed(format!("NumberFormatException: for input string \"{text}\""))),
        },
        (_, "valueOf", [same @ (Datum::Int(_) | Datum::Double(_))]) => same.clone(),
        (_, "toString", [other]) => eval.text(other)?.into(),
        (Datum::Int(_), "max", [Datum::Int(a), Datum::Int(b)]) => Datum::Int(*a.max(b)),
        (Datum::Int(_), "min", [Datum::Int(a), Datum::Int(b)]) => Datum::Int(*a.min(b)),
        (Datum::Int(_), "sum", [Datum::Int(a), Datum::Int(b)]) => Datum::Int(a.saturating_add(*b)),
        (Datum::Int(_), "toHexString", [Datum::Int(n)]) => format!("{:x}", *n as i32).into(),
        (Datum::Int(_), "toBinaryString", [Datum::Int(n)]) => format!("{:b}", *n as i32).into(),
        _ => return Ok(None),
    }))
}

fn parse_int(eval: &Evaluator<'_>, text: &str, radix: u32) -> Result<Datum, Error> {
    i64::from_str_radix(text, radix)
        .map(|n| Datum::Int(i128::from(n)))
        .map_err(|_| eval.failed(format!("NumberFormatException: for input string \"{text}\"")))
}

/// `String.format` with the conversions that templates use: `%s`, `%d`, `%x`, `%f`, `%%`, with flags `-`, `0`, width and precision.
pub(super) fn format(eval: &mut Evaluator<'_>, format: &str, arguments: &[Datum]) -> Result<Datum, Error> {
    let mut out = String::new();
    let mut rest = format;
    let mut next = arguments.iter();
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find(|c: char| c.is_ascii_alphabetic() || c == '%');
        let end = end.ok_or_else(|| eval.failed("UnknownFormatConversionException: '%'"))?;
        let (spec, conversion) = (&rest[..end], rest.as_bytes()[end]);
        rest = &rest[end + 1..];
        let (width, precision) = spec.split_once('.').unwrap_or((spec, ""));
        let flags = width.len() - width.trim_start_matches(['-', '0', '+', ',', ' ', '(', '#']).len();
        let (flags, width) = width.split_at(flags);
        let width: usize = width.parse().unwrap_or(0);
        let precision: Option<usize> = precision.parse().ok();
        eval.charge_text(width.saturating_add(precision.unwrap_or(0)).saturating_add(out.len()))?;
        if precision.is_some_and(|p| p > 1000) {
            return Err(eval.failed("IllegalFormatPrecisionException"));
        }
        let argument = if matches!(conversion, b'%' | b'n') { None } else { next.next() };
        let shown = match (conversion, argument) {
            (b'%', _) => "%".to_string(),
            (b'n', _) => "\n".to_string(),
            (_, None) => {
                return Err(eval.failed(format!("MissingFormatArgumentException: %{}", conversion as char)));
            }
            (b's' | b'S', Some(Datum::Null)) => "null".to_string(),
            (b's', Some(value)) => eval.text(value)?,
            (b'S', Some(value)) => eval.text(value)?.to_uppercase(),
            (b'd', Some(Datum::Int(n))) => n.to_string(),
            (b'x', Some(Datum::Int(n))) => format!("{:x}", *n as i32),
            (b'f', Some(Datum::Double(d))) => format!("{:.*}", precision.unwrap_or(6), d),
            (other, Some(_)) => {
                return Err(eval.failed(format!("IllegalFormatConversionException: %{}", other as char)));
            }
        };
        let missing = width.saturating_sub(shown.chars().count());
        if flags.contains('-') {
            out.push_str(&shown);
            out.extend(std::iter::repeat_n(' ', missing));
        } else if flags.contains('0') {
            let (sign, digits) = shown.split_at(usize::from(shown.starts_with('-')));
            out.push_str(sign);
            out.extend(std::iter::repeat_n('0', missing));
            out.push_str(digits);
        } else {
            out.extend(std::iter::repeat_n(' ', missing));
            out.push_str(&shown);
        }
    }
    out.push_str(rest);
    Ok(out.into())
}
