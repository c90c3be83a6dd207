//! Every rule alone, all at once, and that what is named passes.

use proptest::prelude::*;

use super::*;
use crate::coworking::hours::HoursInput;
use crate::coworking::resource::ResourceInput;
use crate::coworking::rules::{KeepFree, Quota, RulesInput};

fn zone() -> Zone {
    Zone::parse("Europe/Amsterdam").unwrap()
}

fn at(text: &str) -> Timestamp {
    zone().read("start", text).unwrap()
}

fn slot(from: &str, to: &str) -> Slot {
    Slot::new(at(from), at(to)).unwrap()
}

fn wish(from: &str, to: &str) -> Wish {
    Wish { slot: slot(from, to), units: 1, unit: None, people: 1 }
}

fn room(units: u32, rules: RulesInput) -> Resource {
    ResourceInput {
        kind: "meeting_room".into(),
        name: "Attic".into(),
        units: Some(units),
        seats: Some(4),
        rules: Some([(Audience::Resident, rules)].into()),
        ..Default::default()
    }
    .parse()
    .unwrap()
}

fn weekdays() -> Hours {
    let day = || vec!["09:00-18:00".to_owned()];
    let week = HoursInput {
        monday: day(),
        tuesday: day(),
        wednesday: day(),
        thursday: day(),
        friday: day(),
        ..HoursInput::default()
    };
    week.parse().unwrap()
}

fn free(pool: u32) -> Vec<Calendar> {
    vec![Calendar { pool, buffers: Buffers::default(), claims: Vec::new(), all: false }]
}

fn taken(pool: u32, slots: &[(&str, &str)]) -> Vec<Calendar> {
    let claim = |(from, to): &(&str, &str)| Claim { slot: slot(from, to), units: 1, chosen: None };
    vec![Calendar { claims: slots.iter().map(claim).collect(), ..free(pool).remove(0) }]
}

struct Case {
    resource: Resource,
    hours: Hours,
    closed: Vec<Closed>,
    calendars: Vec<Calendar>,
    own: Vec<Slot>,
    had: Vec<Slot>,
    audience: Audience,
    visit: Option<Visit>,
}

impl Case {
    fn new(rules: RulesInput) -> Self {
        Self {
            resource: room(1, rules),
            hours: weekdays(),
            closed: Vec::new(),
            calendars: free(1),
            own: Vec::new(),
            had: Vec::new(),
            audience: Audience::Resident,
            visit: None,
        }
    }

    fn ground<'c>(&'c self, zone: &'c Zone) -> Ground<'c> {
        // A Wednesday.
        Ground {
            zone,
            hours: &self.hours,
            closed: &self.closed,
            resource: &self.resource,
            audience: self.audience,
            calendars: &self.calendars,
            peer: &[],
            own: &self.own,
            had: &self.had,
            visit: self.visit.as_ref(),
            now: at("2026-12-02T10:00"),
            steps: Steps::default(),
        }
    }

    fn answer(&self, wish: &Wish) -> Unbookable {
        let zone = zone();
        let broken = judge(wish, &self.ground(&zone));
        let answer = refuse(wish, &self.ground(&zone), broken);
        for slot in &answer.alternatives {
            let wish = Wish { slot: *slot, ..wish.clone() };
            assert_eq!(judge(&wish, &self.ground(&zone)), [], "what is named passes");
        }
        answer
    }

    fn broken(&self, wish: &Wish) -> Vec<(Rule, String)> {
        self.answer(wish).broken.into_iter().map(|broken| (broken.rule, broken.words)).collect()
    }
}

fn hourly() -> RulesInput {
    RulesInput {
        shortest_minutes: Some(60),
        longest_minutes: Some(120),
        grid_minutes: Some(30),
        notice_minutes: Some(60),
        horizon_days: Some(30),
        ..Default::default()
    }
}

