//! Members of objects, of which a key may come twice.

use std::collections::HashMap;
use std::hash::Hash;

/// Up to so many members are compared with each other.
const FEW: usize = 16;

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

/// Whether some of these may be the same: cheap to ask, and rarely wrong for a few.
pub(crate) fn may_repeat<'k>(keys: impl Iterator<Item = &'k str>) -> bool {
    let mut seen = 0u64;
    for key in keys {
        let bytes = key.as_bytes();
        let (first, last) = (bytes.first().copied().unwrap_or(0), bytes.last().copied().unwrap_or(0));
        let mixed = usize::from(first).wrapping_mul(5) ^ usize::from(last).wrapping_mul(11) ^ bytes.len();
        let bit = 1 << (mixed % 64);
        if seen & bit != 0 {
            return true;
        }
        seen |= bit;
    }
    false
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
