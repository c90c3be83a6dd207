//! What members do and read: their first acts, each a command.

use clap::Subcommand;

use super::announce::{Announce, Unannounce};
use super::answer::{Answer, Failure};
use super::block::{Kept, Pair};
use super::like::{Like, Unlike};
use super::notification::Notifications;
use super::offer::Offer;
use super::open::Opened;
use super::post::{Delete, Edit};
use super::profile::Profile;
use super::request::Request;
use super::search::Search;
use super::timeline::{Posts, Timeline};

#[derive(Debug, Subcommand)]
pub(super) enum Act {
    /// Profiles: show anybody's, edit one of yours
    #[command(subcommand)]
    Profile(Profile),
    /// Change what a post says
    Edit(Edit),
    /// Take a post back
    Delete(Delete),
    /// Like a post
    Like(Like),
    /// Take a like back
    Unlike(Unlike),
    /// Pass a post on to your followers, or to a space's
    Announce(Announce),
    /// Take an announce back
    Unannounce(Unannounce),
    /// Those who ask to follow: list, approve, reject
    #[command(subcommand)]
    Request(Request),
    /// Block somebody: neither sees or reaches the other any more
    #[command(after_help = "Example:\n  thirdspace block --as ana @spam@quay.example")]
    Block(Pair),
    /// Take a block back
    #[command(after_help = "Example:\n  thirdspace unblock --as ana @spam@quay.example")]
    Unblock(Pair),
    /// Those whom a member blocks
    #[command(after_help = "Example:\n  thirdspace blocks --as ana")]
    Blocks(Kept),
    /// See nothing of somebody, who does not learn of it
    #[command(after_help = "Example:\n  thirdspace mute --as ana @loud@quay.example")]
    Mute(Pair),
    /// Take a mute back
    #[command(after_help = "Example:\n  thirdspace unmute --as ana @loud@quay.example")]
    Unmute(Pair),
    /// Those whom a member has muted
    #[command(after_help = "Example:\n  thirdspace mutes --as ana")]
    Mutes(Kept),
    /// Offers and requests: make, edit, settle, delete, and the board that lists them
    #[command(subcommand)]
    Offer(Offer),
    /// What there is to read: home, space, network, a word, direct posts
    #[command(subcommand)]
    Timeline(Timeline),
    /// What others did to a member
    Notifications(Notifications),
    /// What somebody said and announced
    Posts(Posts),
    /// Find people and posts, here and elsewhere
    Search(Search),
}

impl Act {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Profile(profile) => profile.run(opened).await,
            Self::Edit(edit) => edit.run(opened).await,
            Self::Delete(delete) => delete.run(opened).await,
            Self::Like(like) => like.run(opened).await,
            Self::Unlike(unlike) => unlike.run(opened).await,
            Self::Announce(announce) => announce.run(opened).await,
            Self::Unannounce(unannounce) => unannounce.run(opened).await,
            Self::Request(request) => request.run(opened).await,
            Self::Block(pair) => pair.block(opened).await,
            Self::Unblock(pair) => pair.unblock(opened).await,
            Self::Blocks(list) => list.blocks(opened).await,
            Self::Mute(pair) => pair.mute(opened).await,
            Self::Unmute(pair) => pair.unmute(opened).await,
            Self::Mutes(list) => list.mutes(opened).await,
            Self::Offer(offer) => offer.run(opened).await,
            Self::Timeline(timeline) => timeline.run(opened).await,
            Self::Notifications(notifications) => notifications.run(opened).await,
            Self::Posts(posts) => posts.run(opened).await,
            Self::Search(search) => search.run(opened).await,
        }
    }
}