#[test]
fn i12_all_broken_rules_are_told_at_once_with_their_values_and_what_would_pass() {
    let mut case = Case::new(hourly());
    case.calendars = taken(1, &[("2026-12-06T09:00", "2026-12-06T14:00")]);
    let sunday = Wish { people: 9, ..wish("2026-12-06T13:10", "2026-12-06T13:20") };
    let words = case.broken(&sunday);
    let expected = [
        (Rule::People, "9 people are to come; 1 to 4 pass"),
        (Rule::Shortest, "it is 10 minutes long; the shortest that passes is 1 hour"),
        (Rule::Grid, "13:10 is between the times that pass: every 30 minutes from midnight on"),
        (Rule::Hours, "on Sunday, 6 December it can be booked not at all"),
        (Rule::Capacity, "it is taken at that time"),
    ];
    assert_eq!(words, expected.map(|(rule, words)| (rule, words.to_owned())));
    let answer = case.answer(&Wish { people: 4, ..sunday });
    assert_eq!(
        answer.alternatives,
        [
            slot("2026-12-07T09:00", "2026-12-07T10:00"),
            slot("2026-12-07T09:30", "2026-12-07T10:30"),
            slot("2026-12-07T10:00", "2026-12-07T11:00"),
        ]
    );
    let hours = answer.broken.iter().find(|broken| broken.rule == Rule::Hours).unwrap();
    assert_eq!(hours.nearest, Some(slot("2026-12-07T09:00", "2026-12-07T10:00")));
}

#[test]
fn each_rule_says_its_value_and_the_nearest_time_that_passes() {
    let quota = Some(Quota { minutes: 180, per: Period::Week });
    let rules = RulesInput { quota, ..hourly() };
    for (wanted, rule, words, first) in [
        (
            ("2026-12-02T10:30", "2026-12-02T11:30"),
            Rule::Notice,
            "from 2026-12-02T11:00+01:00 on passes",
            "2026-12-02T11:00",
        ),
        (("2026-12-01T10:00", "2026-12-01T11:00"), Rule::Notice, "has passed", "2026-12-02T11:00"),
        (("2027-01-04T10:00", "2027-01-04T11:00"), Rule::Horizon, "up to the end of 2027-01-01", "2027-01-01T17:00"),
        (
            ("2026-12-04T15:00", "2026-12-04T18:00"),
            Rule::Longest,
            "it is 3 hours long; the longest that passes is 2 hours",
            "2026-12-04T15:00",
        ),
        (("2026-12-04T17:30", "2026-12-04T18:30"), Rule::Hours, "09:00-18:00", "2026-12-04T17:00"),
        (
            ("2026-12-03T14:00", "2026-12-03T15:00"),
            Rule::Closure,
            "closed until 2026-12-04T00:00+01:00: the floor is sanded",
            "2026-12-04T09:00",
        ),
        (
            ("2026-12-04T10:00", "2026-12-04T11:00"),
            Rule::AtOnce,
            "you have 1 at that time already; 1 at the most pass",
            "2026-12-04T09:00",
        ),
        (
            ("2026-12-04T13:00", "2026-12-04T15:00"),
            Rule::Quota,
            "you have 2 hours in that week already and want 2 hours; 3 hours at the most pass",
            "2026-12-07T09:00",
        ),
    ] {
        let mut case = Case::new(rules.clone());
        case.closed =
            vec![Closed { slot: slot("2026-12-03T00:00", "2026-12-04T00:00"), reason: "the floor is sanded".into() }];
        case.own = match rule {
            Rule::AtOnce => vec![slot("2026-12-04T10:00", "2026-12-04T11:00")],
            Rule::Quota => {
                vec![slot("2026-12-02T11:00", "2026-12-02T13:00"), slot("2026-12-09T11:00", "2026-12-09T12:00")]
            }
            _ => Vec::new(),
        };
        let answer = case.answer(&wish(wanted.0, wanted.1));
        assert_eq!(answer.broken.len(), 1, "{:?}", answer.broken);
        assert_eq!(answer.broken[0].rule, rule);
        assert!(answer.broken[0].words.contains(words), "{}", answer.broken[0].words);
        let start = answer.alternatives.first().map(|slot| zone().shown(slot.start()));
        assert_eq!(start.as_deref().map(|text| &text[..16]), Some(first), "{answer}");
    }
    let outside = Case { audience: Audience::External, ..Case::new(hourly()) };
    let answer = outside.answer(&wish("2026-12-04T10:00", "2026-12-04T11:00"));
    assert_eq!(answer.to_string(), "Attic cannot be booked like that: it is not for people from outside");
}

#[test]
fn i8_what_began_less_than_a_step_of_the_grid_ago_can_be_had() {
    let case = Case::new(RulesInput { grid_minutes: Some(15), ..Default::default() });
    assert_eq!(case.broken(&wish("2026-12-02T09:45", "2026-12-02T11:00")), []);
    assert_eq!(case.broken(&wish("2026-12-02T09:30", "2026-12-02T11:00"))[0].0, Rule::Notice);
}

