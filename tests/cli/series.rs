//! Bookings that repeat, from the command line.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{done, refused, run, set_up};

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A time so many days ahead.
fn at(days: i64, time: &str) -> String {
    let then = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
    format!("{}T{time}", then.to_zoned_datetime(jiff::tz::TimeZone::UTC).date())
}

#[test]
fn a_room_is_booked_every_day_moved_from_one_on_and_given_back() {
    let home = TempDir::new().unwrap();
    let folder = home.path();
    set_up(folder);
    done(folder, &["member", "add", "ben"]);
    done(folder, &["space", "edit", "--open", "daily 00:00-24:00"]);
    done(folder, &["resource", "add", "Attic", "--kind", "meeting_room", "--seats", "8"]);
    let (first, second, third) = (at(9, "10:00"), at(10, "10:00"), at(11, "10:00"));
    done(folder, &["book", "Attic", &second, "11:00", "--as", "ana"]);

    let every_day = ["book", "Attic", &first, "11:00", "--as", "ben", "--every", "day", "--times", "4"];
    let seen = said(folder, &[&every_day[..], &["--preview"]].concat());
    assert_eq!(
        (seen.lines().count(), seen.matches("cannot be had: it is taken at that time").count()),
        (4, 1),
        "{seen}"
    );
    let (code, words) = refused(folder, &every_day);
    assert_eq!((code, words.contains("1 of 4 cannot be had")), (1, true), "{words}");
    let output = run(folder, &[&every_day[..], &["--json"]].concat());
    let problem: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&problem["type"], problem["clashes"].as_array().unwrap().len()), (&json!("/problems/clashes"), 1));
    let made = done(folder, &[&every_day[..], &["--skip-clashes"]].concat());
    assert_eq!((&made["series"]["summary"], made["left_out"].as_array().unwrap().len()), (&json!({"confirmed": 3}), 1));
    let number = text(&made["series"]["id"]);

    let list = said(folder, &["series", "list", "--as", "ben"]);
    assert!(list.contains(number) && list.contains("FREQ=DAILY;COUNT=4") && list.contains("3 confirmed"), "{list}");
    let shown = said(folder, &["series", "show", number]);
    assert!(shown.contains(&format!("Deleted: {}", second.replace('T', " "))), "{shown}");
    let later = ["series", "move", number, "14:00", "15:30", "--as", "ben", "--scope", "later", "--at", &third];
    let moved = done(folder, &later);
    assert_eq!(moved["changed"].as_array().unwrap().len(), 2);
    assert!(text(&moved["series"]["start"]).starts_with(&at(11, "14:00")), "{moved}");
    assert_eq!(moved["before"]["summary"], json!({"confirmed": 1}));
    let words = said(folder, &["series", "cancel", text(&moved["series"]["id"]), "--as", "ben", "--scope", "all"]);
    assert!(words.contains("2 cancelled"), "{words}");
    assert_eq!(refused(folder, &["series", "approve", number, "--as", "ben"]).0, 1);
    let without = ["book", "Attic", &first, "12:00", "--as", "ben", "--preview"];
    let (code, words) = refused(folder, &without);
    assert_eq!((code, words.contains("are for --repeat and --every")), (2, true), "{words}");
}
