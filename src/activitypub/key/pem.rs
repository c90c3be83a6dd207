//! PEM (RFC 7468) as peers write it: any line length, any line ending, text before and after.
//!
//! Strict readers refuse keys that half of the fediverse accepts, so only the base64 inside is strict.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose};

use super::KeyError;

/// An RSA key of 4096 bits takes about 800 bytes.
const MAX_LENGTH: usize = 8 * 1024;
const LINE: usize = 64;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The label and the bytes of the first PEM block in `text`.
pub(super) fn decode(text: &str) -> Result<(&str, Vec<u8>), KeyError> {
    if text.len() > MAX_LENGTH {
        return Err(KeyError::Pem("it is longer than 8192 bytes"));
    }
    let (_, rest) = text.split_once("-----BEGIN ").ok_or(KeyError::Pem("the BEGIN line is missing"))?;
    let (label, rest) = rest.split_once("-----").ok_or(KeyError::Pem("the BEGIN line is cut off"))?;
    let (body, rest) = rest.split_once("-----END ").ok_or(KeyError::Pem("the END line is missing"))?;
    if !rest.starts_with(label) {
        return Err(KeyError::Pem("the BEGIN and END lines differ"));
    }
    let compact: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = BASE64.decode(compact).map_err(|_| KeyError::Pem("the text between the lines is not base64"))?;
    Ok((label, bytes))
}

/// A PEM block with lines of 64 characters and a newline at its end.
pub(super) fn encode(label: &str, der: &[u8]) -> String {
    let body = general_purpose::STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(LINE));
        text.push_str(line);
        text.push('\n');
        rest = tail;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}