#[test]
fn i5_days_ahead_are_days_of_the_calendar_whatever_time_it_is() {
    // It is ten on the morning of 2 December.
    let case = |days| {
        let rules = RulesInput { horizon_days: Some(days), at_once: Some(9), ..Default::default() };
        Case { hours: Hours::always(), ..Case::new(rules) }
    };
    let same_day = case(0);
    assert_eq!(same_day.broken(&wish("2026-12-02T14:00", "2026-12-02T15:00")), []);
    assert_eq!(same_day.broken(&wish("2026-12-02T23:00", "2026-12-03T01:00")), [], "it is the beginning that counts");
    let tomorrow = wish("2026-12-03T09:00", "2026-12-03T10:00");
    let words = "it can be asked for on the same day only; up to the end of 2026-12-02 passes";
    assert_eq!(same_day.broken(&tomorrow), [(Rule::Horizon, words.to_owned())]);
    assert_eq!(same_day.answer(&tomorrow).alternatives[0], slot("2026-12-02T23:45", "2026-12-03T00:45"));
    let next_day = case(1);
    assert_eq!(next_day.broken(&tomorrow), []);
    assert_eq!(next_day.broken(&wish("2026-12-03T23:00", "2026-12-04T00:00")), []);
    let words = "it can be asked for 1 day ahead; up to the end of 2026-12-03 passes";
    assert_eq!(next_day.broken(&wish("2026-12-04T00:00", "2026-12-04T01:00"))[0].1, words);
    // By the clock of the space: over there the day is older, and has 25 hours.
    let rules = RulesInput { horizon_days: Some(1), ..Default::default() }.parse().unwrap();
    let honolulu = Zone::parse("Pacific/Honolulu").unwrap();
    assert_eq!(honolulu.shown(rules.horizon(&honolulu, at("2026-12-02T10:00"))), "2026-12-03T00:00-10:00");
    assert_eq!(zone().shown(rules.horizon(&zone(), at("2026-10-24T23:30"))), "2026-10-26T00:00+01:00");
}

#[test]
fn i5_limits_in_days_follow_the_calendar_and_limits_in_hours_the_stop_watch() {
    let day =
        RulesInput { longest_days: Some(1), grid_minutes: Some(1_440), horizon_days: Some(730), ..Default::default() };
    let mut case = Case { hours: Hours::always(), ..Case::new(day) };
    for date in [("2027-03-28T00:00", "2027-03-29T00:00"), ("2027-10-31T00:00", "2027-11-01T00:00")] {
        assert_eq!(case.broken(&wish(date.0, date.1)), [], "a day of 23 or 25 hours is one day");
    }
    assert_eq!(case.broken(&wish("2027-03-28T00:00", "2027-03-30T00:00"))[0].1, "it is on 2 days; 1 at the most pass");
    case.resource = room(1, RulesInput { longest_minutes: Some(1_440), horizon_days: Some(730), ..Default::default() });
    assert_eq!(case.broken(&wish("2027-10-31T00:00", "2027-11-01T00:00"))[0].0, Rule::Longest, "25 hours");
}

#[test]
fn i3_i5_a_day_whose_midnight_is_left_out_is_had_from_its_beginning() {
    let days = RulesInput { grid_minutes: Some(1_440), longest_days: Some(1), at_once: Some(9), ..Default::default() };
    let (resource, hours) = (room(1, days), Hours::always());
    for (zone, before, dates) in [
        ("Africa/Cairo", "2026-04-20T10:00Z", ["2026-04-23", "2026-04-24", "2026-04-25"]),
        ("America/Santiago", "2026-09-01T10:00Z", ["2026-09-05", "2026-09-06", "2026-09-07"]),
    ] {
        let zone = Zone::parse(zone).unwrap();
        let [eve, late, after] = dates.map(|date| zone.day(date.parse().unwrap()).unwrap());
        let claim = |slot| Claim { slot, units: 1, chosen: None };
        let calendars = [Calendar { claims: vec![claim(eve)], ..free(1).remove(0) }];
        let ground = Ground {
            zone: &zone,
            hours: &hours,
            closed: &[],
            resource: &resource,
            audience: Audience::Resident,
            calendars: &calendars,
            own: &[],
            peer: &[],
            had: &[],
            visit: None,
            now: before.parse().unwrap(),
            steps: Steps::default(),
        };
        let on = |slot| Wish { slot, units: 1, unit: None, people: 1 };
        let rules = |slot| judge(&on(slot), &ground).into_iter().map(|broken| broken.rule).collect::<Vec<_>>();
        assert_eq!([rules(eve), rules(late), rules(after)], [vec![Rule::Capacity], vec![], vec![]]);
        let an_hour_in = Slot::new(late.start() + SignedDuration::from_hours(1), late.end()).unwrap();
        assert_eq!(rules(an_hour_in), [Rule::Grid]);
        let no = refuse(&on(eve), &ground, judge(&on(eve), &ground));
        assert!(no.alternatives.contains(&late), "{no}");
        let no = refuse(&on(an_hour_in), &ground, judge(&on(an_hour_in), &ground));
        assert_eq!(no.alternatives[..2], [late, after]);
    }
}

