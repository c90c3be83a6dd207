//! Which signatures a server understood last: kept in memory for a while, and in the store where it is no matter of
//! course.

use url::Url;

use crate::coworking::peer::Host;
use crate::node::Node;
use crate::store::peer::{self, SignatureScheme};
use crate::store::{self, Tx};

/// What to try first. A store that does not answer is no reason not to ask.
pub(super) async fn remembered(node: &Node, url: &Url) -> SignatureScheme {
    let Some(host) = Host::of(url) else { return SignatureScheme::Cavage };
    let now = node.clock.now();
    if let Some(scheme) = node.reception.scheme(&host, now) {
        return scheme;
    }
    let asked = host.clone();
    let found = node.store.read(move |tx: &mut Tx<'_>| peer::scheme(tx, &asked, now)).await;
    let scheme = found.ok().flatten().unwrap_or(SignatureScheme::Cavage);
    node.reception.set_scheme(&host, scheme, now);
    scheme
}

/// It understood this one, where that one was tried first.
pub(super) async fn understood(node: &Node, url: &Url, scheme: SignatureScheme, first: SignatureScheme) {
    if scheme == first {
        return;
    }
    let Some(host) = Host::of(url) else { return };
    let now = node.clock.now();
    node.reception.set_scheme(&host, scheme, now);
    let kept = node.store.write(move |tx: &mut Tx<'_>| peer::set_scheme(tx, &host, scheme, now)).await;
    if let Err(error) = kept {
        let error: store::Error = error;
        tracing::warn!(%error, "which signatures a server takes is forgotten with this process");
    }
}
