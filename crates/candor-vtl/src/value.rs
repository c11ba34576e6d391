//! Values of templates: JSON's, with Java's text forms.

use std::fmt::Write as _;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Java's null: prints nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating-point number.
    Double(f64),
    /// An integer beyond 64 bits, or a fraction of many digits, as Java writes it.
    Big(String),
    /// Text.
    String(String),
    /// A JSON array: prints as JSON.
    Array(Vec<Value>),
    /// A list made by a template: prints as Java's lists do.
    List(Vec<Value>),
    /// An object, in order: prints as Java's maps do.
    Map(Vec<(String, Value)>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_string())
    }
}

impl Value {
    /// A map from its members.
    pub fn map<K: Into<String>>(members: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Map(members.into_iter().map(|(k, v)| (k.into(), v)).collect())
    }

    /// The member of a map.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Map(members) => members.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The elements of an array or a list.
    pub fn elements(&self) -> Option<&[Value]> {
        match self {
            Value::Array(items) | Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The text form: Java's `toString`, but JSON for arrays.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.print(&mut out);
        out
    }

    /// Appends the text form.
    pub(crate) fn print(&self, out: &mut String) {
        match self {
            Value::Null => {}
            Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Value::Int(n) => {
                let _ = write!(out, "{n}");
            }
            Value::Double(d) => out.push_str(&java_double(*d)),
            Value::Big(spelled) | Value::String(spelled) => out.push_str(spelled),
            Value::Array(_) => crate::json::write(self, out),
            Value::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    item.print_inside(out);
                }
                out.push(']');
            }
            Value::Map(members) => {
                out.push('{');
                for (i, (key, value)) in members.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    out.push_str(key);
                    out.push('=');
                    value.print_inside(out);
                }
                out.push('}');
            }
        }
    }

    fn print_inside(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            other => other.print(out),
        }
    }
}

/// Appends an integer: most have few digits.
pub(crate) fn print_integer(n: i128, out: &mut String) {
    let Ok(mut rest) = u64::try_from(n) else {
        // Writing into a `String` cannot fail.
        let _ = write!(out, "{n}");
        return;
    };
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    while at == digits.len() || rest > 0 {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

/// Java's `Float.toString`.
pub(crate) fn java_float(f: f32) -> String {
    // The shortest digits that name this float, with the exponent where a double has it.
    format!("{f:e}").parse().map_or_else(|_| java_double(f64::from(f)), java_double)
}

/// Java's `Double.toString`: a fraction always, an exponent from 10^7 up and below 10^-3.
pub(crate) fn java_double(d: f64) -> String {
    if d.is_nan() {
        return "NaN".to_string();
    }
    if d.is_infinite() {
        return if d > 0.0 { "Infinity" } else { "-Infinity" }.to_string();
    }
    if d == 0.0 {
        return if d.is_sign_negative() { "-0.0" } else { "0.0" }.to_string();
    }
    if (1e-3..1e7).contains(&d.abs()) {
        let text = format!("{d}");
        return if text.contains('.') { text } else { format!("{text}.0") };
    }
    let text = format!("{d:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = if mantissa.contains('.') { mantissa.to_string() } else { format!("{mantissa}.0") };
    format!("{mantissa}E{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_print_as_javas() {
        for (double, text) in [
            (1.0, "1.0"),
            (12.5, "12.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1_234_567_890.0, "1.23456789E9"),
            (1e-5, "1.0E-5"),
            (-0.0, "-0.0"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(java_double(double), text);
        }
    }

    #[test]
    fn maps_and_lists_print_as_javas_and_arrays_as_json() {
        let items = || vec![Value::from("a"), Value::Null, Value::Int(1)];
        assert_eq!(Value::List(items()).to_text(), "[a, null, 1]");
        assert_eq!(
            Value::map([("k", Value::Array(items())), ("n", Value::Null)]).to_text(),
            r#"{k=["a",null,1], n=null}"#
        );
    }
}
