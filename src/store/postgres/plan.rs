//! How a server would run a statement on a node that has some years behind it.
//!
//! A plan hangs on how much there is, so it is asked for where there is much: a schema that all tests share, filled by the
//! first of them.

use crate::store::{Address, Error, Options, Place, Store, Tx};

/// So many posts, and in proportion everything else.
const FILL: &str = "
INSERT INTO actor (id, uri, local, type, username, username_folded, host, server, name_folded, inbox, shared_inbox, url, updated, suspended_at)
  SELECT n, 'https://h' || n % 200 || '/u/' || n, CASE WHEN n <= 200 THEN 1 ELSE 0 END,
    CASE WHEN n % 50 = 0 THEN 'Group' ELSE 'Person' END, 'u' || n, 'u' || n, 'h' || n % 200, 'h' || n % 200, 'name ' || n,
    'https://h' || n % 200 || '/u/' || n || '/inbox', 'https://h' || n % 200 || '/inbox', 'https://h' || n % 200 || '/@' || n, n,
    CASE WHEN n % 1000 = 0 THEN n END
  FROM generate_series(1, 10000) AS n;
INSERT INTO actor_key (uri, actor_id, algorithm, public_key, private_key, created_at)
  SELECT uri || '#key', id, 'rsa', 'p', CASE WHEN local = 1 THEN CAST('k' AS BYTEA) END, id FROM actor;
INSERT INTO actor_key (uri, actor_id, algorithm, public_key, private_key, created_at, retired_at)
  SELECT uri || '#old' || n, id, 'rsa', 'p', CAST('k' AS BYTEA), id, id FROM actor CROSS JOIN generate_series(1, 5) AS n ON local = 1;
INSERT INTO member (actor_id, role, joined_at) SELECT id, 'member', id FROM actor WHERE id <= 200;
INSERT INTO space (actor_id, zone, founded_at, place) SELECT id, 'UTC', id, '{}' FROM actor WHERE id <= 3;
INSERT INTO resource (id, space_id, body, added_at, updated, retired_at)
  SELECT n, 1 + n % 3, '{}', n, n, CASE WHEN n % 10 = 0 THEN n END FROM generate_series(1, 2000) AS n;
INSERT INTO resource_part (whole_id, part_id) SELECT n, n + 1 FROM generate_series(1, 500) AS n;
INSERT INTO closure (id, space_id, starts_at, ends_at, reason) SELECT n, 1 + n % 3, n, n + 1, 'r' FROM generate_series(1, 2000) AS n;
INSERT INTO booking (id, space_id, resource_id, requester_id, audience, state, units, people, starts_at, ends_at, wall_start, wall_end, zone, rules, offer_uri, due_at, requested_at, updated, series_id, original, context)
  SELECT n, 1 + n % 3, 1 + n % 2000, 1 + n % 10000, 'resident', CASE n % 50 WHEN 0 THEN 'held' WHEN 1 THEN 'requested' WHEN 2 THEN 'confirmed' ELSE 'completed' END,
    1, 1, n, n + 1, 'w', 'w', 'UTC', '{}', CASE WHEN n % 4 = 0 THEN 'https://h/o/' || n END, CASE WHEN n % 50 < 3 THEN n END, n, n,
    CASE WHEN n % 5 = 0 THEN n / 50 END, CASE WHEN n % 5 = 0 THEN '2027-01-01T09:00:00' END, CASE WHEN n % 40 = 0 THEN 'https://h/s/' || n / 400 END
  FROM generate_series(1, 30000) AS n;
INSERT INTO away_booking (id, member_id, space_id, proposal, name, zone, units, people, starts_at, ends_at, wall_start, wall_end, price, state, agreement, deadline, poll_at, asked_by, requested_at, updated, series_id, original)
  SELECT n, 1 + n % 200, 1 + n % 10000, 'p', 'n', 'UTC', 1, 1, n, n + 1, 'w', 'w', '{}', CASE WHEN n % 50 = 0 THEN 'sent' ELSE 'confirmed' END, 'https://h/b/' || n, n, CASE WHEN n % 50 = 0 THEN n END, n, n, n,
    CASE WHEN n % 5 = 0 THEN n / 50 END, CASE WHEN n % 5 = 0 THEN '2027-01-01T09:00:00' END
  FROM generate_series(1, 10000) AS n;
