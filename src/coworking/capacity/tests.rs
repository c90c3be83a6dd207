use proptest::prelude::*;

use super::*;

fn slot(from: i64, to: i64) -> Slot {
    let at = |minutes: i64| Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap();
    Slot::new(at(from), at(to)).unwrap()
}

fn claim(from: i64, to: i64) -> Claim {
    Claim { slot: slot(from, to), units: 1, chosen: None }
}

fn at_desk(desk: u32, from: i64, to: i64) -> Claim {
    Claim { chosen: Some(desk), ..claim(from, to) }
}

fn minutes(before: i64, after: i64) -> Buffers {
    Buffers { before: SignedDuration::from_mins(before), after: SignedDuration::from_mins(after) }
}

fn fits(pool: u32, buffers: Buffers, there: &[Claim], wanted: &Claim) -> bool {
    super::fits(pool, buffers, there, wanted, &Steps::default())
}

const NONE: Buffers = Buffers { before: SignedDuration::ZERO, after: SignedDuration::ZERO };

#[test]
fn i13_two_that_follow_each_other_under_a_third_are_two_at_once_and_not_three() {
    let there = [claim(0, 60), claim(120, 180)];
    let wanted = claim(0, 180);
    assert_eq!(peak(&there, NONE, wanted.slot), 1);
    assert!(fits(2, NONE, &there, &wanted) && !fits(1, NONE, &there, &wanted));
    let parts: Vec<u32> = usage(&there, NONE, slot(-60, 240)).into_iter().map(|(_, units)| units).collect();
    assert_eq!(parts, [0, 1, 0, 1, 0]);
    let groups = [Claim { units: 3, ..claim(0, 60) }, Claim { units: 2, ..claim(30, 90) }];
    assert_eq!(peak(&groups, NONE, slot(0, 90)), 5);
    assert!(!fits(u32::MAX, NONE, &[Claim { units: u32::MAX, ..claim(0, 60) }], &claim(0, 60)), "no sum runs over");
}

#[test]
fn i1_back_to_back_claims_share_a_unit() {
    assert!(fits(1, NONE, &[claim(0, 60), claim(120, 180)], &claim(60, 120)));
}

#[test]
fn i14_who_chose_a_desk_keeps_it_and_the_others_move() {
    // Whoever did not choose could sit at either; only one way leaves desk 0 to the third.
    let there = [claim(0, 60), at_desk(1, 60, 120)];
    let long = claim(0, 120);
    let given = pack(2, NONE, &[there[0].clone(), there[1].clone(), long.clone()]).unwrap();
    assert_eq!(given, [[1], [1], [0]]);
    assert!(fits(2, NONE, &there, &long));
    // Two have chosen so that no desk is free all through, though there are never more than two at once.
    let chosen = [at_desk(0, 0, 60), at_desk(1, 60, 120)];
    assert_eq!(peak(&chosen, NONE, long.slot), 1);
    assert!(!fits(2, NONE, &chosen, &long));
    assert!(!fits(2, NONE, &chosen, &at_desk(0, 30, 90)) && fits(2, NONE, &chosen, &at_desk(1, 30, 60)));
    assert!(!fits(2, NONE, &[], &at_desk(2, 0, 60)), "there is no such desk");
}

#[test]
fn i17_what_is_there_and_does_not_fit_any_more_stands_in_nobodys_way_at_another_time() {
    // The gap grew after these two were booked and chose their desk.
    let there = [at_desk(0, 0, 60), at_desk(0, 60, 120)];
    assert!(fits(1, minutes(0, 30), &there, &claim(300, 360)));
    assert!(!fits(1, minutes(0, 30), &there, &claim(130, 140)) && fits(1, minutes(0, 30), &there, &claim(150, 200)));
    // Desk 10 of ten is booked for long, and now there are nine.
    let long = [at_desk(9, 0, 10_000)];
    assert!(fits(9, NONE, &long, &claim(60, 120)) && !fits(9, NONE, &long, &at_desk(9, 60, 120)));
    // Two that stand in each other's way keep a third from the same desk.
    let both = [at_desk(0, 0, 60), at_desk(0, 30, 90), claim(0, 90)];
    assert!(!fits(2, NONE, &both[..2], &at_desk(0, 80, 100)) && fits(4, NONE, &both, &at_desk(2, 0, 90)));
}

#[test]
fn i20_the_gap_is_the_longer_buffer_and_counts_against_what_comes_before_and_after() {
    let buffers = minutes(10, 15);
    let there = [claim(100, 160)];
    for (from, to, free) in [(0, 85, true), (0, 86, false), (174, 200, false), (175, 200, true)] {
        assert_eq!(fits(1, buffers, &there, &claim(from, to)), free, "{from} to {to}");
    }
    assert_eq!(minutes(20, 5).gap(), SignedDuration::from_mins(20));
    assert!(fits(2, buffers, &there, &claim(150, 200)));
    let year = Slot::LONGEST.as_mins();
    assert!(!fits(1, buffers, &[claim(0, year)], &claim(year + 14, year + 60)), "the longest slot keeps its gap, too");
    assert_eq!(usage(&[], buffers, kept(slot(0, year), buffers.gap())).len(), 1);
    assert_eq!(peak(&[claim(year + 14, year + 60)], buffers, slot(0, year)), 1);
}

