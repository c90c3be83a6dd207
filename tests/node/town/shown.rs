//! What people see, as plain text.

use thirdspace::store::post::PostView;

/// A post in one line: its words, or the title of an offer and how it stands; who brought it, if that was another.
pub fn line(view: &PostView) -> String {
    let words = match (&view.post.offer, &view.post.name) {
        (Some(offer), Some(name)) => format!("{name} ({})", offer.state),
        _ => text(&view.post.content),
    };
    match &view.announced_by {
        Some(by) => format!("{words} (by way of @{})", by.actor.handle()),
        None => words,
    }
}

/// HTML without its tags.
pub fn text(html: &str) -> String {
    let mut text = String::new();
    let mut within = false;
    for c in html.chars() {
        match c {
            '<' => within = true,
            '>' if within => within = false,
            c if !within => text.push(c),
            _ => {}
        }
    }
    text.trim().to_owned()
}