INSERT INTO known_space (id, uri, host, hops, via, seen_at, due_at, listing, town, latitude)
  SELECT n, 'https://h' || n || '/s', 'h' || n, CASE WHEN n % 20 = 0 THEN 1 ELSE 2 END, 'https://h' || n % 50 || '/s', n, n,
    CASE WHEN n % 10 > 0 THEN '{}' END, 't' || n % 300, n * 100 FROM generate_series(1, 10000) AS n;
INSERT INTO known_resource (space_id, number, body, words) SELECT 1 + n % 10000, n / 10000, '{}', 'w' FROM generate_series(1, 50000) AS n;
INSERT INTO series (id, requester_id, resource_id, name, zone, wall_start, wall_end, rule, changes, state, made_at, updated)
  SELECT n, 1 + n % 200, 1 + n % 2000, 'n', 'UTC', 'w', 'w', 'r', '{}', 'open', n, n FROM generate_series(1, 3000) AS n;
INSERT INTO appeal (booking_id, space_id, words, said_at) SELECT n, 1 + n % 3, 'w', n FROM generate_series(1, 10000) AS n;
INSERT INTO media (name, media_type, bytes, uses, changed_at) SELECT n || '.png', 'image/png', CAST('x' AS BYTEA), n % 50, n FROM generate_series(1, 5000) AS n;
INSERT INTO claim (resource_id, day, booking_id, starts_at, ends_at, kept_until, units, given) SELECT 1 + n % 2000, n % 300, n, n, n + 1, n + 1, 1, '[0]' FROM generate_series(1, 20000) AS n;
INSERT INTO claimed_step (resource_id, unit, step, booking_id) SELECT 1 + n % 2000, 0, n, n FROM generate_series(1, 30000) AS n;
INSERT INTO token (hash, id, member_id, label, created_at)
  SELECT CAST('h' || n AS BYTEA), n, 1 + n % 200, 'l', n FROM generate_series(1, 2000) AS n;
INSERT INTO calendar_feed (hash, id, member_id, label, created_at)
  SELECT CAST('h' || n AS BYTEA), n, 1 + n % 200, 'l', n FROM generate_series(1, 2000) AS n;
INSERT INTO visit (id, member_id, space_id, away_id, state, begun_at) SELECT n, 1 + n % 200, 1 + n % 10000, n, 'left', n FROM generate_series(1, 5000) AS n;
INSERT INTO arrival (id, uri, actor_id, space_id) SELECT n, 'https://h/v/' || n, 1 + n % 10000, 1 + n % 3 FROM generate_series(1, 5000) AS n;
INSERT INTO session (hash, id, member_id, label, created_at, last_used_at, expires_at)
  SELECT CAST('h' || n AS BYTEA), n, 1 + n % 200, 'l', n, n, n FROM generate_series(1, 2000) AS n;
INSERT INTO sign_in_link (hash, member_id, expires_at) SELECT CAST('h' || n AS BYTEA), 1 + n % 200, n FROM generate_series(1, 2000) AS n;
INSERT INTO idempotency (token_id, key, fingerprint, answer, answered_at)
  SELECT 1 + n % 2000, 'k' || n, CAST('f' AS BYTEA), '{}', n FROM generate_series(1, 5000) AS n;
