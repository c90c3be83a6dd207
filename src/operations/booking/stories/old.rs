//! Stories of what is kept of bookings, and for how long.

use super::*;
use crate::coworking::news::Kind;
use crate::store::booking as rows;
use crate::store::notification::{self, NotificationKind, Told};
use crate::store::page::Page;

#[test]
fn what_is_old_loses_its_words_and_times_then_its_name_and_stays_counted() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let pool = add(tx, &done, with_rules(desks(5), r#"{"at_once": 9, "release_minutes": 15}"#));
            let noted = |from: &str, to: &str| wish_of(pool, from, to, |input| input.note = Some("The usual".into()));
            let came = ask(tx, ben, &noted("09:00", "10:00"), "08:30")?.id;
            let did_not = ask(tx, ben, &noted("11:00", "12:00"), "08:31")?.id;
            let cancelled = ask(tx, ben, &noted("13:00", "14:00"), "08:32")?.id;
            let ahead = ask(tx, ben, &noted("15:00", "16:00"), "08:33")?.id;
            check_in(tx, acting(ben), came, time("09:05"))?;
            check_out(tx, acting(ben), came, time("09:45"))?;
            cancel(tx, acting(ben), cancelled, None, time("08:34"))?;
            tend(tx, time("12:30"), 100)?;
            appeal(tx, acting(ben), did_not, "I was there", time("12:40"))?;
            let appeals =
                |tx: &mut Tx<'_>| rows::appeals(tx, done.space, Page::default()).map(|slice| slice.items.len());
            assert_eq!(appeals(tx)?, 1);
            let ana = done.admin;
            for booking in [did_not, ahead] {
                let (kind, news) = (Kind::Requested, &*format!("asked {booking}"));
                let told = Told { kind, actor: ben.into(), booking: Some(booking), away: None, news, among: 0 };
                notification::tell(tx, ana.into(), told, time("08:34"))?;
            }
            notification::add(tx, ana.into(), NotificationKind::Follow, ben.into(), None, time("08:34"))?;
            let told =
                |tx: &mut Tx<'_>| notification::list(tx, ana, Page::default()).map(|all| all.items.into_iter().rev());
            let about = |tx: &mut Tx<'_>| told(tx).map(|all| all.map(|line| line.booking).collect::<Vec<_>>());

            // All of them ended before, but what has not been settled is not old.
            assert_eq!(rows::reduce(tx, time("17:00"), 2)?, 2, "a little at a time");
            assert_eq!((rows::reduce(tx, time("17:00"), 2)?, rows::reduce(tx, time("17:00"), 2)?), (1, 0));
            assert_eq!(appeals(tx)?, 0, "words are forgotten, also these");
            for id in [came, did_not, cancelled] {
                let left = rows::by_id(tx, id)?.unwrap();
                assert_eq!((left.note, left.checked_in_at, left.checked_out_at), (None, None, None));
                assert_eq!(left.requester, ben.into());
            }
            assert_eq!(rows::by_id(tx, ahead)?.unwrap().note.as_deref(), Some("The usual"));
            let day = 20_833;
            let one = rows::occupancy(tx, done.space, day, day)?.remove(0);
            assert_eq!((one.bookings, one.visits, one.visit_minutes), (0, 1, 40));

            assert_eq!(rows::forget_old(tx, time("17:00"), 100)?, 3);
            assert_eq!(rows::forget_old(tx, time("17:00"), 100)?, 0);
            assert_eq!(rows::by_id(tx, came)?, None);
            assert_eq!(about(tx)?, [Some(ahead), None], "nobody reads on whose booking it was");
            assert_eq!(notification::tidy(tx, time("08:00"), 100)?, 0);
            assert_eq!(notification::tidy(tx, time("23:00"), 100)?, 1);
            assert_eq!(about(tx)?, [Some(ahead)], "news of a booking is forgotten with it, and not before");
            let left = rows::occupancy(tx, done.space, day, day)?;
            let all = rows::OccupancyDay {
                resource: pool,
                day,
                bookings: 2,
                minutes: 120,
                no_shows: 1,
                visits: 1,
                visit_minutes: 40,
            };
            assert_eq!(left, [all], "what was cancelled was not had");
            assert!(rows::occupancy(tx, done.space, day + 1, day + 9)?.is_empty());
            Ok(())
        })
        .unwrap();
}
