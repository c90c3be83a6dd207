//! Pictures that hosts bring, as everybody sees them.

use serde_json::{Value, json};

use super::{House, Person, text};
use crate::web::tests::Answer;

/// The head of a picture of 40 by 30 pixels, all of it text; `more` makes it another one.
fn picture(more: &str) -> String {
    let part = |name: &str, data: &str| {
        let length: String = u32::try_from(data.len()).unwrap().to_le_bytes().map(char::from).iter().collect();
        format!("{name}{length}{data}")
    };
    let all = part("VP8X", "\0\0\0\0\x27\0\0\x1d\0\0") + &part("EXIF", "GPS 52.1") + &part("ICCP", more);
    format!("RIFF{}\0\0\0WEBP{all}", char::from(u8::try_from(all.len() + 4).unwrap()))
}

impl House {
    async fn sends(&self, who: &Person, method: &str, path: &str, kind: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", who.token);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", kind)];
        let answer = self.open.ask(method, &format!("/api/v1{path}"), &headers, body).await;
        self.described.lock().unwrap().hold(method, path, &Value::Null, &answer);
        answer
    }

    /// Every operation of pictures passes once.
    pub(super) async fn tour_of_photos(&self) {
        let ana = &self.ana;
        let space = text(&self.get(ana, "/spaces").await["items"][0]["id"]);
        let room = json!({"kind": "meeting_room", "name": "Pictured"});
        let room = text(&self.good(ana, "POST", &format!("/spaces/{space}/resources"), room).await["id"]);
        for of in [format!("/resources/{room}"), format!("/spaces/{space}")] {
            let made = self.sends(ana, "POST", &format!("{of}/photos?alt=By+day"), "image/webp", &picture("ab")).await;
            assert_eq!((made.status, &made.json()["alt"]), (201, &json!("By day")), "{}", made.body);
            let url = text(&made.json()["url"]);
            let seen = self.open.get(&url, &[]).await;
            assert_eq!((seen.status, seen.header("content-type")), (200, "image/webp"));
            assert!(seen.header("cache-control").contains("immutable") && !seen.body.contains("GPS"));
            assert_eq!(seen.header("x-content-type-options"), "nosniff");
            assert_eq!(seen.header("content-security-policy"), "default-src 'none'; sandbox");
            let again = self.sends(ana, "POST", &format!("{of}/photos?alt=x"), "image/webp", &picture("ab")).await;
            assert_eq!(again.status, 409, "{}", again.body);
            let name = url.rsplit('/').next().unwrap().to_owned();
            self.good(ana, "DELETE", &format!("{of}/photos/{name}"), Value::Null).await;
            assert_eq!(self.open.get(&url, &[]).await.status, 404, "nothing shows it");
            assert_eq!(self.ask(ana, "DELETE", &format!("{of}/photos/{name}"), Value::Null).await.status, 404);
        }
        let plan = format!("/spaces/{space}/floors/0/picture?alt=The+plan");
        let floor = self.sends(ana, "PUT", &plan, "image/webp", &picture("cd")).await;
        assert_eq!((floor.status, &floor.json()["width"]), (200, &json!(40)), "{}", floor.body);
        assert_eq!(self.get(ana, &format!("/spaces/{space}")).await["place"]["floors"][0], floor.json());
        let far = self.sends(ana, "PUT", &plan.replace("/0/", "/7/"), "image/webp", &picture("cd")).await;
        assert_eq!(far.status, 404);
        // What the plan does not show any more is not there any more.
        let url = text(&floor.json()["picture"]["url"]);
        assert_eq!(self.open.get(&url, &[]).await.status, 200);
        self.good(ana, "PATCH", &format!("/spaces/{space}"), json!({"place": {"floors": []}})).await;
        assert_eq!(self.open.get(&url, &[]).await.status, 404);
        let gone = json!({"place": {"photos": [{"url": url, "alt": "It was"}]}});
        assert_eq!(self.ask(ana, "PATCH", &format!("/spaces/{space}"), gone).await.status, 200, "it is kept for a day");
    }
}

#[tokio::test]
async fn a_picture_is_what_its_bytes_are_and_no_more_than_hosts_may_bring() {
    let house = House::new().await;
    let ana = &house.ana;
    let space = text(&house.get(ana, "/spaces").await["items"][0]["id"]);
    let path = format!("/spaces/{space}/photos?alt=x");
    for (kind, body, status) in [
        ("image/png", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_owned(), 422),
        ("image/svg+xml", "<svg/>".to_owned(), 422),
        ("text/html", picture("ab"), 415),
        ("image/webp", "x".repeat(4 * 1024 * 1024 + 1), 413),
    ] {
        let answer = house.sends(ana, "POST", &path, kind, &body).await;
        assert_eq!(answer.status, status, "{kind}: {}", answer.body);
    }
    let ben = house.newcomer("ben").await;
    assert_eq!(house.sends(&ben, "POST", &path, "image/webp", &picture("ab")).await.status, 403);
    let unnamed = house.sends(ana, "POST", &path.replace("alt=x", "alt="), "image/webp", &picture("ab")).await;
    assert_eq!((unnamed.status, &unnamed.json()["field"]), (422, &json!("alt")));
    let bad = json!({"place": {"photos": [{"url": format!("/media/{}.png", "0".repeat(64)), "alt": "x"}]}});
    assert_eq!(house.ask(ana, "PATCH", &format!("/spaces/{space}"), bad).await.status, 404, "no such picture");
}
