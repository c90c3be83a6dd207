//! From a name to the addresses that a connection is opened to, each of them checked.
//!
//! The check sits inside the look-up that the connection itself makes. A look-up of its own
//! beforehand would prove nothing: the owner of the name may answer the second question differently
//! (DNS rebinding).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::address::Gate;
use super::name::{self, NameTable};
use super::{Error, Forbidden, error};

/// Look-ups that run at once. Each takes a thread of the blocking pool for as long as the system's
/// resolver likes, and nothing can stop it, so names with dead name servers must not take them all.
const AT_ONCE: usize = 64;
/// Addresses of one name that are tried.
const MAX_ADDRESSES: usize = 16;

/// Who is asked about a name.
#[derive(Clone)]
pub(super) enum Lookup {
    /// The system: its hosts file and its DNS.
    System,
    /// A test that plays the name server.
    #[cfg(test)]
    Script(Arc<dyn Fn(String) -> futures_util::future::BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>),
}

impl Lookup {
    async fn ask(&self, host: String) -> io::Result<Vec<SocketAddr>> {
        match self {
            // Port 0 is filled in by the connector with that of the URL.
            Self::System => Ok(tokio::net::lookup_host((host, 0)).await?.collect()),
            #[cfg(test)]
            Self::Script(answer) => answer(host).await,
        }
    }
}

#[derive(Clone)]
pub(super) struct Resolver {
    lookup: Lookup,
    names: Arc<NameTable>,
    gate: Arc<Gate>,
    slots: Arc<Semaphore>,
}

impl Resolver {
    pub(super) fn new(lookup: Lookup, names: Arc<NameTable>, gate: Arc<Gate>) -> Self {
        Self { lookup, names, gate, slots: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// All waiting here counts against the client's connect timeout, which drops this future.
    async fn addresses(self, host: String) -> Result<Vec<SocketAddr>, Error> {
        if let Some(address) = self.names.get(&host) {
            return Ok(vec![address]);
        }
        let failed = |reason: &dyn std::fmt::Display| Error::Resolve {
            host: host.clone(),
            reason: error::cut(&reason.to_string()),
        };
        let slot = self.slots.acquire_owned().await.map_err(|closed| failed(&closed))?;
        // A task of its own, so that the slot stays taken until the system has answered even when
        // nobody waits any more.
        let question = tokio::spawn({
            let host = host.clone();
            async move {
                let answer = self.lookup.ask(host).await;
                drop(slot);
                answer
            }
        });
        let mut addresses = question.await.map_err(|gone| failed(&gone))?.map_err(|reason| failed(&reason))?;
        if addresses.is_empty() {
            return Err(failed(&"it has no address"));
        }
        // One private address among public ones refuses the name as a whole: no honest host has
        // such an entry, and to pick the good ones would let chance decide which of several
        // attempts gets through.
        let local = name::is_local(&host);
        if let Some(address) = addresses
            .iter()
            .map(SocketAddr::ip)
            .find(|address| !if local { self.gate.is_allowed_privately(*address) } else { self.gate.is_open(*address) })
        {
            return Err(Forbidden::PrivateAddress { host, address }.into());
        }
        addresses.truncate(MAX_ADDRESSES);
        Ok(addresses)
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        let host = name.as_str().to_owned();
        Box::pin(async move {
            let addresses = resolver.addresses(host).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
