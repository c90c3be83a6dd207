//! What a space has, from the command line: brought in, changed, booked, and used.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{done, refused, run, set_up};

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// What the command says to people.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A node with Ana, who keeps it, Ben and a house that never closes.
fn house() -> TempDir {
    let home = TempDir::new().unwrap();
    set_up(home.path());
    done(home.path(), &["member", "add", "ben"]);
    done(home.path(), &["space", "edit", "--open", "daily 00:00-24:00"]);
    home
}

/// A time of a day that is not far ahead.
fn at(time: &str) -> String {
    let then = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(9 * 24);
    let day = then.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    format!("{day}T{time}")
}

#[test]
fn an_inventory_is_printed_brought_in_changed_as_a_table_and_written_down() {
    let home = house();
    let folder = home.path();
    // Nothing has to be there for that.
    let template = std::process::Command::new(env!("CARGO_BIN_EXE_thirdspace"))
        .args(["resource", "template", "large"])
        .env_clear()
        .current_dir(TempDir::new().unwrap().path())
        .output()
        .unwrap();
    let template = String::from_utf8(template.stdout).unwrap();
    std::fs::write(folder.join("large.json"), &template).unwrap();
    let first = done(folder, &["resource", "import", "large.json"]);
    let many = serde_json::from_str::<Value>(&template).unwrap().as_array().unwrap().len();
    assert_eq!((first["added"].as_array().unwrap().len(), &first["hit"]), (many, &json!([])));
    assert_eq!(said(folder, &["resource", "import", "large.json"]), format!("0 added, 0 changed, {many} as before.\n"));

    let table = said(folder, &["resource", "export", "--csv"]);
    assert!(table.starts_with("kind,name,units,seats,ready_minutes,clear_minutes,amenities,description\n"), "{table}");
    let changed =
        table.replace("hot_desk,Quiet desks,40", "hot_desk,Quiet desks,44") + "phone_booth,Tiny,1,1,,,\"\",\n";
    std::fs::write(folder.join("house.csv"), &changed).unwrap();
    assert_eq!(
        said(folder, &["resource", "import", "house.csv", "--space", "harbor"]),
        format!("1 added, 1 changed, {} as before.\n", many - 1)
    );
    std::fs::write(folder.join("wrong.csv"), "kind,name,units\ndesk,Another,1\ndesk,Quiet desks,many\n").unwrap();
    let (number, words) = refused(folder, &["resource", "import", "wrong.csv"]);
    assert_eq!(
        (number, words.contains("line 3: units is \"many\", but it must be a whole number")),
        (1, true),
        "{words}"
    );
    assert_eq!(refused(folder, &["resource", "show", "Another"]).0, 1, "all of it or nothing");
    assert_eq!(refused(folder, &["resource", "import", "nowhere.csv"]).0, 2);
    let (number, words) = refused(folder, &["resource", "import", "--as", "ben", "house.csv"]);
    assert_eq!((number, words.contains("only an administrator may")), (1, true), "{words}");

    let shown = said(folder, &["resource", "show", "quiet desks"]);
    assert!(
        shown.contains("44 of it, each for one person") && shown.contains("For resident: from 30 minutes"),
        "{shown}"
    );
    let whole = done(folder, &["resource", "show", "Whole hall"]);
    assert_eq!(whole["parts"].as_array().unwrap().len(), 2);
    let (number, words) = refused(folder, &["resource", "retire", "Hall north"]);
    assert_eq!((number, words.contains("a part of another one")), (1, true), "{words}");
    let page = done(folder, &["resource", "list", "--limit", "2"]);
    assert_eq!(page["items"][0]["name"], "Tiny");
    assert!(page["next"].is_string());

    let cosy =
        ["resource", "edit", "Tiny", "--name", "Cosy", "--amenities", "lamp,plant", "--hours", "mon-fri 08:00-20:00"];
    let edited = done(folder, &cosy);
    assert_eq!(
        (&edited["resource"]["amenities"], &edited["resource"]["units"]),
        (&json!(["lamp", "plant"]), &json!(1))
    );
    assert_eq!(edited["resource"]["hours"]["friday"], json!(["08:00-20:00"]));
    done(folder, &["resource", "retire", text(&edited["resource"]["id"])]);
    assert_eq!(refused(folder, &["resource", "show", "Cosy"]).0, 1);

    let place = ["space", "edit", "harbor", "--locality", "Utrecht", "--country", "nl", "--coordinates", "-52.09,5.12"];
    let place = done(folder, &place)["place"].clone();
    assert_eq!((&place["address"]["country"], &place["coordinates"]["latitude"]), (&json!("NL"), &json!(-52.09)));
    assert_eq!(place["opening_hours"]["sunday"], json!(["00:00-24:00"]), "what is not named stays");
    let (number, words) = refused(folder, &["space", "edit", "--open", "weekdays"]);
    assert_eq!((number, words.contains("mon-fri 09:00-18:00; sat 10:00-14:00")), (1, true), "{words}");
}

