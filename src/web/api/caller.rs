//! Who calls: the member behind the bearer token of a request (RFC 6750).

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;

use crate::coworking::id::TokenId;
use crate::coworking::member::Acting;
use crate::node::Node;
use crate::operations::{self, token};
use crate::site::Site;
use crate::store::Tx;
use crate::store::post::Reader;
use crate::web::Door;
use crate::web::error::{Error, Result, Wrong};

/// A member who calls, and the moment of the call.
#[derive(Clone)]
pub struct Caller {
    node: Data<Node>,
    /// In whose name.
    pub acting: Acting,
    /// By which token.
    pub token: TokenId,
    /// When.
    pub now: Timestamp,
}

impl Caller {
    /// The node that is called.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// Its URLs.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.node.site
    }

    /// Whose eyes posts are loaded for.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.acting.into()
    }

    /// Reads for the caller.
    ///
    /// # Errors
    /// What the job says.
    pub async fn read<T: Send + 'static>(
        &self,
        mut job: impl FnMut(&mut Tx<'_>, &Caller) -> operations::Result<T> + Send + 'static,
    ) -> Result<T> {
        let caller = self.clone();
        Ok(self.node.store.read(move |tx| job(tx, &caller)).await?)
    }

    /// Acts for the caller, in one transaction.
    ///
    /// # Errors
    /// What the job says; nothing of it is kept then.
    pub async fn act<T: Send + 'static>(
        &self,
        mut job: impl FnMut(&mut Tx<'_>, &Caller) -> operations::Result<T> + Send + 'static,
    ) -> Result<T> {
        let caller = self.clone();
        Ok(self.node.store.write(move |tx| job(tx, &caller)).await?)
    }

    async fn identify(door: Data<Door>, node: Data<Node>, secret: Result<String>) -> Result<Self> {
        let (secret, now) = (secret?, node.clock.now());
        let known = node.store.read(move |tx| token::authenticate(tx, &secret, now)).await?;
        let known = known.ok_or_else(|| {
            Error::wrong(Wrong::Unauthorized, "this token is wrong, has ended or was revoked, or its member is suspended; create a new one, or ask a host")
        })?;
        door.limits.token(known.token)?;
        if known.touch_due
            && let Err(error) = node.store.write(move |tx| token::touch(tx, known.token, now)).await
        {
            // The call is good without it.
            tracing::warn!(error = %error, "the use of a token was not noted");
        }
        Ok(Self { node, acting: known.acting, token: known.token, now })
    }
}

impl FromRequest for Caller {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let secret = bearer(request);
        let (door, node) = (request.app_data::<Data<Door>>().cloned(), request.app_data::<Data<Node>>().cloned());
        Box::pin(async move {
            let missing = || anyhow::anyhow!("the server was started without its node");
            Self::identify(door.ok_or_else(missing)?, node.ok_or_else(missing)?, secret).await
        })
    }
}

fn bearer(request: &HttpRequest) -> Result<String> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let secret = match header.trim().split_once(' ') {
        Some((scheme, secret)) if scheme.eq_ignore_ascii_case("bearer") => secret.trim(),
        _ => "",
    };
    if secret.is_empty() {
        let words = "this needs a token: send it as Authorization: Bearer ts_…";
        return Err(Error::wrong(Wrong::Unauthorized, words));
    }
    Ok(secret.to_owned())
}
