//! What letters say, in plain text.

use jiff::Timestamp;

use crate::coworking::id::MailId;
use crate::coworking::news::Kind;
use crate::mail;
use crate::operations::mail::{About, Letter};
use crate::site::Site;
use crate::web::calendar;

/// A letter of a node that people call `node`.
pub(super) fn write(site: &Site, node: &str, id: MailId, letter: &Letter, now: Timestamp) -> mail::Letter {
    let (subject, told, calendar) = match &letter.about {
        About::Confirm(secret) => return confirm(site, node, id, letter, secret, now),
        About::Booking(kind, subject, entry) => {
            let number = match kind {
                Kind::Requested => format!("\n\nIts number is {}.", entry.booking.id),
                _ => String::new(),
            };
            let takes_a_file = matches!(kind, Kind::Confirmed | Kind::Moved | Kind::Cancelled);
            let calendar = takes_a_file.then(|| calendar::one(site, entry));
            (subject.headline(*kind), subject.sentence(*kind) + &number, calendar)
        }
        About::Stay(kind, subject, stay) => {
            let takes_a_file = matches!(kind, Kind::StayConfirmed | Kind::StayCancelled);
            let calendar = takes_a_file.then(|| calendar::one_stay(site, stay));
            (subject.headline(*kind), subject.sentence(*kind), calendar)
        }
        About::Webhook => {
            let told = "A program that is told of bookings has taken nothing for three days, or says that it is gone. It is \
                        told nothing any more.\n\nSee `thirdspace webhook list`.";
            (format!("A webhook of {node} was switched off"), told.to_owned(), None)
        }
    };
    let stop = site.stop_mail(&letter.stop_key);
    let text = format!(
        "Hello {},\n\n{told}\n\n-- \n{node}, {}\nTo get no more letters about bookings, open {stop}\n",
        letter.name,
        site.origin()
    );
    mail::Letter { stop: Some(stop), calendar, ..plain(id, letter, now, subject, text) }
}

/// It goes to an address that may be somebody else's, who is to learn as little as possible.
fn confirm(site: &Site, node: &str, id: MailId, letter: &Letter, secret: &str, now: Timestamp) -> mail::Letter {
    let text = format!(
        "Hello,\n\n{} at {node} ({}) wants letters about bookings to come here.\n\nIf that is you, open this address and say so \
         within three days:\n\n{}\n\nIf it is not, do nothing: nothing else will come.\n",
        letter.username,
        site.origin(),
        site.confirm_mail(secret)
    );
    mail::Letter { name: String::new(), ..plain(id, letter, now, format!("Is this your address? {node} asks"), text) }
}

fn plain(id: MailId, letter: &Letter, date: Timestamp, subject: String, text: String) -> mail::Letter {
    mail::Letter {
        id: format!("mail-{id}"),
        to: letter.to.clone(),
        name: letter.name.clone(),
        date,
        subject,
        text,
        calendar: None,
        stop: None,
    }
}
