//! Text and bytes (REST): what `binaryMediaTypes` and `contentHandling` make of a payload on its way through the gateway.
//!
//! The tables are recorded (LocalStack's AWS snapshots in `test_apigateway_s3.py` and `test_apigateway_lambda.py`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::api::{Api, ContentHandling};
use crate::mapping::media_type;
use crate::setting::Undecided;

/// A payload once it has been converted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Converted {
    /// Text: templates can read it.
    Text(String),
    /// Bytes: templates cannot.
    Bytes(Vec<u8>),
}

impl Converted {
    /// What goes out where no template reads it.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self {
            Converted::Text(text) => text.into_bytes(),
            Converted::Bytes(bytes) => bytes,
        }
    }
}

/// Converts a payload; `None` where it should be base64 and is not: 500.
///
/// `is_binary`: its type is a binary media type. `wants_binary`: where nothing is set, whether the other side takes bytes: for a
/// request its own type says it, for a response the client's `Accept`.
///
/// ```text
/// payload  to text            to binary
/// text     UTF-8, bad → U+FFFD  base64 decoded, or 500
/// binary   base64 encoded     as it is
/// ```
pub(crate) fn convert(
    payload: &[u8],
    is_binary: bool,
    handling: Option<ContentHandling>,
    wants_binary: bool,
) -> Option<Converted> {
    let to_binary = match handling {
        Some(ContentHandling::ConvertToText) => false,
        Some(ContentHandling::ConvertToBinary) => true,
        None => wants_binary,
    };
    Some(match (is_binary, to_binary) {
        (false, false) => Converted::Text(String::from_utf8_lossy(payload).into_owned()),
        (false, true) => Converted::Bytes(STANDARD.decode(payload.trim_ascii()).ok()?),
        (true, false) => Converted::Text(STANDARD.encode(payload)),
        (true, true) => Converted::Bytes(payload.to_vec()),
    })
}

/// Whether a header names a binary media type of the API: of `Accept` and of `Content-Type` alike the first type counts. Without the
/// header only `*/*` does.
///
/// # Errors
/// [`Undecided`] where the API's types are not known.
pub(crate) fn names_binary(api: &Api, header: Option<&str>) -> Result<bool, Undecided> {
    let (types, _) = api.binary_media_types.optional()?;
    let types = types.map_or(&[][..], Vec::as_slice);
    Ok(match header {
        None => types.iter().any(|t| t == "*/*"),
        Some(header) => is_binary(types, media_type(header.split(',').next().unwrap_or_default())),
    })
}

/// Whether a media type is a binary one: it equals an entry, `type/*` works on the right, `*/x` on the left does not, `*/*` matches all.
fn is_binary(types: &[String], media_type: &str) -> bool {
    types.iter().any(|entry| {
        entry == "*/*"
            || entry.eq_ignore_ascii_case(media_type)
            || entry.strip_suffix("/*").is_some_and(|left| {
                left != "*" && media_type.split('/').next().is_some_and(|l| l.eq_ignore_ascii_case(left))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_work_on_the_right() {
        let types = |t: &[&str]| t.iter().map(|t| (*t).to_string()).collect::<Vec<_>>();
        assert!(is_binary(&types(&["image/*"]), "image/png"));
        assert!(!is_binary(&types(&["*/png"]), "image/png"));
        assert!(is_binary(&types(&["*/*"]), "application/json"));
        assert!(!is_binary(&types(&["image/png"]), "image/*"));
    }

    proptest::proptest! {
        #[test]
        fn text_and_back(bytes: Vec<u8>) {
            let Some(Converted::Text(encoded)) = convert(&bytes, true, Some(ContentHandling::ConvertToText), true) else {
                panic!("bytes become text");
            };
            let back = convert(encoded.as_bytes(), false, Some(ContentHandling::ConvertToBinary), false);
            assert_eq!(back, Some(Converted::Bytes(bytes)));
        }
    }
}
