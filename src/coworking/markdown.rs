//! Text from people: Markdown to HTML, and HTML made harmless.
//!
//! Members write Markdown; peers send HTML. Both end as HTML with a short list of elements, without styles, scripts or
//! classes that hide things, whoever wrote it.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

/// Where mentions and hashtags lead.
pub trait Links {
    /// The page of the person behind a handle (`ana` or `ana@harbor.example`, without the leading `@`), if known.
    fn mention(&self, handle: &str) -> Option<String>;
    /// The page that lists a hashtag's posts.
    fn hashtag(&self, tag: &str) -> String;
}

/// Nobody and nothing is linked.
pub struct NoLinks;

impl Links for NoLinks {
    fn mention(&self, _handle: &str) -> Option<String> {
        None
    }

    fn hashtag(&self, tag: &str) -> String {
        format!("#{tag}")
    }
}

/// A word in a text that points at a person or a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pointer<'a> {
    Mention(&'a str),
    Hashtag(&'a str),
    Url(&'a str),
}

/// Markdown as harmless HTML, with mentions, hashtags and bare URLs linked outside of code and links.
#[must_use]
pub fn render(source: &str, links: &dyn Links) -> String {
    let mut linked = 0_usize;
    let events = Parser::new_ext(source, Options::ENABLE_STRIKETHROUGH).flat_map(|event| {
        match &event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => linked += 1,
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => linked = linked.saturating_sub(1),
            Event::Text(text) if linked == 0 => return link_text(text, links),
            // Line ends are kept as people typed them, as in every microblog.
            Event::SoftBreak => return vec![Event::HardBreak],
            _ => {}
        }
        vec![event]
    });
    let mut out = String::with_capacity(source.len() * 2);
    html::push_html(&mut out, events);
    sanitise(out.trim_end())
}

fn link_text<'a>(text: &CowStr<'a>, links: &dyn Links) -> Vec<Event<'a>> {
    let mut events = Vec::new();
    let mut done = 0;
    let plain = |events: &mut Vec<Event<'a>>, range: Range<usize>| {
        if !range.is_empty() {
            events.push(Event::Text(CowStr::from(text[range].to_owned())));
        }
    };
    for (range, pointer) in pointers(text) {
        let (href, shown) = match pointer {
            Pointer::Mention(handle) => match links.mention(handle) {
                Some(href) => (href, format!("@{}", handle.split('@').next().unwrap_or(handle))),
                None => continue,
            },
            Pointer::Hashtag(tag) => (links.hashtag(tag), format!("#{tag}")),
            Pointer::Url(url) => (url.to_owned(), url.to_owned()),
        };
        plain(&mut events, done..range.start);
        done = range.end;
        events.push(Event::Start(Tag::Link {
            link_type: LinkType::Inline,
            dest_url: href.into(),
            title: CowStr::Borrowed(""),
            id: CowStr::Borrowed(""),
        }));
        events.push(Event::Text(shown.into()));
        events.push(Event::End(TagEnd::Link));
    }
    plain(&mut events, done..text.len());
    events
}

/// Handles that a Markdown text mentions (`ana`, `ana@harbor.example`), in order, each once.
#[must_use]
pub fn mentions(source: &str) -> Vec<String> {
    collect(source, |pointer| match pointer {
        Pointer::Mention(handle) => Some(handle.to_ascii_lowercase()),
        Pointer::Hashtag(_) | Pointer::Url(_) => None,
    })
}

/// Hashtags of a Markdown text as spelled, without `#`, in order, each once.
#[must_use]
pub fn hashtags(source: &str) -> Vec<String> {
    let mut tags: Vec<String> = collect(source, |pointer| match pointer {
        Pointer::Hashtag(tag) => Some(tag.to_owned()),
        Pointer::Mention(_) | Pointer::Url(_) => None,
    });
    let mut seen = HashSet::new();
    tags.retain(|tag| seen.insert(super::tag::fold(tag)));
    tags
}

