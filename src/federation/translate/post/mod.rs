//! Posts: between what is kept of one and the `Note` (or what else peers send) on the wire.

mod offer;
mod received;
mod sent;

pub use received::{Readers, addressees, is_open, received, visibility};
pub use sent::{Counts, Surroundings, addressing, note};

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use serde_json::json;

    use super::*;
    use crate::activitypub::activity::Audience;
    use crate::activitypub::json::PUBLIC;
    use crate::activitypub::object::ReceivedObject;
    use crate::coworking::id::{ActorId, PostId};
    use crate::coworking::post::{Attachment, Visibility};
    use crate::site::Site;
    use crate::store::post::{Mention, Post};

    pub(super) const ANA: &str = "https://harbor.example/members/ana";
    const FOLLOWERS: &str = "https://harbor.example/members/ana/followers";
    const BO: &str = "https://quay.example/users/bo";

    pub(super) fn harbor() -> Site {
        Site::new(&"https://harbor.example".parse().unwrap()).unwrap()
    }

    pub(super) fn around() -> Surroundings {
        Surroundings {
            author: ANA.into(),
            followers: FOLLOWERS.into(),
            recipients: vec![BO.into()],
            zone: TimeZone::get("Europe/Amsterdam").unwrap(),
            counts: None,
        }
    }

    pub(super) fn post(visibility: Visibility) -> Post {
        Post {
            id: PostId(7),
            uri: "https://harbor.example/posts/7".into(),
            author: ActorId(1),
            local: true,
            space: None,
            visibility,
            name: None,
            summary: Some("ropes & knots".into()),
            sensitive: true,
            content: "<p>hi <a href=\"https://quay.example/@bo\" rel=\"nofollow noopener noreferrer\">@bo</a></p>"
                .into(),
            source: Some("hi @bo@quay.example".into()),
            language: Some("en".into()),
            url: None,
            in_reply_to: Some(PostId(6)),
            in_reply_to_uri: Some("https://quay.example/notes/6".into()),
            context: Some("https://quay.example/contexts/1".into()),
            attachments: vec![Attachment {
                url: "https://media.harbor.example/k.png".into(),
                media_type: Some("image/png".into()),
                name: Some("A knot".into()),
                width: Some(640),
                height: Some(480),
            }],
            tags: vec!["tea".into()],
            mentions: vec![Mention { href: BO.into(), name: "@bo@quay.example".into() }],
            published: "2026-12-01T09:00:00Z".parse().unwrap(),
            updated: Some("2026-12-01T10:00:00Z".parse().unwrap()),
            deleted_at: None,
            offer: None,
        }
    }

    #[test]
    fn nobody_is_addressed_who_may_not_read() {
        let named = ["https://quay.example/users/bo", "https://pier.example/users/cy"].map(str::to_owned);
        for recipients in [&named[..0], &named[..1], &named[..]] {
            let [first, second, third, fourth] =
                [Visibility::Public, Visibility::Unlisted, Visibility::Followers, Visibility::Direct]
                    .map(|visibility| addressing(visibility, FOLLOWERS, recipients).unwrap());
            let with = |mut list: Vec<String>| {
                list.extend(recipients.iter().cloned());
                list
            };
            assert_eq!((first.to, first.cc), (vec![PUBLIC.to_owned()], with(vec![FOLLOWERS.into()])));
            assert_eq!((second.to, second.cc), (with(vec![FOLLOWERS.into()]), vec![PUBLIC.to_owned()]));
            assert_eq!((third.to, third.cc), (with(vec![FOLLOWERS.into()]), vec![]));
            assert_eq!((fourth.to, fourth.cc), (recipients.to_vec(), vec![]));
            assert_eq!(addressing(Visibility::Members, FOLLOWERS, recipients), None);
        }
    }

    #[test]
    fn what_is_not_ours_to_say_or_gone_is_no_note() {
        let open = post(Visibility::Public);
        for silent in [
            Post { local: false, ..open.clone() },
            Post { deleted_at: Some(Timestamp::UNIX_EPOCH), ..open.clone() },
            post(Visibility::Members),
        ] {
            assert_eq!(note(&harbor(), &silent, &around()), None);
        }
        let counted = Surroundings { counts: Some(Counts { likes: 3, shares: 2 }), ..around() };
        let told = |visibility| note(&harbor(), &post(visibility), &counted).unwrap().document();
        assert_eq!(told(Visibility::Public)["likes"], json!({"type": "Collection", "totalItems": 3}));
        for key in ["likes", "shares", "replies"] {
            assert_eq!(told(Visibility::Followers).get(key), None, "{key} of what not everybody may read");
        }
    }

    #[test]
    fn a_post_is_read_elsewhere_as_it_was_written_here() {
        for visibility in [Visibility::Public, Visibility::Unlisted, Visibility::Followers, Visibility::Direct] {
            let ours = post(visibility);
            let document = note(&harbor(), &ours, &around()).unwrap().document();
            let object = ReceivedObject::read(&document).unwrap();
            let seen = super::visibility(&Audience::of(&document), Some(FOLLOWERS));
            let readers = Readers { visibility: seen, recipients: vec![ActorId(2)] };
            let read = received(&object, &document, ActorId(1), readers, "2026-12-02T00:00:00Z".parse().unwrap());
            assert_eq!(read.visibility, visibility);
            assert_eq!((&read.uri, read.author), (&ours.uri, ours.author));
            assert_eq!((read.in_reply_to, read.context), (ours.in_reply_to_uri, ours.context));
            assert_eq!((read.published, read.updated), (ours.published, ours.updated));
            let said = read.content;
            assert_eq!((said.content, said.summary, said.sensitive), (ours.content, ours.summary, ours.sensitive));
            assert_eq!((said.language, said.tags), (ours.language, ours.tags));
            assert_eq!((said.attachments, said.mentions), (ours.attachments, ours.mentions));
            assert_eq!(addressees(&object, |_| false).map(|id| id.as_str()).collect::<Vec<_>>()[0], BO);
        }
    }
}
