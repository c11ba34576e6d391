//! Escapes in JSON's strings, as json-smart reads them.

use super::scan;

/// A text that is written with escapes, from some place on.
pub(crate) struct Escapes<'p> {
    pub(super) rest: &'p str,
}

impl<'p> Escapes<'p> {
    pub(crate) fn of(rest: &'p str) -> Escapes<'p> {
        Escapes { rest }
    }

    /// Appends the text that is meant.
    pub(crate) fn write(self, out: &mut String) {
        self.each_piece(|piece| out.push_str(piece));
    }

    /// Takes the text that is meant, piece by piece. What is no escape in it, which the reader of a payload does not let through,
    /// is left out.
    #[inline]
    pub(crate) fn each_piece(mut self, mut take: impl FnMut(&str)) {
        while let Some(plain) = scan::either(self.rest.as_bytes(), b'\\', b'\\') {
            take(&self.rest[..plain]);
            self.rest = &self.rest[plain + 1..];
            if let Ok(escape) = self.read() {
                take(escape.encode_utf8(&mut [0; 4]));
            }
        }
        take(self.rest);
    }

    /// The character of the escape whose backslash was the last one; an error is what is expected instead.
    #[inline]
    pub(super) fn read(&mut self) -> Result<char, &'static str> {
        let escape = self.rest.chars().next().ok_or("an escape")?;
        self.rest = &self.rest[escape.len_utf8()..];
        Ok(match escape {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => self.unicode()?,
            other => other,
        })
    }

    /// A unit, or two that belong together; half of a pair is U+FFFD.
    fn unicode(&mut self) -> Result<char, &'static str> {
        let text = self.rest;
        let unit = |at: usize| {
            let digits = text.get(at..at + 4)?;
            digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
        };
        let first = unit(0).ok_or("four hexadecimal digits")?;
        let second = (text.get(4..6) == Some("\\u")).then(|| unit(6)).flatten();
        if (0xD800..0xDC00).contains(&first)
            && let Some(second @ 0xDC00..0xE000) = second
        {
            self.rest = &text[10..];
            let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            return Ok(char::from_u32(code).unwrap_or('\u{fffd}'));
        }
        self.rest = &text[4..];
        Ok(char::from_u32(first).unwrap_or('\u{fffd}'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read() {
        for (written, meant) in [
            (r#"a\"b\/\\"#, "a\"b/\\"),
            (r"\b\f\n\r\t\q\é", "\u{8}\u{c}\n\r\tqé"),
            (r"\u00e9\ud83c\udf89\ud83cx\udf89", "é🎉\u{fffd}x\u{fffd}"),
            (r"plain", "plain"),
        ] {
            let mut text = String::new();
            Escapes::of(written).write(&mut text);
            assert_eq!(text, meant);
        }
        assert_eq!(Escapes::of("u12").read(), Err("four hexadecimal digits"));
        assert_eq!(Escapes::of("").read(), Err("an escape"));
    }
}
