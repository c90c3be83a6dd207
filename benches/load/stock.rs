//! What a node knows when it is measured: put there through the library, before the program starts.

use jiff::Timestamp;
use thirdspace::activitypub::key::PrivateKey;
use thirdspace::coworking::id::{ActorId, MemberId};
use thirdspace::federation::signing;
use thirdspace::operations::setup::{SetUpBy, SetupInput, ensure_node_actor, set_up};
use thirdspace::operations::{self, key as keys};
use thirdspace::store::actor::{self, RemoteKey, RemoteProfile};
use thirdspace::store::follow::{self, FollowState, NewFollow};
use thirdspace::store::key::Algorithm;
use thirdspace::store::{Store, Tx};

use crate::process::Home;

/// An opened folder, before the program has it.
pub struct Stock {
    /// Its store.
    pub store: Store,
    /// The administrator `ana`.
    pub ana: MemberId,
    /// Her token for the API.
    pub token: String,
}

impl Stock {
    /// The space `harbor` with its administrator.
    pub async fn set_up(home: &Home) -> Self {
        let config = home.config();
        let store = Store::open(config.store_place(), config.store()).expect("a store");
        let site = config.site();
        let input = SetupInput {
            space_username: "harbor".into(),
            space_name: "Harbor".into(),
            zone: "Europe/Amsterdam".into(),
            admin_username: "ana".into(),
            admin_name: "Ana".into(),
        };
        let made = [(); 3].map(|()| signing::make_keys().expect("keys"));
        let done = store
            .write(move |tx: &mut Tx<'_>| -> operations::Result<_> {
                let now = Timestamp::now();
                let node = ensure_node_actor(tx, &site, None, now)?;
                keys::give(tx, node, &made[0], now)?;
                set_up(tx, &site, SetUpBy::Keeper, &input.parse()?, &made[1..], now)
            })
            .await
            .expect("a space");
        Self { store, ana: done.admin, token: done.token.expose().to_owned() }
    }

    /// Runs a step in a transaction.
    pub async fn act<T: Send + 'static>(
        &self,
        step: impl FnMut(&mut Tx<'_>) -> operations::Result<T> + Send + 'static,
    ) -> T {
        self.store.write(step).await.expect("the step works")
    }
}

/// Somebody elsewhere with this id, whose key is this one.
pub fn stranger(uri: &str, key: &PrivateKey) -> RemoteProfile {
    let parsed = url::Url::parse(uri).expect("a URL");
    let (host, username) = (parsed.host_str().expect("a host"), uri.rsplit('/').next().expect("a name"));
    RemoteProfile {
        followers: Some(format!("{uri}/followers")),
        discoverable: true,
        keys: vec![RemoteKey {
            uri: format!("{uri}#main-key"),
            algorithm: Algorithm::Rsa,
            public_key: key.public().to_pem(),
        }],
        ..RemoteProfile::bare(uri, username, host)
    }
}

/// Makes somebody elsewhere known.
///
/// # Errors
/// The store's.
pub fn meet(tx: &mut Tx<'_>, profile: &RemoteProfile) -> operations::Result<ActorId> {
    Ok(actor::upsert_remote(tx, profile, Timestamp::now())?.0)
}

/// One follows the other.
///
/// # Errors
/// The store's.
pub fn let_follow(tx: &mut Tx<'_>, follower: ActorId, target: ActorId, uri: Option<&str>) -> operations::Result<()> {
    let new = NewFollow { follower, target, uri, state: FollowState::Accepted };
    follow::save(tx, new, Timestamp::now())?;
    Ok(())
}
