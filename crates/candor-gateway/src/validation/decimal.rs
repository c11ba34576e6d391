//! Numbers of JSON as the decimals that they spell: 0.1 is 0.1, and 1.0 is as much as 1.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// A decimal: ±0.`digits` × 10^`exponent`, without zeros at either end of the digits; none for zero.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Decimal<'t> {
    negative: bool,
    digits: Cow<'t, str>,
    exponent: i64,
}

/// Exponents beyond this say no more than "very large" and "very small".
const MOST_EXPONENT: i64 = 1 << 40;

impl<'t> Decimal<'t> {
    /// Reads a number as JSON spells it. A whole number is not copied: a body may hold a million of them.
    pub(crate) fn read(spelled: &'t str) -> Decimal<'t> {
        let (negative, rest) = match spelled.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, spelled),
        };
        let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let clamped = if exponent.starts_with('-') { -MOST_EXPONENT } else { MOST_EXPONENT };
        let exponent: i64 = exponent.parse().unwrap_or(clamped).clamp(-MOST_EXPONENT, MOST_EXPONENT);
        let leading_zeros = |digits: &str| digits.len() - digits.trim_start_matches('0').len();
        let (digits, leading) = if fraction.is_empty() {
            (Cow::Borrowed(whole.trim_matches('0')), leading_zeros(whole))
        } else {
            let all = format!("{whole}{fraction}");
            (Cow::Owned(all.trim_matches('0').to_string()), leading_zeros(&all))
        };
        if digits.is_empty() {
            return Decimal { negative: false, digits, exponent: 0 };
        }
        Decimal { negative, digits, exponent: exponent + whole.len() as i64 - leading as i64 }
    }

    /// Whether it is a whole multiple of another; `None` where that takes more digits than are counted here.
    pub(crate) fn is_multiple_of(&self, divisor: &Decimal<'_>) -> Option<bool> {
        if self.digits.is_empty() {
            return Some(true);
        }
        // Both as whole numbers of the smaller unit.
        let unit = |d: &Decimal<'_>| d.exponent - d.digits.len() as i64;
        let smallest = unit(self).min(unit(divisor));
        let scaled = |d: &Decimal<'_>| -> Option<i128> {
            let zeros = u32::try_from(unit(d) - smallest).ok()?;
            d.digits.parse::<i128>().ok()?.checked_mul(10_i128.checked_pow(zeros)?)
        };
        let divisor = scaled(divisor).filter(|d| *d != 0)?;
        Some(scaled(self)? % divisor == 0)
    }
}

/// The same text for equal numbers, however they are spelled.
impl fmt::Display for Decimal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}e{}", if self.negative { "-" } else { "" }, self.digits, self.exponent)
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Decimal<'_>) -> Ordering {
        let sign = |d: &Decimal<'_>| match (d.digits.is_empty(), d.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let magnitude = || self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits));
        match sign(self).cmp(&sign(other)) {
            Ordering::Equal if self.negative => magnitude().reverse(),
            Ordering::Equal if self.digits.is_empty() => Ordering::Equal,
            Ordering::Equal => magnitude(),
            unequal => unequal,
        }
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Decimal<'_>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_same_number_has_one_form() {
        for (a, b) in [("1", "1.0"), ("100", "1e2"), ("0.010", "1E-2"), ("0", "-0.0"), ("12e-1", "1.2")] {
            assert_eq!(Decimal::read(a).to_string(), Decimal::read(b).to_string(), "{a} {b}");
        }
        assert_ne!(Decimal::read("1").to_string(), Decimal::read("-1").to_string());
    }

    #[test]
    fn multiples_are_exact() {
        let is = |a: &str, b: &str| Decimal::read(a).is_multiple_of(&Decimal::read(b));
        assert_eq!(is("0.3", "0.1"), Some(true));
        assert_eq!(is("7", "2"), Some(false));
        assert_eq!(is("1e3", "5"), Some(true));
        assert_eq!(is("1e999", "3"), None);
        assert_eq!(is("5", "0"), None);
    }

    proptest! {
        #[test]
        fn decimals_order_as_numbers_do(a in -1e6_f64..1e6, b in -1e6_f64..1e6) {
            let (a_spelled, b_spelled) = (a.to_string(), b.to_string());
            let (left, right) = (Decimal::read(&a_spelled), Decimal::read(&b_spelled));
            prop_assert_eq!(Some(left.cmp(&right)), a.partial_cmp(&b));
        }

        #[test]
        fn reading_takes_whatever_it_is_given(text in "[-0-9.eE+]{0,24}") {
            let one = Decimal::read(&text);
            prop_assert_eq!(one.cmp(&one.clone()), Ordering::Equal);
            one.is_multiple_of(&Decimal::read("3"));
        }
    }
}
