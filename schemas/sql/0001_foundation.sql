-- The foundation: who is known here, what they said, and the mail between nodes.
--
-- One text for both engines. Ids are 64-bit numbers minted by the store (time-ordered); times are unix milliseconds;
-- booleans are 0 or 1; JSON is text. No rowid, no engine's own date functions.

-- What the node knows of itself: a small set of named values.
CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Everybody who can speak: our members, spaces and the node itself (local = 1), and everybody met elsewhere.
CREATE TABLE actor (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  local INTEGER NOT NULL CHECK (local IN (0, 1)),
  type TEXT NOT NULL CHECK (type IN ('Person', 'Group', 'Organization', 'Service', 'Application')),
  username TEXT NOT NULL,              -- preferredUsername, as its owner spells it
  username_folded TEXT NOT NULL,       -- lower case, for look-ups
  host TEXT NOT NULL,                  -- the host of the handle (with a port on a development node)
  server TEXT NOT NULL,                -- the host of the id: whose people count as one, and are judged as one
  name TEXT NOT NULL DEFAULT '',
  name_folded TEXT NOT NULL DEFAULT '', -- lower case, for searches
  summary TEXT NOT NULL DEFAULT '',    -- sanitised HTML
  summary_source TEXT,                 -- Markdown, of local actors
  url TEXT,
  icon TEXT,                           -- a picture's URL
  icon_alt TEXT,
  fields TEXT NOT NULL DEFAULT '[]',   -- JSON: [{name, value, source}], value sanitised HTML, source plain text of local actors
  skills TEXT NOT NULL DEFAULT '[]',   -- JSON: [string], schema:knowsAbout
  inbox TEXT NOT NULL,
  shared_inbox TEXT,
  outbox TEXT,
  followers TEXT,
  following TEXT,
  featured TEXT,
  also_known_as TEXT NOT NULL DEFAULT '[]',
  moved_to TEXT,
  moved_at INTEGER,                    -- when it moved last, as far as that happened here
  implements TEXT NOT NULL DEFAULT '[]', -- JSON: [URI], capabilities (FEP-844e)
  manually_approves_followers INTEGER NOT NULL DEFAULT 0,
  discoverable INTEGER NOT NULL DEFAULT 0,
  indexable INTEGER NOT NULL DEFAULT 0,
  hides_network INTEGER NOT NULL DEFAULT 1, -- follower lists show counts only
  home_space_id INTEGER REFERENCES actor (id),
  published INTEGER,
  updated INTEGER NOT NULL,            -- the version of what is shown
  fetched_at INTEGER,                  -- of remote actors: when last read from their home
  remote_updated INTEGER,              -- of remote actors: the version that their document names
  suspended_at INTEGER,
  deleted_at INTEGER                   -- a Tombstone stands at its URL
) STRICT;
CREATE UNIQUE INDEX actor_local_username ON actor (username_folded) WHERE local = 1;
CREATE INDEX actor_handle ON actor (username_folded, host);
CREATE INDEX actor_url ON actor (url) WHERE url IS NOT NULL AND local = 0;
CREATE INDEX actor_name ON actor (name_folded);
CREATE INDEX actor_server ON actor (server, id);
CREATE INDEX actor_suspended ON actor (id) WHERE suspended_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX actor_local ON actor (type, id) WHERE local = 1 AND deleted_at IS NULL;

-- Public keys of everybody, and the private halves of our own.
CREATE TABLE actor_key (
  uri TEXT PRIMARY KEY,                -- the key id that signatures name
  actor_id INTEGER NOT NULL REFERENCES actor (id),
  algorithm TEXT NOT NULL CHECK (algorithm IN ('rsa', 'ed25519')),
  public_key TEXT NOT NULL,            -- RSA: SPKI PEM; Ed25519: Multikey multibase
  private_key BLOB,                    -- PKCS#8 DER, of local actors
  created_at INTEGER NOT NULL,
  retired_at INTEGER
) STRICT;
CREATE INDEX actor_key_actor ON actor_key (actor_id, algorithm);
CREATE INDEX actor_key_retired ON actor_key (retired_at) WHERE retired_at IS NOT NULL AND private_key IS NOT NULL;

