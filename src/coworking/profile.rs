//! What a member or a space shows of itself.

use serde::{Deserialize, Serialize};

use super::refusal::{self, Refusal};
use super::tag::{self, Tag};

/// The most characters of a display name.
pub const NAME_LIMIT: usize = 200;
/// The most characters of a summary (Markdown).
pub const SUMMARY_LIMIT: usize = 5_000;
/// The most fields of a profile.
pub const FIELD_LIMIT: usize = 10;
/// The most characters of a field's name.
pub const FIELD_NAME_LIMIT: usize = 80;
/// The most characters of a field's value.
pub const FIELD_VALUE_LIMIT: usize = 500;
/// The most characters of a URL.
pub const URL_LIMIT: usize = 2_048;

/// One line of a profile's table: "Web", `https://ana.example`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// What it is.
    pub name: String,
    /// Plain text; a URL becomes a link where it is shown.
    pub value: String,
}

/// A picture at a URL, with words for those who cannot see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// An http(s) URL.
    pub url: String,
    /// What it shows.
    pub alt: Option<String>,
}

/// What an editor may send: absent fields stay as they are.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileInput {
    /// The display name, up to 200 characters.
    pub name: Option<String>,
    /// Markdown, up to 5,000 characters.
    pub summary: Option<String>,
    /// Skills, up to 20 tags of 60 characters.
    pub skills: Option<Vec<String>>,
    /// Up to 10 lines.
    pub fields: Option<Vec<Field>>,
    /// The picture's URL; an empty text removes it.
    pub picture: Option<String>,
    /// What the picture shows.
    pub picture_alt: Option<String>,
    /// May be suggested to others.
    pub discoverable: Option<bool>,
    /// Public posts may be searched.
    pub indexable: Option<bool>,
    /// Followers need an approval.
    pub manually_approves_followers: Option<bool>,
    /// Lists of followers and followed are shown as counts only.
    pub hides_network: Option<bool>,
}

/// A change to a profile that passed every rule. `None` leaves a part as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileEdit {
    /// The display name.
    pub name: Option<String>,
    /// Markdown; empty text clears it.
    pub summary: Option<String>,
    /// The skills.
    pub skills: Option<Vec<Tag>>,
    /// The fields.
    pub fields: Option<Vec<Field>>,
    /// The picture; `Some(None)` removes it.
    pub picture: Option<Option<Picture>>,
    /// May be suggested to others.
    pub discoverable: Option<bool>,
    /// Public posts may be searched.
    pub indexable: Option<bool>,
    /// Followers need an approval.
    pub manually_approves_followers: Option<bool>,
    /// Lists are shown as counts only.
    pub hides_network: Option<bool>,
}

impl ProfileInput {
    /// Checks every part.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(self) -> Result<ProfileEdit, Refusal> {
        let name = self.name.map(|name| refusal::needed("name", &name, NAME_LIMIT)).transpose()?;
        let summary = self
            .summary
            .map(|text| refusal::optional("summary", &text, SUMMARY_LIMIT).map(Option::unwrap_or_default))
            .transpose()?;
        let skills = self.skills.map(|list| tag::skills(list.iter().map(String::as_str))).transpose()?;
        let fields = self.fields.map(fields).transpose()?;
        let alt = self.picture_alt.map(|alt| refusal::optional("picture_alt", &alt, 1_500)).transpose()?.flatten();
        let picture = match self.picture.as_deref().map(str::trim) {
            None => None,
            Some("") => Some(None),
            Some(text) => Some(Some(Picture { url: link("picture", text)?, alt })),
        };
        Ok(ProfileEdit {
            name,
            summary,
            skills,
            fields,
            picture,
            discoverable: self.discoverable,
            indexable: self.indexable,
            manually_approves_followers: self.manually_approves_followers,
            hides_network: self.hides_network,
        })
    }
}

fn fields(list: Vec<Field>) -> Result<Vec<Field>, Refusal> {
    if list.len() > FIELD_LIMIT {
        return Err(Refusal::TooMany { field: "fields", limit: FIELD_LIMIT, found: list.len() });
    }
    list.into_iter()
        .map(|field| {
            Ok(Field {
                name: refusal::needed("fields.name", &field.name, FIELD_NAME_LIMIT)?,
                value: refusal::needed("fields.value", &field.value, FIELD_VALUE_LIMIT)?,
            })
        })
        .collect()
}

/// Reads an http(s) URL of at most 2,048 characters, without a password in it.
///
/// # Errors
/// A [`Refusal`] naming `field`.
pub fn link(field: &'static str, text: &str) -> Result<String, Refusal> {
    const EXPECTED: &str = "a web address such as https://example.org/picture.png";
    let text = refusal::needed(field, text, URL_LIMIT)?;
    match url::Url::parse(&text) {
        Ok(url)
            if matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none() =>
        {
            Ok(url.into())
        }
        _ => Err(Refusal::malformed(field, text, EXPECTED)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_part_stays_and_an_empty_one_is_cleared() {
        let edit = ProfileInput { summary: Some(String::new()), picture: Some(String::new()), ..Default::default() };
        let edit = edit.parse().unwrap();
        assert_eq!(edit.name, None);
        assert_eq!(edit.summary.as_deref(), Some(""));
        assert_eq!(edit.picture, Some(None));
    }

    #[test]
    fn a_picture_is_a_web_address() {
        for wrong in ["javascript:alert(1)", "data:image/png;base64,x", "https://a:b@c.example/", "no", "https://"] {
            let refused = ProfileInput { picture: Some(wrong.into()), ..Default::default() }.parse().unwrap_err();
            assert_eq!((refused.code(), refused.field()), ("malformed", Some("picture")), "{wrong}");
        }
    }
}