#[test]
fn a_room_is_booked_seen_moved_and_given_back() {
    let home = house();
    let folder = home.path();
    let attic = done(folder, &["resource", "add", "Attic", "--kind", "meeting_room", "--seats", "8", "--clear", "15"]);
    let (ten, noon) = (at("10:00"), at("12:00"));
    let book = ["book", "attic", &ten, "11:30", "--as", "ben", "--people", "4", "--hold"];
    let held = done(folder, &book);
    assert_eq!((&held["state"], &held["requester"]["username"]), (&json!("held"), &json!("ben")));
    let number = text(&held["id"]);
    let words = said(folder, &["bookings", "confirm", number, "--as", "ben"]);
    assert!(words.starts_with(&format!("Attic: {} to 11:30 (Europe/Vienna)\n", ten.replace('T', " "))), "{words}");
    assert!(words.contains("For @ben@harbor.localhost:4444; confirmed."), "{words}");

    let output = run(folder, &["book", text(&attic["id"]), &ten, "11:00", "--as", "ana", "--json"]);
    let problem: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &problem["type"]), (Some(1), &json!("/problems/unbookable")));
    assert_eq!((&problem["broken"][0]["rule"], &problem["timezone"]), (&json!("capacity"), &json!("Europe/Vienna")));
    assert!(text(&problem["alternatives"][0]["start"]).starts_with(&ten[..10]), "{problem}");

    let chart = said(folder, &["free", "Attic", "--day", &ten[..10]]);
    let lines: Vec<&str> = chart.lines().collect();
    assert!(lines[0].starts_with("Attic, ") && lines[0].ends_with("(Europe/Vienna)"), "{chart}");
    // It is cleared for a quarter of an hour after each, so also before this one.
    for line in ["09:00  .  free", "09:30  #  taken", "10:00  #  taken", "11:30  #  taken", "12:00  .  free"] {
        assert!(lines.contains(&line), "{line}: {chart}");
    }
    let moved = done(folder, &["bookings", "move", number, "14:00", "15:00", "--as", "ben"]);
    assert!(text(&moved["start"]).starts_with(&at("14:00")), "an hour without a date is of the day that it was");
    let moved = done(folder, &["bookings", "move", number, &noon, "13:00", "--as", "ben"]);
    assert_eq!((&moved["id"], &moved["people"]), (&held["id"], &json!(4)));
    assert!(text(&moved["start"]).starts_with(&noon));
    let ours = ["bookings", "list", "--as", "ben"];
    assert_eq!(done(folder, &ours)["items"], json!([moved]));
    let there = said(folder, &["bookings", "list", "--space", "harbor"]);
    assert!(there.starts_with("NUMBER") && there.contains("@ben@harbor.localhost:4444  confirmed"), "{there}");
    let (code, words) = refused(folder, &["bookings", "list", "--space", "harbor", "--as", "ben"]);
    assert_eq!((code, words.contains("only a host or an administrator may")), (1, true), "{words}");
    done(folder, &["member", "add", "cleo"]);
    assert_eq!(refused(folder, &["bookings", "show", number, "--as", "cleo"]).0, 1, "it is nobody else's to know");

    let (code, words) = refused(folder, &["bookings", "cancel", number]);
    assert_eq!((code, words.contains("words is empty")), (1, true), "the space says why: {words}");
    let cancelled = done(folder, &["bookings", "cancel", number, "--words", "The roof leaks"]);
    assert_eq!((&cancelled["cancelled_by"], &cancelled["words"]), (&json!("host"), &json!("The roof leaks")));
}

