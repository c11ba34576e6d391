//! Java's `BigDecimal`, as far as templates come to it: json-smart reads long fractions as such.

use std::cmp::Ordering;

/// Digits and how many of them stand behind the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    unscaled: i128,
    scale: i32,
}

/// The digits of a number without its point, whether it is negative, and its scale; `None` where it is no number.
fn parts(spelled: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = match spelled.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (spelled, 0),
    };
    let negative = mantissa.starts_with('-');
    let mantissa = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    let digits = if significant.is_empty() { "0".to_string() } else { significant.to_string() };
    Some((negative, digits, (fraction.len() as i64).checked_sub(exponent)?))
}

/// What `BigDecimal.toString` makes of digits: plain, or with an exponent where that would take many zeros.
fn shown(negative: bool, digits: &str, scale: i64) -> String {
    let sign = if negative && digits != "0" { "-" } else { "" };
    let adjusted = digits.len() as i64 - 1 - scale;
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    if scale > 0 && adjusted >= -6 {
        let padded = format!("{digits:0>width$}", width = scale as usize + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale as usize);
        return format!("{sign}{whole}.{fraction}");
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let plus = if adjusted > 0 { "+" } else { "" };
    let exponent = if adjusted == 0 { String::new() } else { format!("E{plus}{adjusted}") };
    format!("{sign}{first}{point}{rest}{exponent}")
}

/// A number as `BigDecimal` writes it.
pub(crate) fn canonical(spelled: &str) -> Option<String> {
    let (negative, digits, scale) = parts(spelled)?;
    Some(shown(negative, &digits, scale))
}

fn power_of_ten(exponent: i64) -> Option<i128> {
    10i128.checked_pow(u32::try_from(exponent).ok()?)
}

impl Decimal {
    /// A number of at most 38 digits.
    pub(crate) fn parse(spelled: &str) -> Option<Decimal> {
        let (negative, digits, scale) = parts(spelled)?;
        let unscaled: i128 = digits.parse().ok()?;
        Some(Decimal {
            unscaled: if negative { -unscaled } else { unscaled },
            scale: i32::try_from(scale).ok()?,
        })
    }

    pub(crate) fn text(self) -> String {
        shown(self.unscaled < 0, &self.unscaled.unsigned_abs().to_string(), i64::from(self.scale))
    }

    /// Both with the scale of the finer one.
    fn aligned(self, other: Decimal) -> Option<(i128, i128, i32)> {
        let scale = self.scale.max(other.scale);
        let grown = |d: Decimal| d.unscaled.checked_mul(power_of_ten(i64::from(scale) - i64::from(d.scale))?);
        Some((grown(self)?, grown(other)?, scale))
    }

    pub(crate) fn add(self, other: Decimal) -> Option<Decimal> {
        let (a, b, scale) = self.aligned(other)?;
        Some(Decimal { unscaled: a.checked_add(b)?, scale })
    }

    pub(crate) fn subtract(self, other: Decimal) -> Option<Decimal> {
        self.add(Decimal { unscaled: other.unscaled.checked_neg()?, ..other })
    }

    pub(crate) fn multiply(self, other: Decimal) -> Option<Decimal> {
        Some(Decimal {
            unscaled: self.unscaled.checked_mul(other.unscaled)?,
            scale: self.scale.checked_add(other.scale)?,
        })
    }

    /// As Velocity divides: to the scale of the dividend, halves towards zero.
    pub(crate) fn divide(self, by: Decimal) -> Option<Decimal> {
        if by.unscaled == 0 {
            return None;
        }
        let shift = i64::from(by.scale);
        let (dividend, divisor) = if shift >= 0 {
            (self.unscaled.checked_mul(power_of_ten(shift)?)?, by.unscaled)
        } else {
            (self.unscaled, by.unscaled.checked_mul(power_of_ten(-shift)?)?)
        };
        let (quotient, rest) = (dividend.checked_div(divisor)?, dividend.checked_rem(divisor)?);
        let up = rest.unsigned_abs().checked_mul(2)? > divisor.unsigned_abs();
        let away = if (dividend < 0) == (divisor < 0) { 1 } else { -1 };
        Some(Decimal { unscaled: quotient + if up { away } else { 0 }, scale: self.scale })
    }

    pub(crate) fn compare(self, other: Decimal) -> Option<Ordering> {
        let (a, b, _) = self.aligned(other)?;
        Some(a.cmp(&b))
    }

    pub(crate) fn is_zero(self) -> bool {
        self.unscaled == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_java_does() {
        for (spelled, text) in [
            ("1234567890.1234567890123", "1234567890.1234567890123"),
            ("1.234567890123456789e5", "123456.7890123456789"),
            ("0.00000012345678901234", "1.2345678901234E-7"),
            ("1.00000000000000000000", "1.00000000000000000000"),
            ("123456789012345678e30", "1.23456789012345678E+47"),
            ("-0.0000000000000000000", "0E-19"),
        ] {
            assert_eq!(canonical(spelled).as_deref(), Some(text));
        }
        assert_eq!(canonical("1.2.3"), None);
    }

    #[test]
    fn calculated_exactly() {
        let decimal = |spelled: &str| Decimal::parse(spelled).expect("a decimal");
        let shown = |d: Option<Decimal>| d.map(Decimal::text);
        assert_eq!(shown(decimal("0.1").add(decimal("0.02"))).as_deref(), Some("0.12"));
        assert_eq!(shown(decimal("1").subtract(decimal("0.5"))).as_deref(), Some("0.5"));
        assert_eq!(shown(decimal("1.5").multiply(decimal("1.5"))).as_deref(), Some("2.25"));
        assert_eq!(shown(decimal("1.0").divide(decimal("3"))).as_deref(), Some("0.3"));
        assert_eq!(shown(decimal("0.5").divide(decimal("2"))).as_deref(), Some("0.2"));
        assert_eq!(decimal("1.0").compare(decimal("1")), Some(Ordering::Equal));
    }
}
