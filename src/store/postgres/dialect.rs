//! The same text for both engines: the few words that PostgreSQL spells otherwise are changed here, once a statement.

/// A statement: `?1` is `$1`, and tables are joined in the order that the planner likes. (`CROSS JOIN … ON` is how SQLite
/// is told to read tables in the order in which they stand.)
pub(super) fn statement(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    for (kind, part) in parts(sql) {
        match kind {
            Kind::Code => out.push_str(&part.replace("CROSS JOIN", "JOIN").replace('?', "$")),
            Kind::Text => out.push_str(part),
            Kind::Comment => out.push(' '),
        }
    }
    out
}

/// A migration: SQLite's types by PostgreSQL's names, numbers of 64 bits, text in the order of its bytes on every server,
/// and no word on how SQLite is to keep a table.
pub(super) fn definition(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + sql.len() / 8);
    for (kind, part) in parts(sql) {
        match kind {
            Kind::Code => words(&part.replace(") STRICT, WITHOUT ROWID", ")").replace(") STRICT", ")"), &mut out),
            Kind::Text => out.push_str(part),
            Kind::Comment => out.push(' '),
        }
    }
    out
}

fn words(code: &str, out: &mut String) {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = code;
    while !rest.is_empty() {
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word);
        out.push_str(match word {
            "INTEGER" => "BIGINT",
            "BLOB" => "BYTEA",
            "REAL" => "DOUBLE PRECISION",
            "TEXT" => "TEXT COLLATE \"C\"",
            other => other,
        });
        let gap = after.find(is_word).unwrap_or(after.len());
        let (gap, next) = after.split_at(gap);
        out.push_str(gap);
        rest = next;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    /// In quotes of either kind, the quotes with it.
    Text,
    /// From `--` to the end of the line.
    Comment,
}

/// The statement in pieces, nothing left out. A doubled quote within a text ends it and begins another, which is as good.
fn parts(sql: &str) -> impl Iterator<Item = (Kind, &str)> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (kind, length) = match first {
            '\'' | '"' => (Kind::Text, rest[1..].find(first).map_or(rest.len(), |end| end + 2)),
            '-' if rest.starts_with("--") => (Kind::Comment, rest.find('\n').unwrap_or(rest.len())),
            _ => {
                let ends = [rest.find('\''), rest.find('"'), rest.find("--")];
                (Kind::Code, ends.into_iter().flatten().min().unwrap_or(rest.len()))
            }
        };
        let (part, after) = rest.split_at(length);
        rest = after;
        Some((kind, part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_joins_are_spelled_anew_and_texts_are_left_alone() {
        let sql = "SELECT a.id FROM a CROSS JOIN b ON b.id = a.id WHERE a.x = ?1 AND b.y IN (?2, ?10) AND z <> 'it''s ?1 -- CROSS JOIN'";
        assert_eq!(
            statement(sql),
            "SELECT a.id FROM a JOIN b ON b.id = a.id WHERE a.x = $1 AND b.y IN ($2, $10) AND z <> 'it''s ?1 -- CROSS JOIN'"
        );
    }

    #[test]
    fn a_table_keeps_its_columns_and_loses_what_is_sqlites() {
        let sql = "CREATE TABLE t (\n  id INTEGER PRIMARY KEY, -- INTEGER, isn't it\n  kind TEXT NOT NULL CHECK (kind IN ('TEXT', 'BLOB')),\n  raw BLOB\n) STRICT, WITHOUT ROWID;\nCREATE TABLE u (w REAL) STRICT;";
        assert_eq!(
            definition(sql),
            "CREATE TABLE t (\n  id BIGINT PRIMARY KEY,  \n  kind TEXT COLLATE \"C\" NOT NULL CHECK (kind IN ('TEXT', 'BLOB')),\n  raw BYTEA\n);\nCREATE TABLE u (w DOUBLE PRECISION);"
        );
    }
}
