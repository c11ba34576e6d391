//! Members of objects, of which a key may come twice.

use std::collections::HashMap;
use std::hash::Hash;

/// Up to so many members, or names, looking at each is faster than hashing.
pub(crate) const FEW: usize = 16;

/// Whether these few keys differ.
pub(crate) fn all_differ<K: PartialEq>(keys: &[K]) -> bool {
    keys.iter().enumerate().all(|(i, key)| !keys[..i].contains(key))
}

/// An object's members, of which one whose key came before replaces what that had, at its place.
pub(crate) fn distinct<K: Clone + Eq + Hash, V>(
    members: Vec<(K, V)>,
    text: impl Fn(&K) -> &str,
) -> Vec<(K, V)> {
    if !may_repeat(members.iter().map(|(key, _)| text(key))) {
        return members;
    }
    let differs = |(i, (key, _)): (usize, &(K, V))| members[..i].iter().all(|(k, _)| k != key);
    if members.len() <= FEW && members.iter().enumerate().all(differs) {
        return members;
    }
    let mut kept: Vec<(K, V)> = Vec::with_capacity(members.len());
    let mut known: HashMap<K, usize> = HashMap::new();
    for (key, value) in members {
        match known.get(&key) {
            Some(at) => kept[*at].1 = value,
            None => {
                known.insert(key.clone(), kept.len());
                kept.push((key, value));
            }
        }
    }
    kept
}

/// Whether some of these may be the same.
pub(crate) fn may_repeat<'k>(keys: impl Iterator<Item = &'k str>) -> bool {
    let mut seen = Seen::default();
    keys.into_iter().any(|key| seen.may_repeat(key.as_bytes()))
}

/// Which keys have been seen, roughly: cheap to ask, and rarely wrong for a few.
#[derive(Default)]
pub(crate) struct Seen([u64; 2]);

impl Seen {
    /// Whether this key may have come before; from now on it has.
    pub(crate) fn may_repeat(&mut self, key: &[u8]) -> bool {
        let byte = |at: usize| u32::from(key.get(at).copied().unwrap_or(0));
        let last = key.len().saturating_sub(1);
        let some = byte(0) | byte(last / 2) << 8 | byte(last) << 16 | (key.len() as u32) << 24;
        // The upper bits of the product depend on all of it.
        let mixed = some.wrapping_mul(0x9E37_79B1) >> 25;
        let (word, bit) = (&mut self.0[(mixed >> 6) as usize], 1 << (mixed % 64));
        let known = *word & bit != 0;
        *word |= bit;
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_last_of_a_key_counts_at_the_place_of_the_first(keys in proptest::collection::vec("[ab]{0,3}", 0..40)) {
            let members: Vec<(String, usize)> = keys.into_iter().enumerate().map(|(i, key)| (key, i)).collect();
            let mut expected: Vec<(String, usize)> = Vec::new();
            for (key, value) in &members {
                match expected.iter_mut().find(|(known, _)| known == key) {
                    Some(known) => known.1 = *value,
                    None => expected.push((key.clone(), *value)),
                }
            }
            assert_eq!(distinct(members, String::as_str), expected);
        }
    }
}
