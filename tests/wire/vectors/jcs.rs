//! RFC 8785: every published input becomes the published output, byte for byte.

use super::{folder, hex, read};
use thirdspace::activitypub::proof::canonical;

#[test]
fn canonical_forms_are_equal_byte_for_byte() {
    let Some(folder) = folder("jcs/testdata") else {
        return;
    };
    let mut count = 0;
    for entry in std::fs::read_dir(folder.join("input")).expect("a folder") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_str().expect("a name");
        let input: serde_json::Value = serde_json::from_str(&read(&folder.join("input"), name)).expect("JSON");
        let form = canonical(&input).expect("canonical");
        let output = read(&folder.join("output"), name);
        assert_eq!(String::from_utf8_lossy(&form), output, "{name}");
        let published = read(&folder.join("outhex"), &name.replace(".json", ".txt"));
        let published: String = published.split_whitespace().collect();
        assert_eq!(hex(&form), published, "{name}");
        count += 1;
    }
    println!("{count} canonical forms");
    assert!(count >= 6, "only {count} vectors in {}", folder.display());
}