#[test]
fn i5_across_a_change_of_clocks_what_is_named_is_on_the_grid_of_the_clock() {
    let rules =
        |grid| RulesInput { grid_minutes: Some(grid), horizon_days: Some(730), at_once: Some(9), ..Default::default() };
    let mut case = Case { hours: Hours::always(), ..Case::new(rules(1_440)) };
    // From Thursday to Sunday, on which clocks are set forward.
    case.calendars = taken(1, &[("2027-03-25T00:00", "2027-03-29T00:00")]);
    let no = case.answer(&wish("2027-03-27T00:00", "2027-03-28T00:00"));
    let expected = [
        slot("2027-03-29T00:00", "2027-03-30T00:00"),
        slot("2027-03-24T00:00", "2027-03-25T00:00"),
        slot("2027-03-30T00:00", "2027-03-31T00:00"),
    ];
    assert_eq!(no.alternatives, expected);
    // A day of 25 hours is one day, and who wants two is offered two.
    case.calendars = taken(1, &[("2027-10-31T12:00", "2027-10-31T13:00")]);
    let no = case.answer(&wish("2027-10-31T00:00", "2027-11-01T00:00"));
    assert_eq!(no.alternatives[..2], [("10-30", "10-31"), ("11-01", "11-02")].map(whole_days));
    let no = case.answer(&wish("2027-10-30T00:00", "2027-11-01T00:00"));
    assert_eq!(no.alternatives, [("10-29", "10-31"), ("10-28", "10-30"), ("11-01", "11-03")].map(whole_days));

    // Half days, too.
    let mut case = Case { hours: Hours::always(), ..Case::new(rules(720)) };
    case.calendars = taken(1, &[("2027-03-25T00:00", "2027-03-29T00:00")]);
    let no = case.answer(&wish("2027-03-27T12:00", "2027-03-28T00:00"));
    assert_eq!(no.alternatives[0], slot("2027-03-29T00:00", "2027-03-29T12:00"));
}

fn whole_days((from, to): (&str, &str)) -> Slot {
    slot(&format!("2027-{from}T00:00"), &format!("2027-{to}T00:00"))
}

#[test]
fn i39_the_last_units_are_kept_for_others_until_shortly_before() {
    let keep = KeepFree { units: 2, until_minutes: 24 * 60 };
    let mut case = Case::new(RulesInput { keep_free: Some(keep), ..Default::default() });
    case.resource = Resource { units: 5, ..case.resource };
    case.calendars = taken(5, &[("2026-12-04T10:00", "2026-12-04T12:00"); 3]);
    assert_eq!(
        case.broken(&wish("2026-12-04T11:00", "2026-12-04T12:00"))[0].1,
        "the last 2 are kept for others until 24 hours before"
    );
    case.calendars = taken(5, &[("2026-12-03T09:00", "2026-12-03T12:00"); 4]);
    assert_eq!(case.broken(&wish("2026-12-03T09:00", "2026-12-03T10:00")), []);
}

