//! Talking across nodes: who hears what, and what is taken back is gone everywhere.

use jiff::SignedDuration;

use crate::town::Town;

#[tokio::test]
async fn a_post_is_answered_liked_announced_and_all_of_it_taken_back() {
    let town = Town::open(&["harbor.test", "loft.test", "quay.test"]).await;
    let [ana, ben, cleo] = town.members(["ana@harbor.test", "ben@loft.test", "cleo@quay.test"]).await;
    town.acquaint(&ben, &ana).await;
    town.acquaint(&cleo, &ben).await;
    let post = ana.posts("soup on *Friday*").await;
    town.settle().await;
    assert_eq!(ben.home().await, ["soup on Friday"]);
    assert!(cleo.home().await.is_empty(), "Cleo does not follow Ana");

    ben.likes(&post).await;
    ben.announces(&post).await;
    let answer = ben.replies(&post, "what soup?").await;
    town.settle().await;
    assert_eq!(ana.counts(&post).await, (1, 1, 1));
    assert_eq!(ana.told().await, ["like by @ben@loft.test", "announce by @ben@loft.test", "reply by @ben@loft.test"]);
    assert_eq!(ana.reads(&answer).await.unwrap(), "what soup?");
    assert_eq!(cleo.home().await, ["soup on Friday (by way of @ben@loft.test)"], "an answer to Ana is not for her");

    let last = ana.replies(&answer, "lentils").await;
    town.settle().await;
    assert!(ben.told().await.contains(&"reply by @ana@harbor.test".to_owned()));
    assert!(ben.reads(&last).await.is_some());

    ben.unlikes(&post).await;
    ben.unannounces(&post).await;
    town.settle().await;
    assert_eq!(ana.counts(&post).await, (0, 0, 1));
    assert!(!cleo.home().await.iter().any(|line| line.contains("by way of")), "{:?}", cleo.home().await);
    assert!(!ana.told().await.iter().any(|line| line.starts_with("like") || line.starts_with("announce")));

    ben.deletes(&answer).await;
    town.settle().await;
    assert_eq!(ana.counts(&post).await, (0, 0, 0));
    assert!(ana.sees(&answer).await.is_none() && cleo.sees(&answer).await.is_none());
    assert_eq!(town.node("loft.test").shows(&answer).await.0, 410);
}

#[tokio::test]
async fn who_is_mentioned_hears_of_it_without_following_and_of_later_changes() {
    let town = Town::open(&["harbor.test", "loft.test", "quay.test"]).await;
    let [ana, ben, cleo] = town.members(["ana@harbor.test", "ben@loft.test", "cleo@quay.test"]).await;
    let post = ana.posts("does @ben@loft.test know about drills?").await;
    town.settle().await;
    assert_eq!(ben.told().await, ["mention by @ana@harbor.test"]);
    assert!(ben.home().await.is_empty(), "told, not followed");
    assert!(cleo.told().await.is_empty());

    // Within a second, and both on their way together.
    town.wait(SignedDuration::from_millis(300)).await;
    ana.edits(&post, "do you, @ben@loft.test?").await;
    town.wait(SignedDuration::from_millis(300)).await;
    ana.edits(&post, "do @ben@loft.test or @cleo@quay.test know about drills?").await;
    town.settle().await;
    assert_eq!(cleo.told().await, ["mention by @ana@harbor.test"], "who is named now and was not before");
    assert_eq!(ben.told().await.len(), 1, "once is enough");
    for who in [&ben, &cleo] {
        let seen = who.sees(&post).await.unwrap();
        assert!(seen.post.content.contains("cleo") && seen.post.updated.is_some(), "{}", seen.post.content);
    }

    ana.deletes(&post).await;
    town.settle().await;
    for who in [&ben, &cleo] {
        assert!(who.sees(&post).await.is_none() && who.told().await.is_empty());
    }
}

#[tokio::test]
async fn a_direct_message_reaches_whom_it_names_and_nobody_else() {
    let town = Town::open(&["harbor.test", "loft.test", "quay.test"]).await;
    let [ana, ben, ben_s_neighbour, cleo] =
        town.members(["ana@harbor.test", "ben@loft.test", "nina@loft.test", "cleo@quay.test"]).await;
    town.acquaint(&ben_s_neighbour, &ana).await;
    town.acquaint(&cleo, &ana).await;
    let secret = ana.tells("direct", "@ben@loft.test the key is under the mat").await;
    town.settle().await;
    assert_eq!(ben.messages().await.len(), 1);
    assert_eq!(ben.told().await, ["direct by @ana@harbor.test"]);
    let answer = ben.replies(&secret, "found it").await;
    town.settle().await;
    assert_eq!(ana.messages().await.len(), 2);
    for who in [&ben_s_neighbour, &cleo] {
        assert!(who.messages().await.is_empty() && who.home().await.is_empty());
        assert!(who.sees(&secret).await.is_none() && who.sees(&answer).await.is_none());
    }
    for (host, address) in [("harbor.test", &secret), ("loft.test", &answer)] {
        assert_eq!(town.node(host).shows(address).await.0, 404, "{address}");
    }
    let to_quay = |inbox: &str| inbox.starts_with("http://quay.test");
    let sent = town.node("harbor.test").deliveries().await;
    assert_eq!(sent.iter().filter(|line| to_quay(&line.inbox)).count(), 1, "its Accept");
    let inboxes: Vec<_> =
        sent.iter().filter(|line| line.kind.as_deref() == Some("Create")).map(|line| line.inbox.as_str()).collect();
    assert_eq!(inboxes, ["http://loft.test/members/ben/inbox"], "to his own inbox");
}

#[tokio::test]
async fn what_is_for_followers_goes_to_them_and_what_is_for_members_stays() {
    let town = Town::open(&["harbor.test", "loft.test", "quay.test"]).await;
    let [ana, nina, ben, cleo] =
        town.members(["ana@harbor.test", "nina@harbor.test", "ben@loft.test", "cleo@quay.test"]).await;
    town.acquaint(&ben, &ana).await;
    let (harbor, loft) = (town.node("harbor.test"), town.node("loft.test"));
    let for_followers = ana.tells("followers", "the sauna is on").await;
    let for_members = ana.tells("members", "the code is 4711, @ben@loft.test").await;
    let for_all = ana.posts("hello").await;
    town.settle().await;
    assert_eq!(ben.home().await, ["hello", "the sauna is on"]);
    assert!(ben.sees(&for_members).await.is_none());
    assert!(nina.sees(&for_members).await.is_some() && nina.sees(&for_followers).await.is_none());
    let creates = harbor.said().await.into_iter().filter(|(activity, _)| activity["type"] == "Create").count();
    assert_eq!(creates, 2);

    assert_eq!(harbor.shows(&for_all).await.0, 200);
    for (address, whose) in [(&for_followers, "followers"), (&for_members, "members")] {
        assert_eq!(harbor.shows(address).await.0, 404, "an unsigned question for what is for {whose}");
        assert!(cleo.tries_to_find(address).await.is_err());
    }
    let (_, outbox) = harbor.shows(&format!("{}/outbox?page=true", ana.uri())).await;
    assert!(!outbox.to_string().contains("sauna") && !outbox.to_string().contains("4711"), "{outbox}");

    // Ben's node may read what Ben may, and passes it on to nobody.
    assert_eq!(ben.asks(harbor, &for_followers).await.0, 200);
    assert_eq!(cleo.asks(harbor, &for_followers).await.0, 404);
    assert_eq!(loft.shows(&for_followers.replace("harbor", "loft")).await.0, 404);
}
