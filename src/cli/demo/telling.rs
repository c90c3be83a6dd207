//! How the story is told: chapters, acts, what was seen, and a summary; in colours where there is somebody to see them.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use super::cast::Place;
use super::fact::{Fact, Miss};

/// Where the story goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// Standard output.
    Out,
    /// Standard error, because standard output is for a document.
    Aside,
}

/// Who tells the story.
pub(super) struct Teller {
    voice: Voice,
    coloured: bool,
}

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const RED: &str = "31";
/// One for each place.
const HUES: [&str; 3] = ["36", "35", "33"];
/// As wide as the longest name of a place.
const NAME: usize = 6;
/// Where what people do begins.
const LEFT: usize = 10;
/// Where what was seen begins.
const MARGIN: usize = 20;
/// Where lines end.
const WIDTH: usize = 110;

impl Teller {
    /// In colours on a terminal, unless `NO_COLOR` says otherwise (no-color.org).
    pub(super) fn new(voice: Voice) -> Self {
        let terminal = match voice {
            Voice::Out => std::io::stdout().is_terminal(),
            Voice::Aside => std::io::stderr().is_terminal(),
        };
        let asked_not_to = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { voice, coloured: terminal && !asked_not_to }
    }

    /// A line. A reader that has gone away is no reason to stop.
    pub(super) fn line(&self, text: impl Display) {
        let _ = match self.voice {
            Voice::Out => writeln!(std::io::stdout().lock(), "{text}"),
            Voice::Aside => writeln!(std::io::stderr().lock(), "{text}"),
        };
    }

    fn paint(&self, style: &str, text: impl Display) -> String {
        if self.coloured { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_string() }
    }

    fn name(&self, place: Place) -> String {
        self.paint(HUES[place.index()], format!("{:NAME$}", place.to_string()))
    }

    pub(super) fn heading(&self, text: impl Display) {
        self.line(self.paint(BOLD, text));
    }

    /// A new chapter begins.
    pub(super) fn chapter(&self, number: usize, title: &str) {
        self.line("");
        self.heading(format_args!("{number}. {title}"));
    }

    /// Somebody did something; at which node, and where it can be looked at.
    pub(super) fn act(&self, place: Place, text: impl Display, url: Option<&str>) {
        self.line("");
        let text = wrapped(&text.to_string(), LEFT);
        self.line(format_args!("  {}  {text}", self.name(place)));
        if let Some(url) = url {
            self.line(format_args!("          {}", self.paint(DIM, url)));
        }
    }

    /// Something to know on the way.
    pub(super) fn aside(&self, text: impl Display) {
        self.line(format_args!("          {}", self.paint(DIM, wrapped(&text.to_string(), LEFT))));
    }

    /// What came of an act at another node.
    pub(super) fn fact(&self, fact: &Fact) {
        let place = fact.node;
        match &fact.miss {
            None => {
                let tick = self.paint(GREEN, "✓");
                let time = self.paint(DIM, format_args!("{} ms", fact.milliseconds));
                let what = wrapped(&fact.what, MARGIN);
                self.line(format_args!("          {tick} {}  {what}  {time}", self.name(place)));
                self.line(format_args!("{:MARGIN$}{}", "", self.paint(DIM, fact.url.as_deref().unwrap_or_default())));
            }
            Some(miss) => self.miss(fact, miss),
        }
    }

    fn miss(&self, fact: &Fact, miss: &Miss) {
        let cross = self.paint(RED, "✗");
        let what = self.paint(RED, format_args!("NOT FOUND: {}", fact.what));
        self.line(format_args!("          {cross} {}  {what}", self.name(fact.node)));
        self.line(format_args!("{:MARGIN$}looked for {} ms in: {}", "", fact.milliseconds, fact.looked_in));
        self.line(format_args!("{:MARGIN$}there was: {}", "", miss.instead));
        for line in &miss.mail {
            self.line(format_args!("{:MARGIN$}the mail: {line}", ""));
        }
    }

    /// The rest of a chapter cannot be played.
    pub(super) fn broken_off(&self, why: impl Display) {
        self.line(format_args!("          {} {}", self.paint(RED, "✗"), self.paint(RED, why)));
    }

    /// How it ended.
    pub(super) fn verdict(&self, found: usize, expected: usize, took: Duration) {
        let (sign, style) = if found == expected { ("✓", GREEN) } else { ("✗", RED) };
        let took = took.as_secs_f64();
        let words =
            format!("{sign} {found} of {expected} facts were found at the other node; the story took {took:.1} s.");
        self.line("");
        self.line(self.paint(&format!("{BOLD};{style}"), words));
    }

    /// Names and what they mean, in two columns.
    pub(super) fn pairs<A: Display, B: Display>(&self, pairs: &[(A, B)]) {
        let left: Vec<String> = pairs.iter().map(|(left, _)| left.to_string()).collect();
        let width = left.iter().map(|text| text.chars().count()).max().unwrap_or_default();
        for (left, (_, right)) in left.iter().zip(pairs) {
            self.line(format_args!("  {left:width$}  {}", self.paint(DIM, right)));
        }
    }
}

/// The text in lines, those after the first as far from the left as the first will stand.
fn wrapped(text: &str, indent: usize) -> String {
    let mut lines = String::new();
    let mut column = indent;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > indent && column + 1 + length > WIDTH {
            lines.push_str(&format!("\n{:indent$}", ""));
            column = indent;
        } else if column > indent {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_between_words_and_long_words_are_left_alone() {
        assert_eq!(wrapped("a short line", 10), "a short line");
        let words = ["word"; 40].join(" ");
        let lines = wrapped(&words, 10);
        assert!(lines.lines().count() == 2 && lines.lines().all(|line| line.chars().count() <= WIDTH), "{lines}");
        assert!(lines.lines().nth(1).is_some_and(|line| line.starts_with("          word")));
        let long = "x".repeat(200);
        assert_eq!(wrapped(&long, 10), long);
    }
}
