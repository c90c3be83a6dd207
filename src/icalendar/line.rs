//! Content lines, RFC 5545, section 3.1.

use std::fmt::Write as _;

use jiff::Timestamp;

/// The most octets in a line, without its break.
const WIDTH: usize = 75;

/// Lines that are done: folded, each with its break.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Adds one line, whatever is in it.
    pub(super) fn put(&mut self, line: &str) {
        let mut width = 0;
        // Some readers break lines wherever Unicode says that one ends.
        for c in line.chars().filter(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')) {
            if width + c.len_utf8() > WIDTH {
                self.0.push_str("\r\n ");
                width = 1;
            }
            self.0.push(c);
            width += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// Adds a property whose value is TEXT, section 3.3.11.
    pub(super) fn text(&mut self, property: &str, value: &str) {
        let mut line = format!("{property}:");
        for c in value.replace("\r\n", "\n").chars() {
            match c {
                '\\' | ';' | ',' => line.extend(['\\', c]),
                '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => line.push_str("\\n"),
                '\t' => line.push(' '),
                _ => line.push(c),
            }
        }
        self.put(&line);
    }

    /// Adds a property whose value is a URI, section 3.3.13, unless that is empty.
    pub(super) fn uri(&mut self, property: &str, value: &str) {
        let mut uri = String::new();
        for c in value.trim().chars().filter(|c| !c.is_control()) {
            if c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}') {
                uri.push(c);
            } else {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(uri, "%{byte:02X}");
                }
            }
        }
        if !uri.is_empty() {
            self.put(&format!("{property}:{uri}"));
        }
    }

    /// Adds the lines of another.
    pub(super) fn append(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    /// All of them.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// The value of a parameter, in quotes, section 3.2.
pub(super) fn parameter(value: &str) -> String {
    // A quote cannot be said there. Readers that know RFC 6868 would take `^n` for a line break.
    format!("\"{}\"", value.replace('"', "'").replace('^', "^^"))
}

/// An instant in UTC, section 3.3.5.
pub(super) fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn put(line: &str) -> String {
        let mut lines = Lines::default();
        lines.put(line);
        lines.into_text()
    }

    #[test]
    fn lines_are_folded_at_75_octets_and_never_inside_a_character() {
        let exact = "x".repeat(75);
        assert_eq!(put(&exact), format!("{exact}\r\n"));
        assert_eq!(put(&format!("{exact}y")), format!("{exact}\r\n y\r\n"));
        assert_eq!(put(&format!("{}é{}z", "x".repeat(74), "y".repeat(72))), {
            format!("{}\r\n é{}\r\n z\r\n", "x".repeat(74), "y".repeat(72))
        });
    }

    #[test]
    fn text_is_escaped() {
        let mut lines = Lines::default();
        lines.text("X", "a\\b;c,d:\"e\"\r\nf\rg\nh\ti\u{0}\u{7f}j\u{2028}k");
        assert_eq!(lines.into_text(), "X:a\\\\b\\;c\\,d:\"e\"\\nf\\ng\\nh ij\\nk\r\n");
    }

    proptest! {
        #[test]
        fn what_is_unfolded_is_what_was_put(line in r"([a-z ]|é|🪑|\PC){0,400}") {
            let line: String = line.chars().filter(|c| !matches!(c, '\u{2028}' | '\u{2029}')).collect();
            let text = put(&line);
            let body = text.strip_suffix("\r\n").unwrap();
            prop_assert!(body.split("\r\n").all(|line| line.len() <= WIDTH));
            prop_assert_eq!(body.replace("\r\n ", ""), line);
        }

        #[test]
        fn text_reads_back(value in r"([\\;,\n]|é|🪑|\PC){0,300}") {
            let value: String = value.chars().filter(|c| !matches!(c, '\u{2028}' | '\u{2029}')).collect();
            let mut lines = Lines::default();
            lines.text("X", &value);
            let line = lines.into_text().replace("\r\n ", "");
            let mut chars = line.strip_prefix("X:").unwrap().strip_suffix("\r\n").unwrap().chars();
            let mut read = String::new();
            while let Some(c) = chars.next() {
                read.push(match c {
                    '\\' => match chars.next().unwrap() {
                        'n' => '\n',
                        c => c,
                    },
                    ';' | ',' => panic!("not escaped"),
                    c => c,
                });
            }
            prop_assert_eq!(read, value);
        }
    }
}