-- Key pairs made ahead by a job, so that nobody waits for prime numbers.
CREATE TABLE spare_key (
  id INTEGER PRIMARY KEY,
  rsa_private BLOB NOT NULL,           -- as in actor_key
  rsa_public TEXT NOT NULL,
  ed25519_private BLOB NOT NULL,
  ed25519_public TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE member (
  actor_id INTEGER PRIMARY KEY REFERENCES actor (id),
  role TEXT NOT NULL CHECK (role IN ('member', 'host', 'admin')),
  joined_at INTEGER NOT NULL,
  left_at INTEGER
) STRICT;

CREATE TABLE space (
  actor_id INTEGER PRIMARY KEY REFERENCES actor (id),
  zone TEXT NOT NULL,                  -- IANA
  is_default INTEGER NOT NULL DEFAULT 0,
  founded_at INTEGER NOT NULL,
  place TEXT NOT NULL,                 -- JSON of coworking::Place: where it is, when it is open and can be booked
  hospitality TEXT                     -- JSON of coworking::Hospitality: what it grants guests from partner spaces
) STRICT;
CREATE UNIQUE INDEX space_default ON space (is_default) WHERE is_default = 1;

-- What a space has that can be booked.
CREATE TABLE resource (
  id INTEGER PRIMARY KEY,
  space_id INTEGER NOT NULL REFERENCES space (actor_id),
  body TEXT NOT NULL,                  -- JSON of coworking::Resource
  added_at INTEGER NOT NULL,
  updated INTEGER NOT NULL,            -- the version of its rules
  retired_at INTEGER                   -- nobody can book it any more
) STRICT;
CREATE INDEX resource_space ON resource (space_id, id) WHERE retired_at IS NULL;

-- What a combined resource is made of.
CREATE TABLE resource_part (
  whole_id INTEGER NOT NULL REFERENCES resource (id),
  part_id INTEGER NOT NULL REFERENCES resource (id),
  PRIMARY KEY (whole_id, part_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX resource_part_of ON resource_part (part_id, whole_id);

-- When a space, or one resource of it, is closed in spite of its hours.
CREATE TABLE closure (
  id INTEGER PRIMARY KEY,
  space_id INTEGER NOT NULL REFERENCES space (actor_id),
  resource_id INTEGER REFERENCES resource (id),
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  audiences TEXT NOT NULL DEFAULT '[]', -- JSON: for whom; empty = for all
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX closure_space ON closure (space_id, ends_at);

-- Claims to what a space of this node has, from the first asking to their end. Others keep copies of these; only
-- what stands here counts.
CREATE TABLE booking (
  id INTEGER PRIMARY KEY,
  space_id INTEGER NOT NULL REFERENCES space (actor_id),
  resource_id INTEGER NOT NULL REFERENCES resource (id),
  requester_id INTEGER NOT NULL REFERENCES actor (id), -- whose it is
  booked_by_id INTEGER REFERENCES actor (id), -- who asked for it, if that is somebody of the front desk
  guest TEXT,                          -- for whom, if that is somebody without an account
  audience TEXT NOT NULL CHECK (audience IN ('resident', 'guest', 'external', 'staff')),
  state TEXT NOT NULL CHECK (state IN ('requested', 'held', 'confirmed', 'checked_in', 'completed', 'refused', 'expired', 'cancelled', 'no_show')),
  units INTEGER NOT NULL,
  unit INTEGER,                        -- the one that was chosen, from 0
  people INTEGER NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  long INTEGER NOT NULL DEFAULT 0,     -- 1 of what takes more than 26 hours: only that is looked for a year back
  wall_start TEXT NOT NULL,            -- what was meant: as the clock of the space shows it
  wall_end TEXT NOT NULL,
  zone TEXT NOT NULL,
  rules TEXT NOT NULL,                 -- JSON of coworking::Rules: those under which it was given
  note TEXT,
  override_reason TEXT,                -- why rules were passed over
  words TEXT,                          -- why it was refused or cancelled
  refusal TEXT,                        -- JSON: a code and the times that would have passed, of refused ones
  offer_uri TEXT UNIQUE,               -- the activity that asked, of those from elsewhere
  offer_hash BLOB,                     -- SHA-256 of what it asked
  context TEXT,                        -- what it was asked for together with
  series_id INTEGER,                   -- of which series it is one
  original TEXT,                       -- when it was to start by that, as the clock of the space shows it
  expires_at INTEGER,                  -- of what is held, or waits for staff
  due_at INTEGER,                      -- when something happens to it by itself
  cancelled_by TEXT CHECK (cancelled_by IN ('guest', 'host')),
  late INTEGER NOT NULL DEFAULT 0,
  requested_at INTEGER NOT NULL,
  answered_at INTEGER,
  checked_in_at INTEGER,
  checked_in_by TEXT CHECK (checked_in_by IN ('host', 'member', 'code', 'home', 'walk_in')),
  checked_out_at INTEGER,
  estimated INTEGER NOT NULL DEFAULT 0, -- nobody saw when its guest left
  sequence INTEGER NOT NULL DEFAULT 0, -- grows with each change that calendars should show
  updated INTEGER NOT NULL,
  reduced INTEGER NOT NULL DEFAULT 0,  -- are the words and the times of coming and going forgotten?
  told_by INTEGER                      -- the event that said that it stands, of those from elsewhere
) STRICT;
-- What somebody has of one resource is found without the rows of what they have of others.
CREATE INDEX booking_requester ON booking (requester_id, long, starts_at, id, resource_id);
CREATE INDEX booking_space ON booking (space_id, long, starts_at, id);
CREATE INDEX booking_resource ON booking (resource_id, long, starts_at, id);
CREATE INDEX booking_old ON booking (reduced, ends_at, id);
CREATE INDEX booking_due ON booking (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX booking_held ON booking (expires_at, resource_id, requester_id) WHERE state = 'held';
CREATE INDEX booking_present ON booking (requester_id, id) WHERE state = 'checked_in';
CREATE INDEX booking_waiting ON booking (space_id, id) WHERE state = 'requested';
CREATE INDEX booking_refused ON booking (requester_id, requested_at) WHERE state = 'refused';
CREATE INDEX booking_booked_by ON booking (booked_by_id) WHERE booked_by_id IS NOT NULL;
CREATE INDEX booking_refused_old ON booking (id) WHERE state = 'refused' AND offer_uri IS NOT NULL AND answered_at = requested_at;
CREATE INDEX booking_series ON booking (series_id, long, starts_at, id) WHERE series_id IS NOT NULL;
CREATE INDEX booking_context ON booking (context, id) WHERE context IS NOT NULL;

-- What members of this node have booked elsewhere, as far as the host has said it: only the host confirms.
CREATE TABLE away_booking (
  id INTEGER PRIMARY KEY,
  member_id INTEGER NOT NULL REFERENCES member (actor_id),
  space_id INTEGER NOT NULL REFERENCES actor (id), -- the host
  proposal TEXT NOT NULL,              -- what was asked for, by its address
  name TEXT NOT NULL,
  zone TEXT NOT NULL,
  rules_version TEXT,
  series_id INTEGER,                   -- of which series it is one
  original TEXT,                       -- when it was to start by that
  units INTEGER NOT NULL,
  people INTEGER NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  wall_start TEXT NOT NULL,            -- what was meant: as the clock of the host showed it when it was asked for
  wall_end TEXT NOT NULL,
  note TEXT,
  price TEXT NOT NULL,                 -- JSON of coworking::Price: what was asked in return
  state TEXT NOT NULL CHECK (state IN ('sent', 'waiting', 'held', 'confirmed', 'checked_in', 'completed', 'refused', 'expired', 'cancelled', 'no_show')),
  waits INTEGER NOT NULL DEFAULT 0,    -- would its guest wait for it?
  place INTEGER,                       -- their place in the host's line, as the host said it
  agreement TEXT UNIQUE,               -- the host's address of it
  words TEXT,                          -- why it was refused or cancelled
  alternatives TEXT NOT NULL DEFAULT '[]', -- JSON: times that would have passed
  cancelled_by TEXT CHECK (cancelled_by IN ('guest', 'host')),
  held_until INTEGER,
  deadline INTEGER NOT NULL,           -- after which the host must not say yes
  asked_by INTEGER NOT NULL,           -- the event that asked
  requested_at INTEGER NOT NULL,
  answered_at INTEGER,
  told_at INTEGER,                     -- the time of the last thing that the host said
  poll_at INTEGER,                     -- when the host is asked what became of it
  polls INTEGER NOT NULL DEFAULT 0,    -- how often it was asked since something came of it
  silent_since INTEGER,                -- since when the host does not answer that question
  sequence INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL,
  reduced INTEGER NOT NULL DEFAULT 0   -- are the words forgotten?
) STRICT;
CREATE INDEX away_booking_old ON away_booking (reduced, ends_at, id);
CREATE INDEX away_booking_member ON away_booking (member_id, starts_at, id);
CREATE INDEX away_booking_series ON away_booking (series_id, starts_at, id) WHERE series_id IS NOT NULL;
CREATE INDEX away_booking_waiting ON away_booking (deadline, id) WHERE state = 'sent';
CREATE INDEX away_booking_space ON away_booking (space_id, id);
CREATE INDEX away_booking_poll ON away_booking (poll_at, id) WHERE poll_at IS NOT NULL;

-- What bookings take of each resource while they take it, once for each day (since 1970, UTC) that they touch: a stretch of the
-- calendar is one range of this.
CREATE TABLE claim (
  resource_id INTEGER NOT NULL,
  day INTEGER NOT NULL,
  booking_id INTEGER NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  kept_until INTEGER NOT NULL,         -- with the gap that the resource had when it was given
  units INTEGER NOT NULL,
  unit INTEGER,                        -- the first of those that were chosen; null: they can still be moved
  given TEXT NOT NULL,                 -- JSON: [number], the units that it has
  expires_at INTEGER,                  -- as of the booking: from then on it takes nothing
  PRIMARY KEY (resource_id, day, booking_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_booking ON claim (booking_id, resource_id);

-- Who has which unit in which five minutes: the database itself lets nobody have what somebody has, whatever the code
-- above it does.
CREATE TABLE claimed_step (
  resource_id INTEGER NOT NULL,
  unit INTEGER NOT NULL,
  step INTEGER NOT NULL,               -- since 1970
  booking_id INTEGER NOT NULL,
  PRIMARY KEY (resource_id, unit, step)
) STRICT, WITHOUT ROWID;

-- Bearer tokens; only the SHA-256 of a token is kept.
CREATE TABLE token (
  hash BLOB PRIMARY KEY,
  id INTEGER NOT NULL UNIQUE,
  member_id INTEGER NOT NULL REFERENCES member (actor_id),
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  expires_at INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE INDEX token_member ON token (member_id, id);

-- Secret links with which members' calendar programs read their bookings; only the SHA-256 of a secret is kept.
CREATE TABLE calendar_feed (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  member_id INTEGER NOT NULL REFERENCES member (actor_id),
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE INDEX calendar_feed_member ON calendar_feed (member_id, id);

-- What was answered to requests with an idempotency key, for a day: whoever asks again gets it again.
CREATE TABLE idempotency (
  token_id INTEGER NOT NULL REFERENCES token (id),
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL,           -- SHA-256 of the request
  answer TEXT NOT NULL,
  answered_at INTEGER NOT NULL,
  PRIMARY KEY (token_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_tidy ON idempotency (answered_at);

-- Posts, replies, direct messages and offers, of members and of people elsewhere.
CREATE TABLE post (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  author_id INTEGER NOT NULL REFERENCES actor (id),
  local INTEGER NOT NULL CHECK (local IN (0, 1)),
  space_id INTEGER REFERENCES actor (id), -- the author's home space, of local posts
  visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted', 'followers', 'members', 'direct')),
  name TEXT,                           -- a title; offers have one
  summary TEXT,                        -- a content warning, plain text
  sensitive INTEGER NOT NULL DEFAULT 0,
  content TEXT NOT NULL,               -- sanitised HTML
  source TEXT,                         -- Markdown, of local posts
  language TEXT,
  url TEXT,
  in_reply_to_id INTEGER,              -- no reference: the parent may be deleted for good
  in_reply_to_uri TEXT,
  context TEXT,
  attachments TEXT NOT NULL DEFAULT '[]', -- JSON: [{url, mediaType, name, width, height}]
  tags TEXT NOT NULL DEFAULT '[]',     -- JSON: [string], hashtags without #
  mentions TEXT NOT NULL DEFAULT '[]', -- JSON: [{href, name}]
  published INTEGER NOT NULL,
  updated INTEGER,
  deleted_at INTEGER
) STRICT;
CREATE INDEX post_author ON post (author_id, id) WHERE deleted_at IS NULL;
-- Outboxes are our own people's; what comes in from elsewhere need not pay for them.
CREATE INDEX post_outbox ON post (author_id, id)
  WHERE local = 1 AND deleted_at IS NULL AND visibility IN ('public', 'unlisted');
CREATE INDEX post_direct ON post (author_id, id) WHERE visibility = 'direct' AND deleted_at IS NULL;
CREATE INDEX post_reply ON post (in_reply_to_id, id) WHERE in_reply_to_id IS NOT NULL;
-- What is counted and shown to everybody: without looking at the replies themselves.
CREATE INDEX post_reply_public ON post (in_reply_to_id, id)
  WHERE in_reply_to_id IS NOT NULL AND deleted_at IS NULL AND visibility IN ('public', 'unlisted');
-- Replies that came before what they answer.
CREATE INDEX post_orphan ON post (in_reply_to_uri) WHERE in_reply_to_id IS NULL AND in_reply_to_uri IS NOT NULL;
-- People copy the address of a page, not the id.
CREATE INDEX post_url ON post (url) WHERE url IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX post_network ON post (id) WHERE visibility = 'public' AND deleted_at IS NULL AND in_reply_to_uri IS NULL;
CREATE INDEX post_space ON post (space_id, id)
  WHERE space_id IS NOT NULL AND visibility IN ('public', 'members') AND deleted_at IS NULL AND in_reply_to_uri IS NULL;

-- Whom a post is addressed to besides what its visibility says: those it mentions, and whose post it answers. They
-- may read it, and keep being told of it: the rows outlive the post's text.
CREATE TABLE post_recipient (
  post_id INTEGER NOT NULL REFERENCES post (id),
  actor_id INTEGER NOT NULL REFERENCES actor (id),
  PRIMARY KEY (post_id, actor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_recipient_actor ON post_recipient (actor_id, post_id);

CREATE TABLE post_tag (
  tag TEXT NOT NULL,                   -- folded
  post_id INTEGER NOT NULL REFERENCES post (id),
  PRIMARY KEY (tag, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_tag_post ON post_tag (post_id);

-- Posts that an actor pins to its page ("featured").
CREATE TABLE pin (
  actor_id INTEGER NOT NULL REFERENCES actor (id),
  post_id INTEGER NOT NULL REFERENCES post (id),
  pinned_at INTEGER NOT NULL,
  PRIMARY KEY (actor_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pin_post ON pin (post_id);

-- An open offer or request: a post with a proposal in it (FEP-0837).
CREATE TABLE offer (
  post_id INTEGER PRIMARY KEY REFERENCES post (id),
  author_id INTEGER NOT NULL REFERENCES actor (id),
  purpose TEXT NOT NULL CHECK (purpose IN ('offer', 'request')),
  kind TEXT NOT NULL CHECK (kind IN ('skill', 'help', 'assignment', 'collaboration', 'goods', 'other')),
  state TEXT NOT NULL CHECK (state IN ('open', 'settled', 'expired')),
  in_return TEXT,                      -- plain text: what is hoped for in return; absent = a gift
  words TEXT NOT NULL,                 -- lower case: title, text and tags, for the board's search
  proposal TEXT NOT NULL DEFAULT '{}', -- JSON: publishes, reciprocal, unitBased as they came over the wire; {} = ours
  ends_at INTEGER,
  settled_at INTEGER
) STRICT;
CREATE INDEX offer_open ON offer (post_id) WHERE state = 'open';
CREATE INDEX offer_author ON offer (author_id, post_id);
CREATE INDEX offer_ends ON offer (ends_at) WHERE state = 'open' AND ends_at IS NOT NULL;
-- Those that are over and ours: to be taken back when nobody looks for them any more.
CREATE INDEX offer_over ON offer (coalesce(settled_at, ends_at)) WHERE state <> 'open' AND proposal = '{}';

CREATE TABLE post_like (
  post_id INTEGER NOT NULL REFERENCES post (id),
  actor_id INTEGER NOT NULL REFERENCES actor (id),
  id INTEGER NOT NULL UNIQUE,
  uri TEXT UNIQUE,                     -- of remote likes; ours follow from the id
  liked_at INTEGER NOT NULL,
  PRIMARY KEY (post_id, actor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_like_actor ON post_like (actor_id);

CREATE TABLE announce (
  id INTEGER PRIMARY KEY,
  uri TEXT UNIQUE,                     -- of remote ones
  actor_id INTEGER NOT NULL REFERENCES actor (id),
  post_id INTEGER NOT NULL REFERENCES post (id),
  visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted', 'followers')),
  announced_at INTEGER NOT NULL,
  UNIQUE (actor_id, post_id)
) STRICT;
CREATE INDEX announce_actor ON announce (actor_id, id);
CREATE INDEX announce_post ON announce (post_id, id);

CREATE TABLE follow (
  follower_id INTEGER NOT NULL REFERENCES actor (id),
  target_id INTEGER NOT NULL REFERENCES actor (id),
  id INTEGER NOT NULL UNIQUE,          -- orders lists; names our own Follow activities
  uri TEXT,                            -- the Follow's id, of remote followers
  state TEXT NOT NULL CHECK (state IN ('requested', 'accepted', 'rejected')), -- rejected: kept until the answer is sent
  requested_at INTEGER NOT NULL,
  accepted_at INTEGER,
  PRIMARY KEY (follower_id, target_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_target ON follow (target_id, state, id);
CREATE INDEX follow_follower ON follow (follower_id, state, id);

CREATE TABLE block (
  actor_id INTEGER NOT NULL REFERENCES actor (id),
  target_id INTEGER NOT NULL REFERENCES actor (id),
  id INTEGER NOT NULL UNIQUE,
  uri TEXT,
  blocked_at INTEGER NOT NULL,
  PRIMARY KEY (actor_id, target_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX block_target ON block (target_id, actor_id);

CREATE TABLE mute (
  member_id INTEGER NOT NULL REFERENCES member (actor_id),
  target_id INTEGER NOT NULL REFERENCES actor (id),
  id INTEGER NOT NULL UNIQUE,
  muted_at INTEGER NOT NULL,
  PRIMARY KEY (member_id, target_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE report (
  id INTEGER PRIMARY KEY,
  reporter_id INTEGER NOT NULL REFERENCES actor (id),
  target_id INTEGER NOT NULL REFERENCES actor (id),
  uri TEXT UNIQUE,                     -- of remote ones
  posts TEXT NOT NULL DEFAULT '[]',    -- JSON: [URI]
  content TEXT NOT NULL,
  forward INTEGER NOT NULL DEFAULT 0,
  reported_at INTEGER NOT NULL,
  resolved_at INTEGER
) STRICT;
CREATE INDEX report_open ON report (id) WHERE resolved_at IS NULL;

-- A member's home timeline, filled when a post comes in: reading it is one range of one index.
CREATE TABLE home_entry (
  member_id INTEGER NOT NULL REFERENCES member (actor_id),
  id INTEGER NOT NULL,                 -- order of arrival: the post's or the announce's id
  post_id INTEGER NOT NULL,
  author_id INTEGER NOT NULL,          -- whose follow brought it: the author or the announcer
  PRIMARY KEY (member_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX home_entry_post ON home_entry (post_id);

CREATE TABLE notification (
  id INTEGER PRIMARY KEY,
  member_id INTEGER NOT NULL REFERENCES member (actor_id),
  kind TEXT NOT NULL CHECK (kind IN ('follow', 'follow_request', 'follow_accepted', 'mention', 'reply', 'direct', 'like', 'announce', 'offer_reply', 'moved', 'report',
    'booking_requested', 'booking_held', 'booking_confirmed', 'booking_declined', 'booking_expired', 'booking_moved', 'booking_cancelled', 'booking_no_show',
    'booking_no_show_lifted', 'booking_appeal_dismissed',
    'stay_confirmed', 'stay_refused', 'stay_cancelled', 'stay_unsure', 'stay_expired', 'webhook_disabled')),
  actor_id INTEGER NOT NULL REFERENCES actor (id),
  post_id INTEGER,
  -- Of news about a booking here, or elsewhere: it is forgotten with it.
  booking_id INTEGER REFERENCES booking (id) ON DELETE CASCADE,
  away_id INTEGER REFERENCES away_booking (id) ON DELETE CASCADE,
  news TEXT,                           -- what is told, of what: told once
  among INTEGER NOT NULL DEFAULT 0,    -- of how many more it is told that belong to the booking
  notified_at INTEGER NOT NULL,
  read_at INTEGER
) STRICT;
CREATE INDEX notification_member ON notification (member_id, id);
CREATE INDEX notification_unread ON notification (member_id, id) WHERE read_at IS NULL;
CREATE INDEX notification_post ON notification (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX notification_other ON notification (id) WHERE booking_id IS NULL AND away_id IS NULL;
CREATE INDEX notification_booking ON notification (booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX notification_away ON notification (away_id, id) WHERE away_id IS NOT NULL;
CREATE UNIQUE INDEX notification_news ON notification (member_id, news) WHERE news IS NOT NULL;

-- What happened, in the order it happened; the publisher turns each into activities, once.
CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  body TEXT NOT NULL,                  -- JSON of coworking::Event
  recorded_at INTEGER NOT NULL,
  published_at INTEGER
) STRICT;
CREATE INDEX event_unpublished ON event (id) WHERE published_at IS NULL;

-- Verified activities from other nodes, until they are processed. A processed one is deleted, so that this table is as
-- small as the work that waits.
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY,              -- as in received
  actor_id INTEGER NOT NULL REFERENCES actor (id),
  type TEXT NOT NULL,
  recipient_id INTEGER,                -- whose personal inbox it came to; null for the shared one
  body TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  error TEXT
) STRICT;
CREATE INDEX inbox_failed ON inbox (id) WHERE state = 'failed';
CREATE INDEX inbox_actor ON inbox (actor_id, id) WHERE state = 'waiting';

-- The ids of all activities that were taken, so that a repeat is known as one. What is sent to several people in
-- secret is taken once for each of them.
CREATE TABLE received (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL,
  recipient_id INTEGER NOT NULL,       -- as in inbox; 0 where it is no matter to whom it came
  again_at INTEGER,                    -- of a question: when a repeat of it was looked at last
  UNIQUE (uri, recipient_id)
) STRICT;

-- A Delete or an Undo that came before what it speaks of. It counts against the one who sent it alone: nobody can
-- bury what is somebody else's.
CREATE TABLE tombstone (
  uri TEXT NOT NULL,
  actor_id INTEGER NOT NULL REFERENCES actor (id),
  buried_at INTEGER NOT NULL,
  PRIMARY KEY (uri, actor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstone_tidy ON tombstone (buried_at);

-- Activities of ours, the bytes as they are sent.
CREATE TABLE activity (
  id INTEGER PRIMARY KEY,              -- the id of the event that caused it
  actor_id INTEGER NOT NULL REFERENCES actor (id),
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  public INTEGER NOT NULL,             -- may anybody read it at its URL?
  key_uri TEXT,                        -- the key that signs its requests, where that is not the actor's of the day
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX activity_private ON activity (id) WHERE public = 0;

-- One row per activity and inbox. Among those that wait for one host with one ordering key, a later one is never due
-- before an earlier one.
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY,
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  actor_id INTEGER NOT NULL,           -- whose key signs
  inbox TEXT NOT NULL,
  host TEXT NOT NULL,
  ordering_key TEXT NOT NULL,          -- the object: what is said of one thing arrives in order
  urgent INTEGER NOT NULL DEFAULT 0,   -- goes out even to a host that is given up (Follow, Accept, Reject, Undo of a follow, Delete of an actor)
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'dropped')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  status INTEGER,                      -- of the last answer
  error TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  UNIQUE (activity_id, inbox)
) STRICT;
CREATE INDEX delivery_due ON delivery (host, next_at, id) WHERE state = 'waiting';
CREATE INDEX delivery_urgent ON delivery (host, next_at, id) WHERE state = 'waiting' AND urgent = 1;
CREATE INDEX delivery_order ON delivery (host, ordering_key, id) WHERE state = 'waiting';
CREATE INDEX delivery_open ON delivery (state, id) WHERE state <> 'done';
CREATE INDEX delivery_tidy ON delivery (ended_at) WHERE ended_at IS NOT NULL;

-- The hosts that something waits for, and when to look at each again: never after the first of it is due.
CREATE TABLE lane (
  host TEXT PRIMARY KEY,
  next_at INTEGER NOT NULL,
  rest_until INTEGER,                  -- it asked for a pause (Retry-After)
  held_by INTEGER                      -- the process that sends to it, where several share the work; as long as that lives
) STRICT, WITHOUT ROWID;
CREATE INDEX lane_due ON lane (next_at, host);
CREATE INDEX lane_held ON lane (held_by) WHERE held_by IS NOT NULL;

-- Every inbox that ever got something of an actor: whom to tell when the actor leaves.
CREATE TABLE reached (
  actor_id INTEGER NOT NULL REFERENCES actor (id),
  inbox TEXT NOT NULL,
  PRIMARY KEY (actor_id, inbox)
) STRICT, WITHOUT ROWID;

-- Other nodes and servers, by host (with its port, if any).
CREATE TABLE peer (
  host TEXT PRIMARY KEY,
  level TEXT NOT NULL DEFAULT 'known' CHECK (level IN ('blocked', 'limited', 'known', 'trusted')),
  note TEXT,
  software TEXT,                       -- what it says it runs
  software_due_at INTEGER NOT NULL DEFAULT 0, -- when to ask it that again
  first_met_at INTEGER NOT NULL,
  last_heard_at INTEGER,               -- last verified request from it or success with it
  signature_scheme TEXT,               -- what it accepted last: 'cavage' or 'rfc9421'
  signature_scheme_at INTEGER,
  failures INTEGER NOT NULL DEFAULT 0, -- in a row; opens the breaker
  open_until INTEGER,                  -- the breaker: nothing is tried before
  failing_days INTEGER NOT NULL DEFAULT 0,
  last_failing_day INTEGER,            -- days since 1970
  dead_since INTEGER
) STRICT;
CREATE INDEX peer_software ON peer (software_due_at, host) WHERE level <> 'blocked' AND dead_since IS NULL;
CREATE INDEX peer_blocked ON peer (host) WHERE level = 'blocked';

-- The processes of this node, where there are several. What one holds is free when it has not said for a while that it
-- lives.
CREATE TABLE process (
  id INTEGER PRIMARY KEY,
  slot INTEGER NOT NULL UNIQUE,        -- a small number for the ids that it mints
  alive_until INTEGER NOT NULL
) STRICT;

-- How often somebody did something that is limited, as one process counted it and others have not heard: for seconds only.
CREATE TABLE spent (
  id INTEGER PRIMARY KEY,
  process INTEGER NOT NULL,            -- who counted
  what TEXT NOT NULL,                  -- the limit
  who INTEGER NOT NULL,                -- a hash of whom it is counted for
  times INTEGER NOT NULL
) STRICT;

-- Work that one process does for all.
CREATE TABLE duty (
  name TEXT PRIMARY KEY,
  held_by INTEGER                      -- as in lane
) STRICT, WITHOUT ROWID;

-- The directory: spaces elsewhere that are found through partners, each as it told of itself when it was last asked.
CREATE TABLE known_space (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  host TEXT NOT NULL,
  hops INTEGER NOT NULL,               -- 1: a space of ours follows it; 2: one of those does
  via TEXT NOT NULL,                   -- the space that follows it
  seen_at INTEGER NOT NULL,            -- when it was last found there
  due_at INTEGER NOT NULL,             -- when to ask it again
  read_at INTEGER,                     -- when it last told of itself
  listing TEXT,                        -- JSON of coworking::Listing; null: it has told nothing, or is no space
  town TEXT,                           -- as it is compared
  latitude INTEGER,                    -- in millionths of a degree
  longitude INTEGER
) STRICT;
CREATE INDEX known_space_due ON known_space (due_at, id);
CREATE INDEX known_space_via ON known_space (via, id);
CREATE INDEX known_space_hops ON known_space (hops, id);
CREATE INDEX known_space_seen ON known_space (seen_at);
CREATE INDEX known_space_town ON known_space (town, id) WHERE listing IS NOT NULL;
CREATE INDEX known_space_latitude ON known_space (latitude, id) WHERE listing IS NOT NULL;

-- What they have, for those who look for it.
CREATE TABLE known_resource (
  space_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  body TEXT NOT NULL,                  -- JSON of coworking::Lent
  words TEXT NOT NULL,                 -- by which it is found, as they are compared
  PRIMARY KEY (space_id, number)
) STRICT, WITHOUT ROWID;
-- Who waits for what others have at our spaces: one line for each space, in the order of the numbers.
CREATE TABLE waitlist (
  id INTEGER PRIMARY KEY,
  space_id INTEGER NOT NULL REFERENCES space (actor_id),
  resource_id INTEGER NOT NULL REFERENCES resource (id), -- what was asked for
  kind TEXT NOT NULL,                  -- of what sort that is
  any_of_kind INTEGER NOT NULL,        -- would anything else of the sort do?
  requester_id INTEGER NOT NULL REFERENCES actor (id),
  booked_by_id INTEGER REFERENCES actor (id), -- who put them on, if that is somebody of the front desk
  audience TEXT NOT NULL CHECK (audience IN ('resident', 'guest', 'external', 'staff')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'promoted', 'left', 'removed', 'expired')),
  starts_at INTEGER NOT NULL,          -- the earliest beginning
  ends_at INTEGER NOT NULL,            -- the latest end
  minutes INTEGER NOT NULL,            -- how long
  units INTEGER NOT NULL,
  people INTEGER NOT NULL,
  note TEXT,
  offer_uri TEXT UNIQUE,               -- the activity that asked, of those from elsewhere
  offer_hash BLOB,                     -- SHA-256 of what it asked
  deadline INTEGER,                    -- after which it must not be accepted
  told_by INTEGER NOT NULL,            -- the event that said that they wait
  look_at INTEGER NOT NULL,            -- when to look again whether there is a place; 0: something came free
  booking_id INTEGER,                  -- what they got
  promised_until INTEGER,              -- until when it is kept, or can be given back without being late
  words TEXT,                          -- why they were taken off
  joined_at INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  rules TEXT                           -- JSON of coworking::Rules: those to which somebody from elsewhere said yes in advance
) STRICT;
CREATE INDEX waitlist_line ON waitlist (space_id, id) WHERE state = 'waiting';
CREATE INDEX waitlist_waiting ON waitlist (requester_id, id) WHERE state = 'waiting';
CREATE INDEX waitlist_requester ON waitlist (requester_id, id);
CREATE INDEX waitlist_look ON waitlist (look_at, id) WHERE state = 'waiting';
CREATE INDEX waitlist_booking ON waitlist (booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX waitlist_over ON waitlist (ends_at, id);
-- Members of this node at the doors of others: what they said there, and what they were told.
CREATE TABLE visit (
  id INTEGER PRIMARY KEY,
  member_id INTEGER NOT NULL REFERENCES member (actor_id),
  space_id INTEGER NOT NULL REFERENCES actor (id), -- the host
  away_id INTEGER,                     -- the booking that they came for, or were given at the door
  code TEXT,                           -- what was scanned at the door, until it is answered
  until INTEGER,                       -- how long they mean to stay
  state TEXT NOT NULL CHECK (state IN ('sent', 'present', 'refused', 'left')),
  words TEXT,                          -- why they were not let in
  begun_at INTEGER NOT NULL,
  answered_at INTEGER
) STRICT;
CREATE INDEX visit_member ON visit (member_id, id);
CREATE INDEX visit_away ON visit (away_id) WHERE away_id IS NOT NULL;

-- People from elsewhere at the doors of this node, by the activity with which they said so, for 7 days: it is answered once,
-- however often it comes.
CREATE TABLE arrival (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  actor_id INTEGER NOT NULL REFERENCES actor (id),
  space_id INTEGER NOT NULL REFERENCES space (actor_id),
  booking_id INTEGER,                  -- with which they were let in
  reason TEXT,                         -- a code, of those who were not
  words TEXT
) STRICT;
CREATE INDEX arrival_actor ON arrival (actor_id, id);
CREATE INDEX arrival_booking ON arrival (booking_id);

-- What the codes at the door of a space are made from.
CREATE TABLE door (
  space_id INTEGER PRIMARY KEY REFERENCES space (actor_id),
  secret BLOB NOT NULL
) STRICT;

-- Members in their browsers; only the SHA-256 of what a browser holds is kept.
CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  member_id INTEGER NOT NULL REFERENCES member (actor_id),
  label TEXT NOT NULL,                 -- what the browser says that it is
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  token_id INTEGER REFERENCES token (id) -- with which it was opened, if it was; it ends with it
) STRICT;
CREATE INDEX session_member ON session (member_id, id);
CREATE INDEX session_token ON session (token_id);
CREATE INDEX session_tidy ON session (expires_at);

-- Links with which a member signs in, once; only the SHA-256 of a secret is kept.
CREATE TABLE sign_in_link (
  hash BLOB PRIMARY KEY,
  member_id INTEGER NOT NULL REFERENCES member (actor_id),
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_link_member ON sign_in_link (member_id);
CREATE INDEX sign_in_link_tidy ON sign_in_link (expires_at);

-- Screens at the doors of spaces; only the SHA-256 of the secret in their address is kept.
CREATE TABLE kiosk (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  space_id INTEGER NOT NULL REFERENCES space (actor_id),
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  misses INTEGER NOT NULL DEFAULT 0,   -- wrong numbers
  missed_since INTEGER,                -- since when
  locked_until INTEGER                 -- after so many
) STRICT;
CREATE INDEX kiosk_space ON kiosk (space_id, id);

-- The numbers that members type at these screens. They open nothing but a check-in there, and are looked up by themselves.
CREATE TABLE member_code (
  code TEXT PRIMARY KEY,
  member_id INTEGER NOT NULL UNIQUE REFERENCES member (actor_id)
) STRICT;
-- What repeats at the time that the clock of a space shows, here or at another node. Each of it is a booking of its own.
CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  requester_id INTEGER NOT NULL REFERENCES actor (id), -- whose it is
  resource_id INTEGER REFERENCES resource (id), -- of what here
  proposal TEXT,                       -- of what elsewhere, by its address
  name TEXT NOT NULL,                  -- what that was called
  zone TEXT NOT NULL,
  wall_start TEXT NOT NULL,            -- when the first starts, as the clock shows it
  wall_end TEXT NOT NULL,
  rule TEXT NOT NULL,                  -- a part of RRULE (RFC 5545)
  changes TEXT NOT NULL,               -- JSON: dates added, dates deleted, and those at another time
  state TEXT NOT NULL CHECK (state IN ('open', 'cancelled')),
  split_from INTEGER REFERENCES series (id), -- whose later part it is
  made_at INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT;
CREATE INDEX series_requester ON series (requester_id, id);
CREATE INDEX series_split_from ON series (split_from) WHERE split_from IS NOT NULL;
-- What somebody says who is said not to have come. One for each booking.
CREATE TABLE appeal (
  booking_id INTEGER PRIMARY KEY,
  space_id INTEGER NOT NULL REFERENCES space (actor_id),
  words TEXT NOT NULL,
  said_at INTEGER NOT NULL,
  answered_at INTEGER                  -- when staff lifted what it is about, or not
) STRICT;
CREATE INDEX appeal_open ON appeal (space_id, booking_id) WHERE answered_at IS NULL;

-- Pictures of spaces and of what they have, by the hash of their bytes.
CREATE TABLE media (
  name TEXT PRIMARY KEY,               -- the hash and how they are written: 3f2a….png
  media_type TEXT NOT NULL,
  bytes BLOB NOT NULL,
  uses INTEGER NOT NULL,               -- how much shows it; what nothing shows is forgotten after a while
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX media_unused ON media (changed_at) WHERE uses <= 0;
-- Where members get letters. Nobody hears of an address but its member and administrators.
CREATE TABLE mailbox (
  member_id INTEGER PRIMARY KEY REFERENCES member (actor_id),
  address TEXT NOT NULL,
  confirmed_at INTEGER,                -- until then nothing goes there but the letter that asks
  secret_hash BLOB UNIQUE,             -- SHA-256 of the secret in that letter
  secret_until INTEGER,
  stop_key TEXT NOT NULL UNIQUE,       -- in the link of every letter that ends them; good for nothing else
  bookings INTEGER NOT NULL,           -- are letters about bookings wanted?
  updated INTEGER NOT NULL
) STRICT;

-- Letters to members, one for each piece of news. What they say is put together when they are sent.
CREATE TABLE mail (
  id INTEGER PRIMARY KEY,
  member_id INTEGER NOT NULL REFERENCES member (actor_id),
  news TEXT NOT NULL,                  -- as in notification
  kind TEXT NOT NULL,                  -- what it is about, or 'confirm'
  booking_id INTEGER,
  away_id INTEGER,
  secret TEXT,                         -- of the letter that asks, until it is sent
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  error TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  UNIQUE (member_id, news)
) STRICT;
CREATE INDEX mail_due ON mail (next_at, id) WHERE state = 'waiting';
CREATE INDEX mail_state ON mail (state, id);
CREATE INDEX mail_tidy ON mail (ended_at) WHERE ended_at IS NOT NULL;

-- Programs that are told what happens to bookings.
CREATE TABLE webhook (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL,
  events TEXT NOT NULL,                -- JSON: [string]
  secret BLOB NOT NULL,                -- the key that signs, which both sides have
  added_at INTEGER NOT NULL,
  took_at INTEGER,                     -- when it took something last
  rest_until INTEGER,                  -- it does not answer, or asked for a pause
  disabled_at INTEGER,                 -- nothing is sent there any more
  problem TEXT                         -- why
) STRICT;

-- What they are told, one row for each piece of news and webhook.
CREATE TABLE webhook_delivery (
  id INTEGER PRIMARY KEY,              -- minted with the row: what the receiver knows a repeat by
  webhook_id INTEGER NOT NULL REFERENCES webhook (id),
  news TEXT NOT NULL,                  -- what is told, of what: told once
  kind TEXT NOT NULL,
  booking_id INTEGER,                  -- what it is about
  body TEXT,                           -- until it arrived or was given up
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  status INTEGER,                      -- of the last answer
  error TEXT,
  created_at INTEGER NOT NULL,         -- since when it waits: anew when its webhook is switched on again
  ended_at INTEGER,
  UNIQUE (webhook_id, news)
) STRICT;
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, next_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (created_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_booking ON webhook_delivery (booking_id) WHERE state = 'waiting' AND booking_id IS NOT NULL;
CREATE INDEX webhook_delivery_list ON webhook_delivery (webhook_id, id);
CREATE INDEX webhook_delivery_tidy ON webhook_delivery (ended_at) WHERE ended_at IS NOT NULL;
-- Hospitality between spaces.

-- What those who live elsewhere say beyond their profiles: people of which space they are, and spaces where they are and what
-- they grant guests.
CREATE TABLE whereabouts (
  actor_id INTEGER PRIMARY KEY REFERENCES actor (id),
  home_space TEXT,                     -- the id of the space, on the origin of who says so
  space TEXT                           -- JSON of coworking::SpaceElsewhere
) STRICT;

-- Partners: to what administrators of our spaces agreed with spaces elsewhere. A row stays when it has ended: it says who agreed
-- to what, and when.
CREATE TABLE partner (
  id INTEGER PRIMARY KEY,
  space_id INTEGER NOT NULL REFERENCES space (actor_id),
  partner_id INTEGER NOT NULL REFERENCES actor (id),
  agreement INTEGER NOT NULL,          -- the version of the peer agreement
  agreed_at INTEGER NOT NULL,
  agreed_by INTEGER REFERENCES member (actor_id), -- null: the keeper
  contact TEXT,                        -- where the other side is written to after a breach
  stated TEXT,                         -- the last month of which a statement was made
  ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX partner_standing ON partner (space_id, partner_id) WHERE ended_at IS NULL;

-- What two partners said of a month: how many days guests of the one were at the other.
CREATE TABLE statement (
  id INTEGER PRIMARY KEY,
  space_id INTEGER NOT NULL REFERENCES space (actor_id),
  partner_id INTEGER NOT NULL REFERENCES actor (id),
  month TEXT NOT NULL,                 -- 2027-01
  ours INTEGER NOT NULL CHECK (ours IN (0, 1)),
  body TEXT NOT NULL,                  -- JSON of coworking::Statement
  evidence TEXT,                       -- of theirs: the activity with its proof, as it came
  made_at INTEGER NOT NULL,
  UNIQUE (space_id, partner_id, month, ours)
) STRICT;
CREATE INDEX statement_space ON statement (space_id, id);

CREATE INDEX away_booking_time ON away_booking (starts_at, id);
-- Wishes from elsewhere about something of ours that could not be read, and what was answered: for a week.
CREATE TABLE refused_wish (
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,            -- the activity that asked
  space_id INTEGER NOT NULL REFERENCES space (actor_id),
  requester_id INTEGER NOT NULL REFERENCES actor (id),
  reason TEXT NOT NULL,                -- a code
  words TEXT NOT NULL
) STRICT;
CREATE INDEX refused_wish_requester ON refused_wish (requester_id, id);

-- How often the people of a server were refused on a day (since 1970, UTC).
CREATE TABLE refusal_day (
  host TEXT NOT NULL,
  day INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  PRIMARY KEY (host, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX refusal_day_old ON refusal_day (day, host);

-- The epoch of a host, higher each time that its memory was set back, as far as it has said so: members have bookings there.
CREATE TABLE host_epoch (
  space_id INTEGER PRIMARY KEY REFERENCES actor (id),
  epoch INTEGER NOT NULL
) STRICT;

-- What was had of each resource on each day (since 1970, by the clock of the space), and not by whom: what is left of bookings
-- that are too old to be kept, and of times of coming and going.
CREATE TABLE occupancy_day (
  resource_id INTEGER NOT NULL,
  day INTEGER NOT NULL,
  space_id INTEGER NOT NULL,
  bookings INTEGER NOT NULL,           -- those that are not kept any more
  minutes INTEGER NOT NULL,            -- of them, for all units together
  no_shows INTEGER NOT NULL,           -- of them
  visits INTEGER NOT NULL,             -- those of which it is not kept when they came and went
  visit_minutes INTEGER NOT NULL,      -- of them
  PRIMARY KEY (resource_id, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX occupancy_day_space ON occupancy_day (space_id, day, resource_id);

-- Bookings whose wall times became other instants when the rules of their zone changed, for those who work at the desk: for 30 days.
CREATE TABLE realigned (
  booking_id INTEGER PRIMARY KEY,
  outcome TEXT NOT NULL CHECK (outcome IN ('moved', 'soon', 'clash')),
  was_start INTEGER NOT NULL,
  was_end INTEGER NOT NULL,
  new_start INTEGER NOT NULL,
  new_end INTEGER NOT NULL,
  noted_at INTEGER NOT NULL
) STRICT;
CREATE INDEX realigned_old ON realigned (noted_at, booking_id);
