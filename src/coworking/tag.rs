//! Skill tags and hashtags: the words by which people and posts are found.

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// The most characters of a tag.
pub const TAG_LIMIT: usize = 60;
/// The most tags of one profile; more would be over-claiming, and peers cut there too.
pub const SKILL_LIMIT: usize = 20;

/// A skill as its owner spells it: "Dutch VAT", "sourdough".
///
/// Two skills are the same when their [`Tag::folded`] forms are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Tag(String);

impl Tag {
    /// Reads a tag; white space is folded to single spaces and a leading `#` is let go.
    ///
    /// # Errors
    /// A [`Refusal`] for an empty tag, one over 60 characters, or one with markup in it.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, Refusal> {
        let text = text.trim().trim_start_matches('#').split_whitespace().collect::<Vec<_>>().join(" ");
        let text = super::refusal::needed(field, &text, TAG_LIMIT)?;
        if text.contains(['<', '>', '#', '@', ',']) {
            return Err(Refusal::malformed(field, text, "a word or a few, without # @ , < or >"));
        }
        Ok(Self(text))
    }

    /// The tag as its owner spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which tags are compared: lower case, letters and digits only.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse("skills", &text).map_err(serde::de::Error::custom)
    }
}

/// The form in which hashtags and skills are compared: "Dutch VAT" and "#dutchvat" are one.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The hashtag for a few words, without `#`: "Dutch VAT" is `DutchVAT`. Words are told apart by their first letters, so
/// that it can be read aloud.
#[must_use]
pub fn hashtag(text: &str) -> String {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [word] => (*word).to_owned(),
        words => words.iter().flat_map(|word| capitalised(word)).collect(),
    }
}

fn capitalised(word: &str) -> impl Iterator<Item = char> {
    let mut rest = word.chars();
    let first = rest.next().map(|c| {
        // A letter that becomes two, such as ß, stays: the hashtag must fold to the same word.
        let mut upper = c.to_uppercase();
        upper.next().filter(|_| upper.next().is_none()).unwrap_or(c)
    });
    first.into_iter().chain(rest)
}

/// Reads a list of skills; repeats are let go, the first spelling stays.
///
/// # Errors
/// [`Refusal::TooMany`] over 20, or what is wrong with one of them.
pub fn skills<'a>(list: impl IntoIterator<Item = &'a str>) -> Result<Vec<Tag>, Refusal> {
    let mut tags: Vec<Tag> = Vec::new();
    for text in list {
        let tag = Tag::parse("skills", text)?;
        if !tags.iter().any(|known| known.folded() == tag.folded()) {
            tags.push(tag);
        }
    }
    if tags.len() > SKILL_LIMIT {
        return Err(Refusal::TooMany { field: "skills", limit: SKILL_LIMIT, found: tags.len() });
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skill_is_one_however_it_is_spelled() {
        let tags = skills(["Dutch VAT", "#dutchvat", "  sourdough   baking "]).unwrap();
        assert_eq!(tags.iter().map(Tag::as_str).collect::<Vec<_>>(), ["Dutch VAT", "sourdough baking"]);
        for tag in &tags {
            assert_eq!(fold(&hashtag(tag.as_str())), tag.folded());
        }
        assert_eq!(tags.iter().map(|tag| hashtag(tag.as_str())).collect::<Vec<_>>(), ["DutchVAT", "SourdoughBaking"]);
        let many: Vec<String> = (0..21).map(|n| format!("skill {n}")).collect();
        assert!(matches!(skills(many.iter().map(String::as_str)), Err(Refusal::TooMany { found: 21, .. })));
    }
}