#[test]
fn i13_units_and_people_are_counted_apart_and_each_part_by_itself() {
    let mut case = Case::new(RulesInput::default());
    case.resource = Resource { units: 10, ..case.resource };
    case.calendars = taken(10, &[("2026-12-04T10:00", "2026-12-04T11:00"); 9]);
    let two = Wish { units: 2, people: 8, ..wish("2026-12-04T10:30", "2026-12-04T11:30") };
    assert_eq!(case.broken(&two)[0].1, "1 of 10 are free all through that time; 2 are wanted");
    assert_eq!(case.answer(&two).alternatives[0], slot("2026-12-04T11:00", "2026-12-04T12:00"));
    assert_eq!(case.broken(&Wish { units: 11, ..two.clone() })[0].1, "11 are wanted; 1 to 10 pass");
    assert_eq!(case.broken(&Wish { unit: Some(9), ..two })[0].1, "number 10 is wanted; 1 to 9 pass");
    // A hall of two rooms, one of which is taken.
    let part = |calendars: Vec<Calendar>| Calendar { all: true, ..calendars.into_iter().next().unwrap() };
    case.resource = room(1, RulesInput::default());
    case.calendars = vec![part(free(1)), part(taken(1, &[("2026-12-04T10:00", "2026-12-04T11:00")]))];
    assert_eq!(case.broken(&wish("2026-12-04T10:45", "2026-12-04T12:00"))[0].0, Rule::Capacity);
    assert_eq!(case.broken(&wish("2026-12-04T11:00", "2026-12-04T12:00")), []);
}

