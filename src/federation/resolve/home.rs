//! The way home of a visitor: who they are there, and the page on which they check in elsewhere (FEP-3b86 `Arrive`).

use url::Url;

use super::{AT_A_PAGE, Named, in_time, read_handle, refusal};
use crate::activitypub::webfinger::{Answer, Handle, Intent, InteractionTemplate, Jrd};
use crate::coworking::Refusal;
use crate::federation::fetch;
use crate::federation::translate::presence::place_of;
use crate::http_client::Budget;
use crate::node::Node;
use crate::operations;

/// Questions: the handle, and another one that it leads to.
const QUESTIONS: u32 = 6;

/// A visitor's home.
#[derive(Debug, Clone)]
pub struct Home {
    /// The id of the visitor.
    pub actor: String,
    /// Its host.
    pub host: String,
    template: InteractionTemplate,
    handle: Handle,
    plain: bool,
}

impl Home {
    /// The page there on which the visitor says that they are at a space, with a pass of its door. `None` when it would
    /// lead elsewhere.
    #[must_use]
    pub fn page(&self, space: &str, pass: &str) -> Option<Url> {
        self.template.fill_with(&place_of(space), &[("code", pass)], &self.handle, self.plain)
    }
}

/// Asks the home of a handle.
///
/// # Errors
/// [`Refusal::Malformed`] for what is no handle of elsewhere; [`Refusal::NotFound`] for a home that has no such page;
/// [`Refusal::Unreachable`].
pub async fn home(node: &Node, who: &str) -> operations::Result<Home> {
    let Named::Elsewhere(handle) = read_handle(node, who.trim())? else {
        return Err(Refusal::malformed("home", who, "a handle of another node, such as @ana@harbor.example").into());
    };
    in_time(who, AT_A_PAGE, ask(node, handle)).await
}

async fn ask(node: &Node, handle: Handle) -> operations::Result<Home> {
    let (budget, scheme) = (Budget::new(QUESTIONS), node.site.url().scheme());
    let read = async |handle: &Handle| -> operations::Result<(Jrd, Answer)> {
        let found = fetch::descriptor(node, handle, scheme, &budget).await;
        found.map_err(|error| refusal(&handle.to_string(), error))
    };
    let (mut handle, (mut jrd, mut answer)) = (handle.clone(), read(&handle).await?);
    if let Answer::Renamed(other) = answer {
        (jrd, answer) = read(&other).await?;
        handle = other;
    }
    let Answer::Actor(id) = answer else { return Err(Refusal::NotFound { what: "account" }.into()) };
    let template = InteractionTemplate::own(&jrd, Intent::Arrive);
    let template = template.ok_or(Refusal::NotFound { what: "page for checking in at this home" })?;
    let plain = scheme == "http";
    Ok(Home { actor: id.to_string(), host: handle.host().to_owned(), template, handle, plain })
}