fn collect(source: &str, mut pick: impl FnMut(Pointer<'_>) -> Option<String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut linked = 0_usize;
    for event in Parser::new_ext(source, Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => linked += 1,
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => linked = linked.saturating_sub(1),
            Event::Text(text) if linked == 0 => {
                for (_, pointer) in pointers(&text) {
                    if let Some(word) = pick(pointer)
                        && !found.contains(&word)
                    {
                        found.push(word);
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// Finds mentions, hashtags and URLs, each at the start of a word.
fn pointers(text: &str) -> Vec<(Range<usize>, Pointer<'_>)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(['@', '#', 'h']).map(|at| from + at) {
        let rest = &text[at..];
        let starts_word = text[..at]
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | '/' | '@' | '#' | '&'));
        let pointer = if starts_word { pointer(rest) } else { None };
        let length = pointer.as_ref().map_or(1, |(length, _)| *length);
        if let Some((length, pointer)) = pointer {
            found.push((at..at + length, pointer));
        }
        from = at + length;
    }
    found
}

fn pointer(rest: &str) -> Option<(usize, Pointer<'_>)> {
    let run = |text: &str, fits: fn(char) -> bool| text.find(|c| !fits(c)).unwrap_or(text.len());
    if let Some(word) = rest.strip_prefix('#') {
        let tag = &word[..run(word, |c| c.is_alphanumeric() || c == '_')];
        let named = tag.chars().any(|c| !c.is_numeric() && c != '_');
        return (named && tag.chars().count() <= super::tag::TAG_LIMIT).then(|| (1 + tag.len(), Pointer::Hashtag(tag)));
    }
    if let Some(word) = rest.strip_prefix('@') {
        let part: fn(char) -> bool = |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        let user = word[..run(word, part)].trim_end_matches(['.', '-']);
        if user.is_empty() {
            return None;
        }
        let mut length = user.len();
        if let Some(host) = word[length..].strip_prefix('@') {
            let host_part: fn(char) -> bool = |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
            let host = host[..run(host, host_part)].trim_end_matches(['.', '-', ':']);
            if !host.is_empty() {
                length += 1 + host.len();
            }
        }
        return Some((1 + length, Pointer::Mention(&word[..length])));
    }
    if rest.starts_with("https://") || rest.starts_with("http://") {
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(rest.len());
        let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
        return url::Url::parse(url).is_ok_and(|url| url.has_host()).then_some((url.len(), Pointer::Url(url)));
    }
    None
}

static ALLOWED: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .tags(HashSet::from([
            "a",
            "b",
            "blockquote",
            "br",
            "code",
            "del",
            "em",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "i",
            "li",
            "ol",
            "p",
            "pre",
            "s",
            "span",
            "strong",
            "sub",
            "sup",
            "u",
            "ul",
            "hr",
        ]))
        .generic_attributes(HashSet::new())
        .tag_attributes(std::collections::HashMap::from([
            ("a", HashSet::from(["href"])),
            ("ol", HashSet::from(["start"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("nofollow noopener noreferrer"))
        .strip_comments(true);
    builder
});

/// HTML from anybody, with only harmless elements left. Applying it twice changes nothing more.
#[must_use]
pub fn sanitise(html: &str) -> String {
    if is_plain(html) {
        return html.to_owned();
    }
    ALLOWED.clean(html).to_string()
}

/// Marks within a paragraph that carry no attributes.
const MARKS: [&str; 8] = ["b", "code", "del", "em", "i", "s", "strong", "u"];

/// Text in bare paragraphs, which is most of what peers send: it needs no parser to be harmless.
///
/// Only `<p>` and in it `<br>` and [`MARKS`], each properly closed and none in itself, and no character that a parser
/// would rewrite.
fn is_plain(html: &str) -> bool {
    let mut rest = html;
    let mut open: Vec<&str> = Vec::new();
    while let Some(at) = rest.find(['<', '>', '&', '\0', '\r', '\u{a0}']) {
        let (text, tag) = rest.split_at(at);
        let Some((tag, after)) = tag.strip_prefix('<').and_then(|tag| tag.split_once('>')) else { return false };
        if open.is_empty() && !text.is_empty() {
            return false;
        }
        match tag.strip_prefix('/') {
            Some(end) if open.last() == Some(&end) => {
                open.pop();
            }
            Some(_) => return false,
            None if tag == "br" && !open.is_empty() => {}
            None if tag == "p" && open.is_empty() => open.push(tag),
            None if MARKS.contains(&tag) && !open.is_empty() && !open.contains(&tag) => open.push(tag),
            None => return false,
        }
        rest = after;
    }
    open.is_empty() && rest.is_empty()
}

/// Plain text as HTML, in which it means nothing but itself.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
    html
}

/// The text of harmless HTML, in one line for lists and notices, at most `limit` characters.
#[must_use]
pub fn plain_text(html: &str, limit: usize) -> String {
    let spaced = html.replace("</p>", "</p> ").replace("<br", " <br").replace("</li>", "</li> ");
    let bare = Builder::empty().clean(&spaced).to_string();
    let text = bare
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(limit) {
        Some((cut, _)) => format!("{}…", line[..cut].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Town;

    impl Links for Town {
        fn mention(&self, handle: &str) -> Option<String> {
            handle.starts_with("ana").then(|| format!("https://harbor.example/members/{handle}"))
        }

        fn hashtag(&self, tag: &str) -> String {
            format!("https://harbor.example/tags/{}", super::super::tag::fold(tag))
        }
    }

    #[test]
    fn mentions_and_hashtags_become_links_but_not_inside_code() {
        let html =
            render("Hi @ana@harbor.example, see #DutchVAT and `#not` @nobody a@b.example https://x.example/a.", &Town);
        assert!(html.contains(r#"<a href="https://harbor.example/members/ana@harbor.example" rel="nofollow noopener noreferrer">@ana</a>,"#), "{html}");
        assert!(html.contains(r#"tags/dutchvat" rel="nofollow noopener noreferrer">#DutchVAT</a>"#), "{html}");
        assert!(html.contains("<code>#not</code> @nobody a@b.example"), "{html}");
        assert!(html.contains(r#">https://x.example/a</a>."#), "{html}");
        assert_eq!(mentions("@ana @ana, `@code` (@bo@x.example)."), ["ana", "bo@x.example"]);
        assert_eq!(hashtags("#Rust #rust #1 x#y\n\n    #code"), ["Rust"]);
    }

    #[test]
    fn scripts_styles_and_hidden_text_do_not_survive() {
        let wicked = r#"<p onclick="x()" class="invisible" style="display:none">a<script>alert(1)</script><img src=x onerror=y><a href="javascript:z">b</a><svg><style><img src=x></style></svg></p>"#;
        let clean = sanitise(wicked);
        for part in ["script", "onclick", "style", "class", "img", "javascript", "svg"] {
            assert!(!clean.contains(part), "{part} in {clean}");
        }
        assert_eq!(render("<script>alert(1)</script>\n\nhi", &NoLinks), "\n<p>hi</p>");
    }

    #[test]
    fn a_list_shows_text_without_markup() {
        assert_eq!(plain_text("<p>One &amp; two</p><p>three<br>four</p>", 100), "One & two three four");
        assert_eq!(plain_text("<p>abcdef</p>", 3), "abc…");
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing_and_the_short_way_is_right(
            parts in proptest::collection::vec(
                prop_oneof![
                    Just("<p>".to_owned()), Just("</p>".to_owned()), Just("<br>".to_owned()), Just("<b>".to_owned()),
                    Just("</b>".to_owned()), Just("<em>".to_owned()), Just("</em>".to_owned()),
                    Just("<a href=\"https://x.example\">".to_owned()), Just("</a>".to_owned()), Just("&amp;".to_owned()),
                    "[ -~äé]{0,8}",
                ],
                0..12,
            )
        ) {
            let html = parts.concat();
            let clean = sanitise(&html);
            prop_assert_eq!(&sanitise(&clean), &clean);
            if is_plain(&html) {
                prop_assert_eq!(ALLOWED.clean(&html).to_string(), html);
            }
        }

        #[test]
        fn any_text_renders(source in "\\PC{0,200}") {
            let _ = (render(&source, &Town), mentions(&source), hashtags(&source));
        }
    }
}