#[test]
fn i14_units_are_looked_for_as_long_as_the_steps_of_a_decision_last_and_not_where_those_who_chose_leave_none() {
    let day = |day: i64, from: i64, to: i64| {
        let midnight = at("2026-12-07T00:00") + SignedDuration::from_hours(24 * day);
        Slot::new(midnight + SignedDuration::from_mins(60 * from), midnight + SignedDuration::from_mins(60 * to))
            .unwrap()
    };
    let claim =
        |slot, chosen: Option<i64>| Claim { slot, units: 1, chosen: chosen.map(|desk| u32::try_from(desk).unwrap()) };
    let rules = RulesInput { longest_days: Some(30), grid_minutes: Some(60), ..RulesInput::default() };
    let mut case = Case { hours: Hours::always(), ..Case::new(rules) };
    case.resource = Resource { units: 12, ..case.resource };
    let long = Wish { slot: day(0, 9, 9 * 24 + 19), units: 1, unit: None, people: 1 };
    let zone = zone();
    let all = Steps::default().left();

    // Three of four desks are booked each day, half of them chosen: none is free all through, whatever is tried.
    let chosen = (0..10).flat_map(|date| (0..4).map(move |n| (date, Some((4 * date + n) % 12))));
    let loose = (0..10).flat_map(|date| (0..5).map(move |_| (date, None)));
    let claims = chosen.chain(loose).map(|(date, desk)| claim(day(date, 9, 19), desk)).collect();
    case.calendars = vec![Calendar { claims, ..free(12).remove(0) }];
    let ground = case.ground(&zone);
    let broken = judge(&long, &ground);
    assert_eq!(broken.iter().map(|broken| broken.rule).collect::<Vec<_>>(), [Rule::Capacity]);
    assert_eq!(refuse(&long, &ground, broken).alternatives, []);
    assert_eq!(ground.steps.left(), all);

    // Two want the one desk that is free all through. That is tried in many ways, but for all times together no more than for
    // one; then what can be had in the plain way is named.
    let mut claims: Vec<Claim> = (1..12).map(|desk| claim(day(1 + desk % 8, 9, 19), Some(desk))).collect();
    claims.extend((1..7).map(|hour| claim(day(0, hour, 19), None)));
    claims.push(claim(day(0, 8, 9 * 24 + 19), None));
    case.calendars = vec![Calendar { claims, ..free(12).remove(0) }];
    let ground = case.ground(&zone);
    let broken = judge(&long, &ground);
    assert_eq!((broken.len(), ground.steps.left()), (1, 0));
    let named = refuse(&long, &ground, broken).alternatives;
    assert_eq!(named.len(), ALTERNATIVES);
    assert_eq!(judge(&Wish { slot: named[0], ..long }, &ground), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_named_passes_and_the_first_is_the_nearest(
        from in 0_i64..600, length in 1_i64..30, units in 1_u32..4,
        claims in prop::collection::vec((0_i64..700, 1_i64..40, 1_u32..3, prop::option::weighted(0.2, 0_u32..3)), 0..25),
        gap in 0_i64..3,
    ) {
        let now = at("2026-12-02T10:00");
        let step = |quarters: i64| now + SignedDuration::from_mins(15 * quarters);
        let stretch = |from: i64, length: i64| Slot::new(step(from), step(from + length)).unwrap();
        let mut case = Case::new(RulesInput { at_once: Some(9), ..Default::default() });
        case.resource = Resource { units: 4, ..case.resource };
        let claims = claims.into_iter().map(|(from, length, units, chosen)| Claim { slot: stretch(from, length), units, chosen });
        let buffers = Buffers { before: SignedDuration::from_mins(15 * gap), after: SignedDuration::ZERO };
        // Nobody was let in who does not fit.
        let mut there: Vec<Claim> = Vec::new();
        for claim in claims {
            if capacity::fits(4, buffers, &there, &claim, &Steps::default()) {
                there.push(claim);
            }
        }
        case.calendars = vec![Calendar { pool: 4, buffers, claims: there, all: false }];
        let wish = Wish { units, people: 1, unit: None, slot: stretch(from, length) };
        let answer = case.answer(&wish);
        let zone = zone();
        let ground = case.ground(&zone);
        let _ = refuse(&wish, &ground, answer.broken.clone());
        prop_assume!(ground.steps.left() > 0);
        let away = |slot: &Slot| slot.start().duration_since(wish.slot.start()).abs();
        let nearest = (from - 600..from + 600)
            .filter(|start| *start >= -1)
            .map(|start| stretch(start, length))
            .filter(|slot| away(slot) <= REACH && judge(&Wish { slot: *slot, ..wish.clone() }, &case.ground(&zone)).is_empty())
            .min_by_key(away);
        prop_assert_eq!(answer.alternatives.first().map(away), nearest.as_ref().map(away));
        prop_assert_eq!(answer.broken.is_empty(), nearest == Some(wish.slot));
    }
}

#[test]
fn a_guest_is_told_every_clause_that_the_wish_breaks_and_the_day_on_which_days_are_free_again() {
    let granted = |text: &str| serde_json::from_str::<crate::coworking::hospitality::Hospitality>(text).unwrap();
    let visit = |text: &str| Visit {
        granted: granted(text),
        resource: crate::coworking::id::ResourceId(1),
        had: ["2026-11-20", "2026-12-01", "2026-12-03"].map(|date| date.parse().unwrap()).into(),
        way: crate::coworking::hospitality::Way { km: Some(34.2), other_town: None },
        guests: vec![Vec::new()],
    };
    let strict = r#"{"days": 3, "kinds": ["hot_desk"], "distance_km": 50, "other_town": true, "notice_minutes": 2880,
        "hours": {"thursday": ["13:00-17:00"]}}"#;
    let mut case = Case::new(RulesInput { horizon_days: Some(60), ..RulesInput::default() });
    case.visit = Some(visit(strict));
    let no = case.answer(&wish("2026-12-03T10:00", "2026-12-03T11:00"));
    let words: Vec<&str> = no.broken.iter().map(|broken| broken.words.as_str()).collect();
    assert_eq!(
        words,
        [
            "it is not among what guests from partner spaces can have",
            "your own space is 34 km away; at least 50 km pass, and it is for guests whose own space is in another town, \
             and one of the two spaces does not say in which it is",
            "guests have to ask 2 days before; from 2026-12-04T10:00+01:00 on passes",
            "on Thursday, 3 December guests are welcome 13:00-17:00",
        ],
        "a day that is had already is not counted twice"
    );
    assert_eq!(no.alternatives, [], "no other time makes it nearer");

    case.visit = Some(visit(r#"{"days": 3}"#));
    assert!(case.broken(&wish("2026-12-03T10:00", "2026-12-03T11:00")).is_empty());
    let no = case.answer(&wish("2026-12-04T10:00", "2026-12-04T11:00"));
    let words =
        "it would be 4 days of yours here within 30 days; 3 at the most pass; the first day that passes is 2026-12-20";
    assert_eq!(no.broken.iter().map(|broken| broken.words.as_str()).collect::<Vec<_>>(), [words]);
    assert_eq!(
        no.broken[0].nearest,
        Some(slot("2026-12-20T10:00", "2026-12-20T11:00")),
        "when the first is 30 days ago"
    );

    let claim = Claim { slot: slot("2026-12-03T09:00", "2026-12-03T12:00"), units: 2, chosen: None };
    case.visit = Some(Visit { guests: vec![vec![claim]], ..visit(r#"{"share_percent": 25}"#) });
    (case.resource.units, case.calendars) = (8, free(8));
    let no = case.answer(&wish("2026-12-03T11:00", "2026-12-03T13:00"));
    assert_eq!(no.broken[0].words, "guests have 2 of 8 at that time and want 1; 2 at the most pass");
    assert_eq!(no.alternatives[0], slot("2026-12-03T12:00", "2026-12-03T14:00"));
    assert!(no.broken[0].rule.can_be_overridden());
}
