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

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn finds_what_a_look_at_each_finds(bytes: Vec<u8>, a: u8, b: u8) {
            assert_eq!(either(&bytes, a, b), bytes.iter().position(|byte| *byte == a || *byte == b));
        }

        #[test]
        fn finds_among_alike(bytes in "[\u{0}\u{1}\u{7f}\"\\\\é#!]{0,40}") {
            let (a, b) = (b'"', b'\\');
            assert_eq!(either(bytes.as_bytes(), a, b), bytes.bytes().position(|byte| byte == a || byte == b));
        }
    }
}
