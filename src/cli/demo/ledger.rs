//! What the story was to bring, and what it brought.

use serde::Serialize;
use serde_json::{Value, json};

use super::fact::Fact;

/// A chapter, with the names of all facts that it is to bring.
#[derive(Debug)]
pub(super) struct Chapter {
    pub(super) title: &'static str,
    pub(super) facts: &'static [&'static str],
}

/// Where the story could not go on.
#[derive(Debug, Serialize)]
pub(super) struct Break {
    pub(super) chapter: &'static str,
    pub(super) why: String,
}

/// The facts that were looked for, and those that the story did not come to.
#[derive(Debug)]
pub(super) struct Ledger {
    facts: Vec<Fact>,
    breaks: Vec<Break>,
    never_reached: Vec<&'static str>,
}

impl Ledger {
    pub(super) fn new(chapters: &[Chapter], facts: Vec<Fact>, breaks: Vec<Break>) -> Self {
        let names = chapters.iter().flat_map(|chapter| chapter.facts.iter().copied());
        let never_reached = names.filter(|name| facts.iter().all(|fact| fact.id != *name)).collect();
        Self { facts, breaks, never_reached }
    }

    pub(super) fn found(&self) -> usize {
        self.facts.iter().filter(|fact| fact.miss.is_none()).count()
    }

    pub(super) fn expected(&self) -> usize {
        self.facts.len() + self.never_reached.len()
    }

    /// 0 when every fact was found, 1 otherwise.
    pub(super) fn exit_code(&self) -> u8 {
        u8::from(self.found() < self.expected() || !self.breaks.is_empty())
    }

    /// What was not found, a line each.
    pub(super) fn misses(&self) -> Vec<(String, String)> {
        let looked_for = self.facts.iter().filter_map(|fact| {
            let miss = fact.miss.as_ref()?;
            Some((fact.id.to_owned(), format!("{} (at {}: {})", fact.what, fact.node, miss.instead)))
        });
        let others =
            self.never_reached.iter().map(|name| ((*name).to_owned(), "the story did not come to it".to_owned()));
        looked_for.chain(others).collect()
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "expected": self.expected(),
            "found": self.found(),
            "facts": self.facts,
            "never_reached": self.never_reached,
            "broken_off": self.breaks,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::demo::cast::Place;
    use crate::cli::demo::fact::Miss;

    const CHAPTERS: &[Chapter] = &[Chapter { title: "One", facts: &["a", "b"] }];

    fn fact(id: &'static str, miss: Option<Miss>) -> Fact {
        let (what, looked_in) = ("something".to_owned(), "the store");
        Fact {
            id,
            chapter: "One",
            from: Place::Harbor,
            node: Place::Loft,
            what,
            looked_in,
            url: None,
            milliseconds: 7,
            miss,
        }
    }

    #[test]
    fn only_a_story_that_brought_everything_ends_with_0() {
        let all = Ledger::new(CHAPTERS, vec![fact("a", None), fact("b", None)], Vec::new());
        assert_eq!((all.exit_code(), all.found(), all.expected()), (0, 2, 2));

        let miss = Miss { instead: "nothing".to_owned(), mail: Vec::new() };
        let missed = Ledger::new(CHAPTERS, vec![fact("a", None), fact("b", Some(miss))], Vec::new());
        assert_eq!((missed.exit_code(), missed.found(), missed.expected()), (1, 1, 2));

        let unfinished = Ledger::new(CHAPTERS, vec![fact("a", None)], Vec::new());
        assert_eq!((unfinished.exit_code(), unfinished.found(), unfinished.expected()), (1, 1, 2));
        assert_eq!(unfinished.to_json()["never_reached"], json!(["b"]));

        let why = Break { chapter: "One", why: "no".to_owned() };
        let broken = Ledger::new(CHAPTERS, vec![fact("a", None), fact("b", None)], vec![why]);
        assert_eq!(broken.exit_code(), 1);
    }
}
