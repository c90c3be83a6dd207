//! Reads Rust well enough to know which names a file uses: comments, texts and characters are left out, so that prose
//! about a layer is not taken for a use of it.

/// A word or a punctuation mark, and the line where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// The words and marks of a source text.
pub fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let (mut tokens, mut index, mut line) = (Vec::new(), 0, 1);
    while index < chars.len() {
        let start = index;
        let c = at(index);
        if c == '/' && at(index + 1) == '/' {
            while index < chars.len() && at(index) != '\n' {
                index += 1;
            }
        } else if c == '/' && at(index + 1) == '*' {
            let mut depth = 0;
            loop {
                match (at(index), at(index + 1)) {
                    ('/', '*') => (depth, index) = (depth + 1, index + 2),
                    ('*', '/') => (depth, index) = (depth - 1, index + 2),
                    _ => index += 1,
                }
                if depth == 0 || index >= chars.len() {
                    break;
                }
            }
        } else if let Some(hashes) = raw_string(&chars[index..]) {
            let end: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let rest: String = chars[index..].iter().collect();
            let open = rest.find('"').unwrap_or(0) + 1;
            let close = rest[open..].find(&end).map_or(rest.len(), |found| open + found + end.len());
            index += rest[..close].chars().count();
        } else if c == '"' {
            index += 1;
            while index < chars.len() && at(index) != '"' {
                index += if at(index) == '\\' { 2 } else { 1 };
            }
            index += 1;
        } else if c == '\'' && (at(index + 1) == '\\' || at(index + 2) == '\'') {
            index += 2;
            while index < chars.len() && at(index) != '\'' {
                index += if at(index) == '\\' { 2 } else { 1 };
            }
            index += 1;
        } else if c.is_alphanumeric() || c == '_' {
            while at(index).is_alphanumeric() || at(index) == '_' {
                index += 1;
            }
            tokens.push(Token { text: chars[start..index].iter().collect(), line });
        } else {
            if !c.is_whitespace() {
                tokens.push(Token { text: c.to_string(), line });
            }
            index += 1;
        }
        line += chars[start..index.min(chars.len())].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

/// How many `#` a raw string has that begins here.
fn raw_string(chars: &[char]) -> Option<usize> {
    let after_prefix = match chars {
        ['r', ..] => 1,
        ['b' | 'c', 'r', ..] => 2,
        _ => return None,
    };
    let hashes = chars[after_prefix..].iter().take_while(|c| **c == '#').count();
    (chars.get(after_prefix + hashes) == Some(&'"')).then_some(hashes)
}

/// Paths that begin at one of these roots (`crate`, `thirdspace`, a crate's name), without the root: `use
/// crate::{a::B, c}` gives `[a, B]` and `[c]`.
pub fn paths_from(tokens: &[Token], root: &str) -> Vec<(Vec<String>, usize)> {
    let mut paths = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        // `a::crate` and `$crate` are something else.
        if token.text == root && !ends_path(tokens, index) && follows(tokens, index + 1) {
            tree(tokens, index + 3, &mut Vec::new(), &mut paths);
        }
    }
    paths
}

/// Paths of at least so many `super`, without them.
pub fn paths_above(tokens: &[Token], supers: usize) -> Vec<(Vec<String>, usize)> {
    let mut paths = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.text != "super" || ends_path(tokens, index) {
            continue;
        }
        let (mut next, mut count) = (index, 0);
        while tokens.get(next).is_some_and(|token| token.text == "super") && follows(tokens, next + 1) {
            (next, count) = (next + 3, count + 1);
        }
        if count >= supers {
            tree(tokens, next, &mut Vec::new(), &mut paths);
        }
    }
    paths
}

/// Is there `::` at this index?
fn follows(tokens: &[Token], index: usize) -> bool {
    tokens.get(index).is_some_and(|token| token.text == ":")
        && tokens.get(index + 1).is_some_and(|token| token.text == ":")
}

fn ends_path(tokens: &[Token], index: usize) -> bool {
    index >= 2 && follows(tokens, index - 2)
}

