//! The story: three spaces find each other, and their people talk, trade and sleep at different hours.

mod board;
mod desk;
mod neighbours;
mod newcomer;
mod night;
mod soup;
mod whisper;

use super::ledger::Chapter;
use super::scene::Scene;

/// Everything that the story is to bring.
pub(super) const CHAPTERS: [Chapter; 7] = [
    Chapter {
        title: "Three spaces become neighbours",
        facts: &[
            "harbor-asks-loft",
            "loft-accepts-harbor",
            "loft-asks-harbor",
            "harbor-accepts-loft",
            "harbor-asks-garden",
            "garden-accepts-harbor",
            "garden-asks-harbor",
            "harbor-accepts-garden",
        ],
    },
    Chapter {
        title: "Noor packs her bag",
        facts: &[
            "person-found-by-handle",
            "member-follows-space",
            "space-accepts-by-itself",
            "request-waits-for-approval",
            "request-notifies",
            "approval-comes-home",
            "approval-notifies",
            "priya-follows-ben",
            "yuki-follows-ana",
            "ana-follows-yuki",
        ],
    },
    Chapter {
        title: "Soup on Thursday",
        facts: &[
            "post-in-home",
            "reply-notifies",
            "mention-notifies",
            "like-counted",
            "announce-counted",
            "announce-carries-post",
            "post-found-by-address",
            "edit-arrives",
            "mistake-in-home",
            "deletion-arrives",
        ],
    },
    Chapter {
        title: "Between two people",
        facts: &["message-arrives", "message-notifies", "news-in-home", "message-stays-private"],
    },
    Chapter {
        title: "The board",
        facts: &["offer-on-board", "request-on-board", "answer-arrives", "answer-notifies", "offer-settled"],
    },
    Chapter {
        title: "A room in Tallinn",
        facts: &[
            "booking-arrives",
            "booking-held-at-home",
            "booking-confirmed-at-home",
            "clash-refused-with-times",
            "second-room-confirmed",
            "booking-taken-back",
            "arrival-at-the-door",
            "check-in-comes-home",
            "leave-taken",
        ],
    },
    Chapter {
        title: "Kyoto sleeps",
        facts: &["speaks-again", "missed-post-arrives", "missed-answer-arrives", "message-stays-private-for-ever"],
    },
];

/// Tells it from the beginning to the end.
pub(super) async fn play(scene: &mut Scene<'_>) {
    let [first, second, third, fourth, fifth, sixth, seventh] = &CHAPTERS;
    scene.begin(1, first);
    let told = neighbours::play(scene).await;
    scene.end(told);
    scene.begin(2, second);
    let told = newcomer::play(scene).await;
    scene.end(told);
    scene.begin(3, third);
    let told = soup::play(scene).await;
    scene.end(told);
    scene.begin(4, fourth);
    let told = whisper::play(scene).await;
    let secret = scene.end(told);
    scene.begin(5, fifth);
    let told = board::play(scene).await;
    let sought = scene.end(told);
    scene.begin(6, sixth);
    let told = desk::play(scene).await;
    scene.end(told);
    scene.begin(7, seventh);
    let told = night::play(scene, secret, sought).await;
    scene.end(told);
}
