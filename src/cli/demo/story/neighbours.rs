//! Spaces follow each other, which makes them partners.

use super::super::cast::{ANA, MIRA, Person, Place, YUKI};
use super::super::look;
use super::super::scene::Scene;
use crate::cli::answer::Failure;
use crate::operations::speaker::As;
use crate::store::follow::FollowState;

pub(super) async fn play(scene: &mut Scene<'_>) -> Result<(), Failure> {
    follow(scene, &ANA, Place::Loft, ["harbor-asks-loft", "loft-accepts-harbor"]).await?;
    follow(scene, &MIRA, Place::Harbor, ["loft-asks-harbor", "harbor-accepts-loft"]).await?;
    scene.aside("They follow each other now: Harbor and The Loft are partners. Nobody in between was asked.");
    follow(scene, &ANA, Place::Garden, ["harbor-asks-garden", "garden-accepts-harbor"]).await?;
    follow(scene, &YUKI, Place::Harbor, ["garden-asks-harbor", "harbor-accepts-garden"]).await?;
    scene.aside("Garden Works and The Loft do not know each other. Yet.");
    Ok(())
}

/// An administrator has the own space follow another one, which says yes by itself.
async fn follow(scene: &mut Scene<'_>, admin: &Person, to: Place, facts: [&'static str; 2]) -> Result<(), Failure> {
    let from = admin.home;
    let (ours, theirs) = (scene.stage.space_uri(from).to_owned(), scene.stage.space_uri(to).to_owned());
    let (our_name, their_name) = (from.space().name, to.space().name);
    let handle = format!("@{}@{}", to.space().slug, scene.stage.site(to).host());
    scene.tell(from, &format!("{} lets {our_name} follow {handle}.", admin.first_name()), Some(&ours));
    let (admin, space) = (scene.player(admin)?, As::Space(scene.stage.space(from)));
    scene.follow(&admin, space, &handle).await?;
    let follows = || look::follows(&ours, &theirs, FollowState::Accepted);
    let [asked, accepted] = facts;
    scene
        .expect(asked, from.to(to), format!("{their_name} counts {our_name} among its followers"), "follows", follows())
        .await?;
    scene.expect(accepted, to.to(from), format!("{their_name} has said yes"), "follows", follows()).await
}