/// Reads a use tree; answers the index after it.
fn tree(tokens: &[Token], mut index: usize, prefix: &mut Vec<String>, paths: &mut Vec<(Vec<String>, usize)>) -> usize {
    let depth = prefix.len();
    while let Some(token) = tokens.get(index) {
        if token.text == "{" {
            index += 1;
            while tokens.get(index).is_some_and(|token| token.text != "}") {
                let before = index;
                index = tree(tokens, index, prefix, paths);
                if tokens.get(index).is_some_and(|token| token.text == ",") {
                    index += 1;
                }
                // Whatever this was, it was no use tree.
                if index == before {
                    break;
                }
            }
            prefix.truncate(depth);
            return index + 1;
        }
        let line = token.line;
        prefix.push(token.text.clone());
        index += 1;
        if follows(tokens, index) && tokens.get(index + 2).is_some_and(|token| token.text != "<") {
            index += 2;
        } else {
            paths.push((prefix.clone(), line));
            break;
        }
    }
    if tokens.get(index).is_some_and(|token| token.text == "as") {
        index += 2;
    }
    prefix.truncate(depth);
    index
}

/// Lines of `_ =>` arms in matches that also have an arm naming `subject::…`.
pub fn catch_all_arms(tokens: &[Token], subject: &str) -> Vec<usize> {
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.text != "match" {
            continue;
        }
        // The body is the first brace outside brackets after the value.
        let (mut open, mut brackets) = (index + 1, 0);
        while let Some(token) = tokens.get(open) {
            match token.text.as_str() {
                "(" | "[" => brackets += 1,
                ")" | "]" => brackets -= 1,
                "{" if brackets == 0 => break,
                _ => {}
            }
            open += 1;
        }
        let (mut depth, mut in_pattern, mut names_subject, mut lines) = (0, false, false, Vec::new());
        for (offset, token) in tokens.iter().enumerate().skip(open) {
            let next = |ahead: usize| tokens.get(offset + ahead).map_or("", |token| token.text.as_str());
            match token.text.as_str() {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                _ => {}
            }
            match (depth, token.text.as_str()) {
                (0, _) => break,
                (1, "{" | "}" | ",") => in_pattern = true,
                (1, "=") if next(1) == ">" => in_pattern = false,
                (1, "_") if in_pattern && next(1) == "=" && next(2) == ">" => lines.push(token.line),
                (_, word) if in_pattern && word == subject && next(1) == ":" => names_subject = true,
                _ => {}
            }
        }
        if names_subject {
            found.extend(lines);
        }
    }
    found
}

#[test]
fn prose_and_texts_are_not_names() {
    let source = r###"
        // use crate::web;
        /* crate::web /* crate::jobs */ */
        const A: &str = "crate::web"; const B: &str = r#"crate::"jobs"#; const C: char = '"'; const D: char = '\'';
        fn f<'a>(x: &'a str) { crate::store::open(x) }
    "###;
    let paths = paths_from(&tokens(source), "crate");
    assert_eq!(paths, [(vec!["store".to_owned(), "open".to_owned()], 5)]);
}

#[test]
fn every_form_of_use_is_read() {
    let words = |source: &str, root: &str| {
        paths_from(&tokens(source), root).into_iter().map(|(path, _)| path.join("::")).collect::<Vec<_>>()
    };
    assert_eq!(
        words("use crate::{a::{B, c::D as E}, f, g::*}; let x = crate::h::<T>(); pub(crate) fn y() {}", "crate"),
        ["a::B", "a::c::D", "f", "g::*", "h"]
    );
    assert_eq!(words("use tokio::sync::mpsc; a::tokio::b();", "tokio"), ["sync::mpsc"]);
    let above = paths_above(&tokens("use super::super::store; use super::near;"), 2);
    assert_eq!(above, [(vec!["store".to_owned()], 1)]);
}

#[test]
fn a_catch_all_is_found_where_it_hides_a_new_fact() {
    let caught = "match event { Event::A { x, .. } => 1, Event::B => { match y { _ => 2 } } _ => 3 }";
    assert_eq!(catch_all_arms(&tokens(caught), "Event"), [1]);
    let whole = "match event { Event::A => match number { 1 => f(Event::B), _ => g() }, Event::B => 2 }";
    assert_eq!(catch_all_arms(&tokens(whole), "Event"), [0; 0]);
}
