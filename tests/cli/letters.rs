//! Letters and webhooks as their keeper meets them: a member's address is asked for, and programs are told.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Server, done, refused, set_up};

/// The first letter, as soon as there is one.
fn letter(folder: &Path) -> String {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let letters = std::fs::read_dir(folder.join("letters")).into_iter().flatten().flatten();
        // What is being written has a name that begins with a dot.
        let mut finished = letters.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
        match finished.next() {
            Some(entry) => return std::fs::read_to_string(entry.path()).unwrap().replace("=\r\n", ""),
            None => assert!(Instant::now() < until, "no letter came"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_member_gets_letters_after_they_said_so_and_no_secret_is_logged() {
    let home = TempDir::new().unwrap();
    let folder = home.path();
    std::fs::write(
        folder.join("thirdspace.toml"),
        "mail_from = \"Harbor <desk@harbor.example>\"\nmail_folder = \"letters\"\n",
    )
    .unwrap();
    set_up(folder);
    done(folder, &["member", "add", "ben"]);
    assert_eq!(done(folder, &["member", "edit", "ben"])["mail"], Value::Null);
    assert_eq!(refused(folder, &["member", "edit", "ben", "--mail", "ben"]).0, 1);
    let log = folder.join("log");
    let server = Server::logging(folder, "trace", Stdio::from(std::fs::File::create(&log).unwrap()));
    let mail = done(folder, &["member", "edit", "ben", "--mail", "ben@mail.example"])["mail"].clone();
    assert_eq!(mail, json!({"address": "ben@mail.example", "confirmed": false, "bookings": true}));
    let letter = letter(folder);
    let path = letter.split("harbor.localhost:4444").find(|part| part.starts_with("/mail/confirm/")).unwrap();
    let path = path.split_whitespace().next().unwrap();
    let page = server.get(path);
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("ben@mail.example"), "{page}");
    assert_eq!(done(folder, &["member", "edit", "ben"])["mail"]["confirmed"], false, "to look confirms nothing");
    assert_eq!(done(folder, &["mail", "list"])["items"][0]["kind"], "confirm");
    let known = ["member", "edit", "ben", "--mail", "ben@mail.example", "--confirmed", "--booking-mail", "false"];
    let mail = done(folder, &known)["mail"].clone();
    assert_eq!((&mail["confirmed"], &mail["bookings"]), (&json!(true), &json!(false)));

    let refuses = |url: &str| refused(folder, &["webhook", "add", url, "--event", "checkin.opened"]).0;
    assert_eq!((refuses("office.example"), refuses("http://10.0.0.1/")), (1, 1));
    let made = done(folder, &["webhook", "add", "http://127.0.0.1:9/hook"]);
    let id = made["id"].as_str().unwrap();
    let listed = done(folder, &["webhook", "list"])["items"].clone();
    assert_eq!((listed[0]["events"].as_array().unwrap().len(), listed[0]["id"].as_str()), (11, Some(id)));
    done(folder, &["webhook", "test", id]);
    let until = Instant::now() + Duration::from_secs(60);
    while done(folder, &["webhook", "deliveries", id])["items"][0]["attempts"] == 0 {
        assert!(Instant::now() < until, "nobody tried");
        std::thread::sleep(Duration::from_millis(100));
    }
    done(folder, &["webhook", "remove", id]);
    assert_eq!(refused(folder, &["webhook", "test", id]).0, 1);
    server.end("-TERM");
    let log = std::fs::read_to_string(log).unwrap();
    for secret in [path.rsplit('/').next().unwrap(), made["secret"].as_str().unwrap(), "ben@mail.example"] {
        assert!(!log.contains(secret), "{secret} is logged");
    }
}
