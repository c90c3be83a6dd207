//! Which signatures a server understood last: kept in memory, and in the store where it is no matter of course.

use url::{Position, Url};

use crate::coworking::peer::Host;
use crate::node::Node;
use crate::store::peer::{self, SignatureScheme};
use crate::store::{self, Tx};

/// What to try first. A store that does not answer is no reason not to ask.
pub(super) async fn remembered(node: &Node, url: &Url) -> SignatureScheme {
    let name = host(url);
    if let Some(scheme) = node.reception.schemes.get(name) {
        return scheme;
    }
    let Some(host) = Host::of(url) else { return SignatureScheme::Cavage };
    let now = node.clock.now();
    let found = node.store.read(move |tx: &mut Tx<'_>| peer::scheme(tx, &host, now)).await;
    let scheme = found.ok().flatten().unwrap_or(SignatureScheme::Cavage);
    node.reception.schemes.insert(name.to_owned(), scheme);
    scheme
}

/// It understood this one.
pub(super) async fn understood(node: &Node, url: &Url, scheme: SignatureScheme) {
    let name = host(url);
    if node.reception.schemes.get(name) == Some(scheme) {
        return;
    }
    node.reception.schemes.insert(name.to_owned(), scheme);
    let Some(host) = Host::of(url) else { return };
    let now = node.clock.now();
    let kept = node.store.write(move |tx: &mut Tx<'_>| peer::set_scheme(tx, &host, scheme, now)).await;
    if let Err(error) = kept {
        let error: store::Error = error;
        tracing::warn!(%error, "which signatures a server takes is forgotten with this process");
    }
}

fn host(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}
