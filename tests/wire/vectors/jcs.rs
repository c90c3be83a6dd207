//! RFC 8785: every published input becomes the published output, byte for byte.

use thirdspace::activitypub::proof::canonical;

use super::hex;
use crate::published::Published;

pub fn canonical_forms_are_equal_byte_for_byte(published: &Published) -> String {
    let mut count = 0;
    for path in published.names() {
        let Some(name) = path.strip_prefix("testdata/input/") else { continue };
        let form = canonical(&published.json(&path)).expect("canonical");
        let output = published.text(&format!("testdata/output/{name}"));
        assert_eq!(String::from_utf8_lossy(&form), output, "{name}");
        let bytes = published.text(&format!("testdata/outhex/{}", name.replace(".json", ".txt")));
        assert_eq!(hex(&form), bytes.split_whitespace().collect::<String>(), "{name}");
        count += 1;
    }
    assert!(count >= 6, "only {count} vectors");
    format!("{count} canonical forms")
}
