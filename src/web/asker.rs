//! Who asks: the other end of the connection or, if that is a proxy that is believed, whom the proxy names.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::HeaderMap;

use crate::node::Node;

/// The address that a request comes from. Proxies write whom they hear at the end of `X-Forwarded-For`; what stands
/// before that, anybody may have written.
#[must_use]
pub fn asker(node: &Node, peer: Option<SocketAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    let mut asker = peer?.ip();
    let named = headers.get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let named: Vec<&str> = named.flat_map(|value| value.split(',')).map(str::trim).collect();
    for address in named.iter().rev() {
        if !node.config.trusts_proxy(asker) {
            break;
        }
        let Ok(address) = address.parse() else { break };
        asker = address;
    }
    Some(asker)
}
