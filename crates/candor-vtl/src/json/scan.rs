//! Looks for bytes in texts, eight at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Marks the high bit of each byte that is zero; above the first one there may be marks too many.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGH
}

/// The place of the first byte that is one of two.
#[inline]
pub(super) fn either(bytes: &[u8], a: u8, b: u8) -> Option<usize> {
    let (each_a, each_b) = (ONES * u64::from(a), ONES * u64::from(b));
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let found = zeros(word ^ each_a) | zeros(word ^ each_b);
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    bytes[at..].iter().position(|byte| *byte == a || *byte == b).map(|rest| at + rest)
}

/// The place of the first byte that is not plain in a string of JSON: a quote, a backslash, or below a blank.
#[inline]
pub(super) fn special(bytes: &[u8]) -> Option<usize> {
    let is_special = |byte: u8| byte == b'"' || byte == b'\\' || byte < b' ';
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let below = word.wrapping_sub(ONES * b' ' as u64) & !word & HIGH;
        let found = below | zeros(word ^ (ONES * b'"' as u64)) | zeros(word ^ (ONES * b'\\' as u64));
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    bytes[at..].iter().position(|byte| is_special(*byte)).map(|rest| at + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn finds_what_a_look_at_each_finds(bytes: Vec<u8>, a: u8, b: u8) {
            assert_eq!(either(&bytes, a, b), bytes.iter().position(|byte| *byte == a || *byte == b));
        }

        #[test]
        fn finds_what_is_special(bytes: Vec<u8>) {
            let found = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' '));
            assert_eq!(special(&bytes), found);
        }

        #[test]
        fn finds_what_is_special_in_text(text in "[ !#\u{1f}\u{7f}é\"\\\\]{0,24}") {
            let found = text.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' '));
            assert_eq!(special(text.as_bytes()), found);
        }

        #[test]
        fn finds_among_alike(bytes in "[\u{0}\u{1}\u{7f}\"\\\\é#!]{0,40}") {
            let (a, b) = (b'"', b'\\');
            assert_eq!(either(bytes.as_bytes(), a, b), bytes.bytes().position(|byte| byte == a || byte == b));
        }
    }
}
