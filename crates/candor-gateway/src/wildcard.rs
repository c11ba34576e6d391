//! Patterns with `*` and `?`, as policies and listener rules have them.

/// Whether a text is like a pattern in which `*` stands for any text, slashes and none too, and `?` for one character (IAM guide, "IAM JSON
/// policy elements: Resource"; Elastic Load Balancing guide, "Listener rules").
pub fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // Where the last star stands, and how much of the text it has taken: enough to try again from there.
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == text[t] || *c == '?' => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((star_p, star_t)) => {
                    (p, t) = (star_p + 1, star_t + 1);
                    star = Some((star_p, t));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_and_a_question_mark_for_one_character() {
        assert!(is_like("/img/*", "/img/a/b.png"));
        assert!(is_like("/v?/*", "/v2/"));
        assert!(is_like("*", ""));
        assert!(!is_like("/img/*", "/img"));
        assert!(!is_like("/v?", "/v22"));
        assert!(!is_like("/Orders", "/orders"));
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(is_like("*", "prod/GET/orders"));
        assert!(is_like("*/GET/orders/*", "prod/GET/orders/17/lines"));
        assert!(is_like("prod/*/orders", "prod/GET/orders"));
        assert!(!is_like("*/POST/*", "prod/GET/orders"));
        assert!(!is_like("prod", "prod/GET/"));
    }
}