#[test]
fn i20_what_is_shown_as_taken_is_what_cannot_be_had_before_and_after() {
    let shown = |pool: &[Claim], gap| {
        let parts = withheld(pool, minutes(0, gap), slot(0, 300)).into_iter();
        let minute = |at: Timestamp| at.as_second() / 60 - 30_000_000;
        parts.map(|(part, units)| (minute(part.start()), minute(part.end()), units)).collect::<Vec<_>>()
    };
    assert_eq!(shown(&[claim(120, 180)], 30), [(0, 90, 0), (90, 210, 1), (210, 300, 0)]);
    // Two at the same desk one after the other: it is one desk.
    assert_eq!(shown(&[claim(60, 120), claim(150, 180)], 30), [(0, 30, 0), (30, 210, 1), (210, 300, 0)]);
    assert_eq!(shown(&[claim(310, 400)], 30), [(0, 280, 0), (280, 300, 1)], "it begins after the window");
    assert_eq!(shown(&[claim(310, 400)], 0), [(0, 300, 0)]);
}

fn claims() -> impl Strategy<Value = (u32, i64, Vec<Claim>)> {
    let one = (0_i64..12, 1_i64..8, 1_u32..3, prop::option::weighted(0.4, 0_u32..3))
        .prop_map(|(from, length, units, chosen)| Claim { slot: slot(from, from + length), units, chosen });
    (1_u32..5, 0_i64..3, prop::collection::vec(one, 0..6))
}

/// Every way to give units, tried without any thought.
fn any_way(pool: u32, gap: i64, strands: &[(Slot, Option<u32>)], given: &mut Vec<u32>) -> bool {
    let Some((slot, chosen)) = strands.get(given.len()) else { return true };
    let gap = SignedDuration::from_mins(gap);
    (0..pool).filter(|unit| chosen.is_none_or(|chosen| chosen == *unit)).any(|unit| {
        let apart = |other: Slot| other.end() + gap <= slot.start() || slot.end() + gap <= other.start();
        let free = given.iter().zip(strands).all(|(taken, (other, _))| *taken != unit || apart(*other));
        given.push(unit);
        let works = free && any_way(pool, gap.as_mins(), strands, given);
        given.pop();
        works
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn i14_units_are_given_whenever_that_is_possible((pool, gap, claims) in claims()) {
        let strand = |claim: &Claim| {
            let (slot, chosen) = (claim.slot, claim.chosen);
            (0..claim.units).map(move |number| (slot, chosen.map(|first| first + number))).collect::<Vec<_>>()
        };
        let strands: Vec<_> = claims.iter().flat_map(strand).collect();
        let given = pack(pool, minutes(gap, 0), &claims);
        prop_assert_eq!(given.is_some(), any_way(pool, gap, &strands, &mut Vec::new()));
        for (one, units) in given.iter().flatten().enumerate() {
            prop_assert_eq!(units.len(), claims[one].units as usize);
            prop_assert!(claims[one].chosen.is_none_or(|chosen| units.first() == Some(&chosen)));
            prop_assert!(units.iter().all(|unit| *unit < pool));
        }
    }

    #[test]
    fn i20_a_time_fits_when_so_many_are_shown_as_free_in_all_of_it(
        (pool, gap, mut claims) in claims(), from in 0_i64..20, length in 1_i64..8, units in 1_u32..3,
    ) {
        claims.iter_mut().for_each(|claim| claim.chosen = None);
        let buffers = minutes(0, gap * 2);
        let parts = withheld(&claims, buffers, slot(-3, 30));
        prop_assert!(parts.windows(2).all(|two| two[0].0.end() == two[1].0.start() && two[0].1 != two[1].1));
        prop_assert_eq!(parts[0].0.hull(parts[parts.len() - 1].0), slot(-3, 30));
        let wanted = Claim { units, ..claim(from, from + length) };
        let most = parts.iter().filter(|(part, _)| part.overlaps(wanted.slot)).map(|(_, taken)| *taken).max();
        prop_assert_eq!(most.unwrap() + units <= pool, fits(pool, buffers, &claims, &wanted));
    }

    #[test]
    fn i14_those_who_hang_together_with_a_claim_are_all_whom_it_meets_and_whom_they_meet(
        (_, gap, mut claims) in claims(),
    ) {
        let Some(wanted) = claims.pop() else { return Ok(()) };
        let buffers = minutes(0, gap);
        let meets = |one: &Claim, other: &Claim| {
            kept(one.slot, buffers.gap()).overlaps(kept(other.slot, buffers.gap()))
        };
        let (mut near, mut far) = (vec![wanted.clone()], claims.clone());
        while let Some(at) = far.iter().position(|claim| near.iter().any(|other| meets(claim, other))) {
            near.push(far.remove(at));
        }
        let found = connected(buffers, &claims, &wanted);
        let sorted = |mut claims: Vec<Claim>| {
            claims.sort_by_key(|claim| (claim.slot, claim.units, claim.chosen));
            claims
        };
        prop_assert_eq!(sorted(found), sorted(near.split_off(1)));
    }

    #[test]
    fn i13_without_choices_what_fits_is_what_never_exceeds_the_pool((pool, gap, mut claims) in claims()) {
        claims.iter_mut().for_each(|claim| claim.chosen = None);
        let most = peak(&claims, minutes(0, gap), slot(0, 30));
        prop_assert_eq!(pack(pool, minutes(0, gap), &claims).is_some(), most <= pool);
        let (wanted, there) = match claims.split_last() {
            Some(all) => all,
            None => return Ok(()),
        };
        if peak(there, minutes(0, gap), slot(0, 30)) <= pool {
            prop_assert_eq!(fits(pool, minutes(0, gap), there, wanted), most <= pool);
        }
    }
}