#[test]
fn those_who_work_there_answer_and_see_who_comes() {
    let home = house();
    let folder = home.path();
    done(folder, &["resource", "add", "Hall", "--kind", "event_room", "--seats", "80"]);
    done(folder, &["resource", "add", "Desks", "--kind", "hot_desk", "--units", "3"]);
    let (evening, late) = (at("18:00"), at("20:00"));
    let first = done(folder, &["book", "Hall", &evening, "19:00", "--as", "ben", "--note", "A talk"]);
    let second = done(folder, &["book", "Hall", &late, "21:00", "--as", "ben"]);
    assert_eq!(done(folder, &["bookings", "list", "--waiting"])["items"], json!([first, second]));
    assert_eq!(done(folder, &["bookings", "approve", text(&first["id"])])["state"], "confirmed");
    let declined = done(folder, &["bookings", "decline", text(&second["id"]), "We sleep then"]);
    assert_eq!((&declined["state"], &declined["words"]), (&json!("refused"), &json!("We sleep then")));
    assert_eq!(refused(folder, &["bookings", "approve", text(&first["id"]), "--as", "ben"]).0, 1);

    let here = done(folder, &["checkin", "--resource", "Desks", "--as", "ben", "--minutes", "90"]);
    assert_eq!(here["state"], "checked_in");
    assert_eq!(here["unit"], 1, "the place is theirs as long as they sit there");
    let (code, words) = refused(folder, &["checkin", text(&first["id"])]);
    assert_eq!((code, words.contains("check in from ")), (1, true), "{words}");
    assert!(said(folder, &["free", "Desks"]).contains("#..  2 of 3 free"));
    assert_eq!(done(folder, &["checkout", text(&here["id"])])["state"], "completed");
    let guest = done(folder, &["book", "Desks", &evening, "19:00", "--as", "ana", "--guest", "Mr Smit"]);
    assert_eq!((&guest["guest"], &guest["audience"]), (&json!("Mr Smit"), &json!("staff")));
    let other = done(folder, &["book", "Desks", &evening, "19:00", "--as", "ana", "--for", "ben"]);
    assert_eq!((&other["requester"]["username"], &other["booked_by"]["username"]), (&json!("ben"), &json!("ana")));
    assert_eq!(refused(folder, &["checkin"]).0, 2);
    // What cannot be done with what was typed is said, and not left out.
    let both = ["book", "Hall", &evening, "19:00", "--as", "ben", "--every", "week", "--times", "2", "--wait"];
    assert_eq!(refused(folder, &both).0, 2);
    assert_eq!(refused(folder, &["checkin", text(&guest["id"]), "--code", "1-a"]).0, 2);
    assert_eq!(refused(folder, &["space", "hospitality", "--clear", "--days", "3"]).0, 2);
}

#[test]
fn i30_somebody_waits_for_a_room_and_gets_it() {
    let home = house();
    let folder = home.path();
    done(folder, &["resource", "add", "Attic", "--kind", "meeting_room"]);
    done(folder, &["member", "add", "cleo"]);
    done(folder, &["member", "add", "dora"]);
    let ten = at("10:00");
    let booked = done(folder, &["book", "Attic", &ten, "11:00", "--as", "ben", "--wait"]);
    assert_eq!(booked["state"], "confirmed", "it was free");
    let words = said(folder, &["book", "Attic", &ten, "11:00", "--as", "cleo", "--wait"]);
    assert!(words.starts_with("Attic: 60 minutes from ") && words.contains("place 1 in line"), "{words}");
    let (code, words) =
        refused(folder, &["waitlist", "join", "Attic", &ten, "12:00", "--minutes", "60", "--as", "ana"]);
    assert_eq!((code, words.contains("book it; only what others have can be waited for")), (1, true), "{words}");
    let second = done(folder, &["waitlist", "join", "Attic", &ten, "11:00", "--as", "ana", "--for", "dora"]);
    assert_eq!((&second["place"], &second["requester"]["username"]), (&json!(2), &json!("dora")));
    let line = said(folder, &["waitlist", "list", "--space", "harbor"]);
    assert!(line.contains("@cleo@harbor.localhost:4444  place 1 in line"), "{line}");
    let own = done(folder, &["waitlist", "list", "--as", "dora"]);
    assert_eq!(own["items"], json!([second]));
    let left = done(folder, &["waitlist", "leave", text(&second["id"]), "--words", "You have it already"]);
    assert_eq!((&left["state"], &left["words"]), (&json!("removed"), &json!("You have it already")));

    // No job runs beside a command; whoever books first serves those who wait.
    done(folder, &["bookings", "cancel", text(&booked["id"]), "--as", "ben"]);
    assert_eq!(refused(folder, &["book", "Attic", &ten, "11:00", "--as", "ben"]).0, 1);
    done(folder, &["book", "Attic", &ten, "11:00", "--as", "cleo"]);
    assert_eq!(done(folder, &["waitlist", "list", "--as", "cleo"])["items"][0]["state"], "left");
}
