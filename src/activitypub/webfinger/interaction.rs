//! Sending a visitor home to act there: subscribe templates and activity intents (FEP-3b86).

use url::Url;
use url::form_urlencoded::byte_serialize;

use super::handle::Handle;
use super::jrd::{Jrd, JrdLink, rel};

/// What somebody means to do with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Intent {
    /// Look at it, and do there what one likes.
    Object,
    /// Follow an actor.
    Follow,
    /// Take up a proposal.
    Offer,
    /// Join an event.
    Join,
    /// Check in at a place.
    Arrive,
}

impl Intent {
    /// The link relation.
    #[must_use]
    pub fn rel(self) -> &'static str {
        match self {
            Self::Object => "https://w3id.org/fep/3b86/Object",
            Self::Follow => "https://w3id.org/fep/3b86/Follow",
            Self::Offer => "https://w3id.org/fep/3b86/Offer",
            Self::Join => "https://w3id.org/fep/3b86/Join",
            Self::Arrive => "https://w3id.org/fep/3b86/Arrive",
        }
    }

    /// The variable that takes the id of the object.
    fn variable(self) -> &'static str {
        match self {
            Self::Arrive => "location",
            _ => "object",
        }
    }
}

/// A page of somebody's home node on which they act, not yet filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InteractionTemplate {
    template: String,
    variable: &'static str,
}

impl InteractionTemplate {
    /// The page for this intent: its own, else the one for any object, else the OStatus one, else the page that
    /// Mastodon and its kin have.
    #[must_use]
    pub fn choose(jrd: &Jrd, home: &Handle, intent: Intent) -> Self {
        let template = |wanted: &str| jrd.links.iter().find(|link| link.rel == wanted)?.template.clone();
        let own = template(intent.rel()).map(|template| (template, intent.variable()));
        let any = || template(Intent::Object.rel()).map(|template| (template, Intent::Object.variable()));
        let ostatus = || template(rel::SUBSCRIBE).map(|template| (template, "uri"));
        let (template, variable) = own
            .or_else(any)
            .or_else(ostatus)
            .unwrap_or_else(|| (format!("https://{}/authorize_interaction?uri={{uri}}", home.host()), "uri"));
        Self { template, variable }
    }

    /// The page for this intent alone, if the home has one.
    #[must_use]
    pub fn own(jrd: &Jrd, intent: Intent) -> Option<Self> {
        let template = jrd.links.iter().find(|link| link.rel == intent.rel())?.template.clone()?;
        Some(Self { template, variable: intent.variable() })
    }

    /// The page to send the visitor to. None when the template does not lead to the visitor's own home over https:
    /// a foreign answer must not become an open redirect.
    #[must_use]
    pub fn fill(&self, object: &str, home: &Handle) -> Option<Url> {
        self.fill_with(object, &[], home, false)
    }

    /// The same with other variables that the template may have; `plain` where this network speaks http.
    #[must_use]
    pub fn fill_with(&self, object: &str, more: &[(&str, &str)], home: &Handle, plain: bool) -> Option<Url> {
        let mut filled = String::with_capacity(self.template.len() + object.len());
        let mut rest = self.template.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            filled.push_str(before);
            // Every other variable is left empty, as FEP-3b86 has it.
            let given = more.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            let value = if name == self.variable { Some(object) } else { given };
            filled.extend(byte_serialize(value.unwrap_or_default().as_bytes()));
            rest = after;
        }
        filled.push_str(rest);
        let url = Url::parse(&filled).ok()?;
        let bare = url.username().is_empty() && url.password().is_none();
        let host = url[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
        // A home with a port is one of a development network.
        let scheme = url.scheme() == "https" || (url.scheme() == "http" && (plain || home.host().contains(':')));
        (scheme && bare && host == home.host()).then_some(url)
    }
}

/// The link that offers an intent; `template` has the variable of the intent, such as `{object}`.
impl JrdLink {
    /// A page of this node on which its members act.
    #[must_use]
    pub fn intent(intent: Intent, template: &str) -> Self {
        Self::template(intent.rel(), template)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(links: &[JrdLink], intent: Intent) -> Option<String> {
        let home: Handle = "bo@quay.example".parse().unwrap();
        let jrd = Jrd { subject: home.acct(), aliases: vec![], links: links.to_vec() };
        let template = InteractionTemplate::choose(&jrd, &home, intent);
        template.fill("https://harbor.example/posts/7?a=b&c", &home).map(String::from)
    }

    #[test]
    fn a_visitor_is_sent_home_with_the_object() {
        let subscribe = JrdLink::template(rel::SUBSCRIBE, "https://quay.example/authorize_interaction?uri={uri}");
        let follow =
            JrdLink::intent(Intent::Follow, "https://quay.example/follow?object={object}&on-success={on-success}");
        let object = "https%3A%2F%2Fharbor.example%2Fposts%2F7%3Fa%3Db%26c";
        let generic = Some(format!("https://quay.example/authorize_interaction?uri={object}"));
        assert_eq!(filled(&[], Intent::Offer), generic);
        assert_eq!(filled(&[subscribe.clone(), follow.clone()], Intent::Offer), generic);
        assert_eq!(
            filled(&[subscribe, follow], Intent::Follow),
            Some(format!("https://quay.example/follow?object={object}&on-success="))
        );
    }

    #[test]
    fn a_template_leads_nowhere_but_home() {
        for wrong in [
            "https://evil.example/?uri={uri}",
            "https://quay.example.evil.example/?uri={uri}",
            "https://quay.example@evil.example/?uri={uri}",
            "https://quay.example:8443/?uri={uri}",
            "http://quay.example/?uri={uri}",
            "javascript:alert('{uri}')",
            "https://quay.example/?uri={uri",
            "{uri}",
        ] {
            assert_eq!(filled(&[JrdLink::template(rel::SUBSCRIBE, wrong)], Intent::Follow), None, "{wrong}");
        }
    }
}