INSERT INTO post (id, uri, author_id, local, space_id, visibility, content, url, in_reply_to_id, in_reply_to_uri, published, deleted_at)
  SELECT n, 'https://h/p/' || n, 1 + n % 10000, CASE WHEN n % 50 = 0 THEN 1 ELSE 0 END, CASE WHEN n % 50 = 0 THEN 1 END,
    CASE n % 20 WHEN 0 THEN 'direct' WHEN 1 THEN 'followers' WHEN 2 THEN 'members' ELSE 'public' END, 'c', 'https://h/@p/' || n,
    CASE WHEN n % 3 = 0 THEN n / 3 END, CASE WHEN n % 3 = 0 THEN 'https://h/p/' || n / 3 WHEN n % 100 = 1 THEN 'https://x/' || n END,
    n, CASE WHEN n % 40 = 0 THEN n END
  FROM generate_series(1, 30000) AS n;
INSERT INTO post_recipient (post_id, actor_id) SELECT n, 1 + n % 300 FROM generate_series(1, 30000) AS n;
INSERT INTO post_tag (tag, post_id) SELECT 't' || n % 500, n FROM generate_series(1, 30000) AS n;
INSERT INTO pin (actor_id, post_id, pinned_at) SELECT author_id, id, id FROM post WHERE id % 20 = 5;
INSERT INTO offer (post_id, author_id, purpose, kind, state, words, proposal, ends_at)
  SELECT n, 1 + n % 10000, 'offer', 'skill', CASE WHEN n % 3 = 0 THEN 'open' ELSE 'settled' END, 'words', CASE WHEN n % 9 = 0 THEN '{}' ELSE '{x}' END, n
  FROM generate_series(1, 3000) AS n;
INSERT INTO post_like (post_id, actor_id, id, uri, liked_at) SELECT n, 1 + n % 9000, n, 'https://h/l/' || n, n FROM generate_series(1, 20000) AS n;
INSERT INTO announce (id, uri, actor_id, post_id, visibility, announced_at)
  SELECT n, 'https://h/a/' || n, 1 + n % 7000, n, 'public', n FROM generate_series(1, 20000) AS n;
INSERT INTO follow (follower_id, target_id, id, uri, state, requested_at, accepted_at)
  SELECT 1 + n % 10000, 1 + (n * 7) % 400, n, 'https://h/f/' || n, CASE WHEN n % 20 = 0 THEN 'requested' ELSE 'accepted' END, n, n
  FROM generate_series(1, 20000) AS n ON CONFLICT DO NOTHING;
INSERT INTO block (actor_id, target_id, id, blocked_at) SELECT n, n + 1, n, n FROM generate_series(1, 5000) AS n;
INSERT INTO mute (member_id, target_id, id, muted_at) SELECT 1 + n % 200, n, n, n FROM generate_series(1, 5000) AS n;
INSERT INTO report (id, reporter_id, target_id, content, reported_at, resolved_at)
  SELECT n, n, n + 1, 'c', n, CASE WHEN n % 10 > 0 THEN n END FROM generate_series(1, 2000) AS n;
INSERT INTO home_entry (member_id, id, post_id, author_id) SELECT 1 + n % 200, n, 1 + n % 30000, 1 + n % 10000 FROM generate_series(1, 40000) AS n;
INSERT INTO notification (id, member_id, kind, actor_id, post_id, notified_at, read_at)
  SELECT n, 1 + n % 200, 'like', 1 + n % 9000, 1 + n % 30000, n, CASE WHEN n % 10 > 0 THEN n END FROM generate_series(1, 20000) AS n;
INSERT INTO notification (id, member_id, kind, actor_id, away_id, news, notified_at)
  SELECT 20000 + n, 1 + n % 200, 'stay_confirmed', 1 + n % 9000, n, 'n' || n, n FROM generate_series(1, 10000) AS n;
INSERT INTO notification (id, member_id, kind, actor_id, booking_id, news, notified_at)
  SELECT 30000 + n, 1 + n % 200, 'booking_requested', 1 + n % 9000, n, 'b' || n, n FROM generate_series(1, 20000) AS n;
