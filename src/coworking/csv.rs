//! Tables as text: CSV as RFC 4180 has it, read strictly.

use super::refusal::Refusal;

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// What stands in it.
    pub cells: Vec<String>,
}

/// Reads a table. Lines end as on any system; empty ones are passed over.
///
/// # Errors
/// [`Refusal::At`] the line of a quote that is not closed, or stands within a cell that does not begin with one.
pub fn read(text: &str) -> Result<Vec<Row>, Refusal> {
    // Spreadsheets write it in front.
    let mut chars = text.strip_prefix('\u{feff}').unwrap_or(text).chars().peekable();
    let (mut rows, mut line) = (Vec::new(), 1);
    while chars.peek().is_some() {
        let mut row = Row { line, cells: Vec::new() };
        let mut is_empty = true;
        loop {
            let mut cell = String::new();
            if chars.next_if_eq(&'"').is_some() {
                is_empty = false;
                loop {
                    match chars.next() {
                        None => return Err(wrong(row.line, &cell, "a cell whose quote is closed")),
                        Some('"') if chars.next_if_eq(&'"').is_some() => cell.push('"'),
                        Some('"') => break,
                        Some(other) => {
                            line += usize::from(other == '\n');
                            cell.push(other);
                        }
                    }
                }
            } else {
                while let Some(other) = chars.next_if(|c| !matches!(c, ',' | '"' | '\n' | '\r')) {
                    cell.push(other);
                }
            }
            is_empty &= cell.is_empty();
            let so_far = cell.clone();
            row.cells.push(cell);
            match chars.next() {
                Some(',') => is_empty = false,
                None => break,
                Some('\n') => {
                    line += 1;
                    break;
                }
                Some('\r') if chars.next_if_eq(&'\n').is_some() => {
                    line += 1;
                    break;
                }
                Some(_) => {
                    return Err(wrong(
                        row.line,
                        &so_far,
                        "a cell that is in quotes as a whole, with quotes in it doubled",
                    ));
                }
            }
        }
        if !is_empty {
            rows.push(row);
        }
    }
    Ok(rows)
}

fn wrong(line: usize, cell: &str, expected: &'static str) -> Refusal {
    Refusal::malformed("csv", cell, expected).at(format_args!("line {line}"))
}

/// Writes a table.
#[must_use]
pub fn write<'r>(rows: impl IntoIterator<Item = &'r [String]>) -> String {
    let mut text = String::new();
    for row in rows {
        for (place, cell) in row.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            // A row of one empty cell would be an empty line.
            if cell.contains([',', '"', '\n', '\r', '\u{feff}']) || cell.is_empty() && row.len() == 1 {
                text.push('"');
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(cell);
            }
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        read(text).unwrap().into_iter().map(|row| row.cells).collect()
    }

    #[test]
    fn rows_know_their_lines_and_what_is_wrong_is_named_with_its_line() {
        let rows = read("\u{feff}a,b\r\n\r\n\"x\ny\",\"say \"\"hi\"\"\"\nlast,").unwrap();
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 3, 5]);
        assert_eq!(
            (&rows[1].cells[..], &rows[2].cells[..]),
            (&["x\ny".into(), "say \"hi\"".into()][..], &["last".into(), String::new()][..])
        );
        assert_eq!(cells("\"\"\n,\n"), [vec![String::new()], vec![String::new(), String::new()]]);
        for (text, line) in [("a\n\"b", 2), ("a\nb\"c\"", 2), ("\"a\"b", 1), ("a\rb", 1)] {
            let refusal = read(text).unwrap_err().to_string();
            assert!(refusal.starts_with(&format!("line {line}: csv is ")), "{text:?}: {refusal}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(rows in prop::collection::vec(prop::collection::vec("[a\u{feff}\", ;\r\n=é]{0,5}", 1..4), 0..5)) {
            let text = write(rows.iter().map(Vec::as_slice));
            prop_assert_eq!(cells(&text), rows);
        }

        #[test]
        fn no_text_breaks_the_reader(text in "[a\",\r\n]{0,30}") {
            let _ = read(&text);
        }
    }
}