INSERT INTO event (id, name, body, recorded_at, published_at)
  SELECT n, 'e', '{}', n, CASE WHEN n % 100 > 0 THEN n END FROM generate_series(1, 20000) AS n;
INSERT INTO inbox (id, actor_id, type, body, state, next_at)
  SELECT n, 1 + n % 3000, 'Create', '{}', CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'waiting' END, n FROM generate_series(1, 20000) AS n;
INSERT INTO received (id, uri, recipient_id) SELECT n, 'https://h/r/' || n, 0 FROM generate_series(1, 30000) AS n;
INSERT INTO tombstone (uri, actor_id, buried_at) SELECT 'https://h/d/' || n, 1 + n % 10000, n FROM generate_series(1, 10000) AS n;
INSERT INTO activity (id, actor_id, type, body, public, created_at)
  SELECT n, 1 + n % 200, 'Create', '{}', CASE WHEN n % 10 > 0 THEN 1 ELSE 0 END, n FROM generate_series(1, 20000) AS n;
INSERT INTO delivery (id, activity_id, actor_id, inbox, host, ordering_key, urgent, state, next_at, created_at, ended_at)
  SELECT n, 1 + n % 20000, 1 + n % 200, 'https://h' || n % 300 || '/inbox' || n, 'h' || n % 300, 'o' || n % 5000, CASE WHEN n % 30 = 0 THEN 1 ELSE 0 END,
    CASE n % 10 WHEN 0 THEN 'waiting' WHEN 1 THEN 'failed' ELSE 'done' END, n, n, CASE WHEN n % 10 > 0 THEN n END
  FROM generate_series(1, 40000) AS n;
INSERT INTO lane (host, next_at) SELECT 'h' || n, n FROM generate_series(1, 300) AS n;
INSERT INTO reached (actor_id, inbox) SELECT 1 + n % 200, 'https://h' || n || '/inbox' FROM generate_series(1, 10000) AS n;
INSERT INTO refused_wish (id, uri, space_id, requester_id, reason, words) SELECT n, 'https://h/o/w' || n, 1 + n % 3, 1 + n % 10000, 'r', 'w' FROM generate_series(1, 20000) AS n;
INSERT INTO occupancy_day (resource_id, day, space_id, bookings, minutes, no_shows, visits, visit_minutes) SELECT 1 + n % 2000, n / 2000, 1 + n % 3, 1, 1, 0, 1, 1 FROM generate_series(1, 20000) AS n;
INSERT INTO realigned (booking_id, outcome, was_start, was_end, new_start, new_end, noted_at) SELECT n, 'moved', n, n + 1, n, n + 1, n FROM generate_series(1, 5000) AS n;
INSERT INTO refusal_day (host, day, refused) SELECT 'h' || n % 300, n / 300, 1 FROM generate_series(1, 20000) AS n;
INSERT INTO peer (host, level, first_met_at)
  SELECT 'h' || n, CASE WHEN n % 100 = 0 THEN 'blocked' ELSE 'known' END, n FROM generate_series(1, 5000) AS n;
INSERT INTO waitlist (id, space_id, resource_id, kind, any_of_kind, requester_id, audience, state, starts_at, ends_at, minutes, units, people, offer_uri, told_by, look_at, booking_id, joined_at, updated)
  SELECT n, 1 + n % 3, 1 + n % 2000, 'desk', 0, 1 + n % 10000, 'resident', CASE WHEN n % 50 = 0 THEN 'waiting' ELSE 'left' END, n, n + 1, 60, 1, 1,
    CASE WHEN n % 4 = 0 THEN 'https://h/w/' || n END, n, n, CASE WHEN n % 3 = 0 THEN n END, n, n
  FROM generate_series(1, 20000) AS n;
INSERT INTO mailbox (member_id, address, secret_hash, stop_key, bookings, updated)
  SELECT n, 'a@h', CAST('h' || n AS BYTEA), 'k' || n, 1, n FROM generate_series(1, 200) AS n;
INSERT INTO mail (id, member_id, news, kind, state, next_at, created_at, ended_at)
  SELECT n, 1 + n % 200, 'n' || n, 'booking_confirmed', CASE n % 50 WHEN 0 THEN 'waiting' WHEN 1 THEN 'failed' ELSE 'sent' END, n, n, CASE WHEN n % 50 > 0 THEN n END
  FROM generate_series(1, 10000) AS n;
INSERT INTO webhook (id, url, events, secret, added_at) SELECT n, 'u', '[]', CAST('s' AS BYTEA), n FROM generate_series(1, 20) AS n;
INSERT INTO webhook_delivery (id, webhook_id, news, kind, booking_id, body, state, next_at, created_at, ended_at)
  SELECT n, 1 + n % 20, 'n' || n, 'k', 1 + n, CASE WHEN n % 50 = 0 THEN 'b' END, CASE WHEN n % 50 = 0 THEN 'waiting' ELSE 'done' END, n, n, CASE WHEN n % 50 > 0 THEN n END
  FROM generate_series(1, 10000) AS n;
INSERT INTO whereabouts (actor_id, home_space, space) SELECT id, 'https://h/s', '{}' FROM actor WHERE local = 0;
INSERT INTO statement (id, space_id, partner_id, month, ours, body, made_at)
  SELECT n, 1 + n % 3, 300 + n / 24, '20' || 10 + n / 2 % 12 || '-01', n % 2, '{}', n FROM generate_series(1, 6000) AS n;
ANALYZE;
";

/// The shared schema, filled.
pub(in crate::store) async fn store(server: &Address) -> Store {
    let place = Place::Server(server.in_schema("t_plans").unwrap());
    let store = Store::open(place, Options { connections: 3, ..Options::default() }).unwrap();
    store
        .write(|tx| {
            // Whoever is not the first waits here.
            tx.query("SELECT pg_advisory_xact_lock(4711)", &[], |_| Ok(()))?;
            if tx.query_one("SELECT count(*) FROM peer", &[], |row| row.get::<u64>(0))? == Some(0) {
                FILL.split_terminator(";\n").map(str::trim).try_for_each(|step| tx.execute(step, &[]).map(drop))?;
            }
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    store
}

/// The steps of the plan that serves whatever is bound, as a node's connections make it, which read a whole table or index
/// that is not small.
pub(in crate::store) fn scans(tx: &mut Tx<'_>, sql: &str, places: usize, small: &[&str]) -> Result<Vec<String>, Error> {
    tx.execute(&format!("PREPARE asked AS {sql}"), &[])?;
    let nothing = vec!["NULL"; places].join(", ");
    let places = if nothing.is_empty() { String::new() } else { format!("({nothing})") };
    let steps = tx.query(&format!("EXPLAIN EXECUTE asked{places}"), &[], |row| row.get::<String>(0))?;
    tx.execute("DEALLOCATE asked", &[])?;
    // Walking an index in the order that is wanted ends at the LIMIT; sorting first does not.
    let walks = sql.contains("LIMIT") && !steps.iter().any(|step| step.contains("Sort"));
    let mut found = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        let Some((kind, scan)) = step.split_once(" Scan ") else { continue };
        let of = |word: &str| scan.split(word).nth(1).unwrap_or_default().split(' ').next().unwrap_or_default();
        let table = of("on ");
        let made_up = ["CTE", "Subquery", "WorkTable", "Function", "Bitmap Heap"].iter().any(|one| kind.contains(one));
        let below = steps.iter().skip(place + 1).take_while(|step| !step.contains("->"));
        // As many as the node has people and places.
        let ours = step.contains(" actor_local");
        let whole = kind.contains("Seq") || !below.clone().any(|step| step.contains("Index Cond"));
        if whole
            && !made_up
            && !ours
            && (!walks || kind.contains("Seq"))
            && !small.iter().any(|name| table.starts_with(name))
        {
            found.push(step.trim().to_owned());
        }
    }
    Ok(found)
}
