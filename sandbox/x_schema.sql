-- The local X beside the local Stripe. Ids are those of its API, as numbers.
CREATE TABLE IF NOT EXISTS x_people (
  id      INTEGER PRIMARY KEY,
  handle  TEXT NOT NULL UNIQUE COLLATE NOCASE,
  name    TEXT NOT NULL,
  bio     TEXT NOT NULL,
  kind    TEXT NOT NULL CHECK (kind IN ('merchant', 'fan')),
  tint    INTEGER NOT NULL,        -- the colour of the round picture, in degrees
  created INTEGER NOT NULL         -- Unix milliseconds, as all times of X
) STRICT;

CREATE TABLE IF NOT EXISTS x_posts (
  id           INTEGER PRIMARY KEY,
  author       INTEGER NOT NULL REFERENCES x_people (id),
  head         TEXT NOT NULL,      -- mentions that X put before a reply; the author did not write them
  text         TEXT NOT NULL,      -- as written, its addresses shortened
  written      TEXT NOT NULL,      -- as written
  at           INTEGER NOT NULL,
  answers      INTEGER,            -- the post that it answers
  conversation INTEGER NOT NULL,   -- the post at the head
  quotes       INTEGER,
  reposts      INTEGER,
  media        TEXT NOT NULL,      -- ids, as JSON
  app          INTEGER NOT NULL,   -- 1: made over the API
  deleted      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS x_posts_author ON x_posts (author, id);
CREATE INDEX IF NOT EXISTS x_posts_conversation ON x_posts (conversation, id);
CREATE INDEX IF NOT EXISTS x_posts_answers ON x_posts (answers);
CREATE INDEX IF NOT EXISTS x_posts_quotes ON x_posts (quotes);
CREATE UNIQUE INDEX IF NOT EXISTS x_posts_reposts ON x_posts (reposts, author) WHERE reposts IS NOT NULL AND deleted = 0;

CREATE TABLE IF NOT EXISTS x_mentions (
  post     INTEGER NOT NULL REFERENCES x_posts (id),
  person   INTEGER NOT NULL REFERENCES x_people (id),
  explicit INTEGER NOT NULL,       -- 1: the author wrote it
  PRIMARY KEY (person, post)
) STRICT;
CREATE INDEX IF NOT EXISTS x_mentions_post ON x_mentions (post);

CREATE TABLE IF NOT EXISTS x_likes (
  post   INTEGER NOT NULL REFERENCES x_posts (id),
  person INTEGER NOT NULL REFERENCES x_people (id),
  PRIMARY KEY (post, person)
) STRICT;

-- Who saw a post on the timeline, and how often: the impressions.
CREATE TABLE IF NOT EXISTS x_views (
  post  INTEGER PRIMARY KEY REFERENCES x_posts (id),
  times INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS x_links (
  code TEXT PRIMARY KEY,
  url  TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE IF NOT EXISTS x_media (
  id      INTEGER PRIMARY KEY,
  owner   INTEGER NOT NULL REFERENCES x_people (id),
  type    TEXT NOT NULL,
  size    INTEGER NOT NULL,        -- as announced, in bytes
  body    BLOB NOT NULL,           -- what came so far
  next    INTEGER NOT NULL,        -- the next segment
  ready   INTEGER NOT NULL,
  width   INTEGER NOT NULL,
  height  INTEGER NOT NULL,
  alt     TEXT NOT NULL,
  expires INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS x_codes (
  code      TEXT PRIMARY KEY,
  person    INTEGER NOT NULL REFERENCES x_people (id),
  back      TEXT NOT NULL,         -- redirect_uri
  challenge TEXT NOT NULL,
  scope     TEXT NOT NULL,
  expires   INTEGER NOT NULL,
  family    TEXT NOT NULL          -- '' until it was used
) STRICT;

-- A family is what one sign-in led to: revoked as a whole when a used-up refresh token comes again.
CREATE TABLE IF NOT EXISTS x_tokens (
  access  TEXT PRIMARY KEY,
  refresh TEXT UNIQUE,
  used    INTEGER NOT NULL DEFAULT 0,
  family  TEXT NOT NULL,
  person  INTEGER NOT NULL REFERENCES x_people (id),
  scope   TEXT NOT NULL,
  expires INTEGER NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS x_tokens_family ON x_tokens (family);
CREATE INDEX IF NOT EXISTS x_tokens_person ON x_tokens (person);

CREATE TABLE IF NOT EXISTS x_webhooks (
  id      INTEGER PRIMARY KEY,
  url     TEXT NOT NULL UNIQUE,
  valid   INTEGER NOT NULL,
  created INTEGER NOT NULL,
  checked INTEGER NOT NULL,        -- the last challenge
  misses  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS x_subscriptions (
  id      INTEGER PRIMARY KEY,
  type    TEXT NOT NULL,
  person  INTEGER NOT NULL REFERENCES x_people (id),
  webhook INTEGER NOT NULL REFERENCES x_webhooks (id) ON DELETE CASCADE,
  tag     TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  UNIQUE (type, person, webhook)
) STRICT;

CREATE TABLE IF NOT EXISTS x_deliveries (
  seq     INTEGER PRIMARY KEY,
  webhook INTEGER NOT NULL REFERENCES x_webhooks (id) ON DELETE CASCADE,
  uuid    TEXT NOT NULL,
  type    TEXT NOT NULL,
  about   TEXT NOT NULL,           -- whom it is about, as people read it
  body    TEXT NOT NULL,
  at      INTEGER NOT NULL,
  due     INTEGER NOT NULL,        -- Unix seconds, as with Stripe's
  times   INTEGER NOT NULL DEFAULT 1,
  tries   INTEGER NOT NULL DEFAULT 0,
  state   TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed', 'dropped')),
  note    TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS x_deliveries_due ON x_deliveries (due, seq) WHERE state = 'waiting';

-- What a link unfurls to, kept about a week.
CREATE TABLE IF NOT EXISTS x_cards (
  url     TEXT PRIMARY KEY,
  kind    TEXT NOT NULL,           -- twitter:card, '' for none
  title   TEXT NOT NULL,
  words   TEXT NOT NULL,
  alt     TEXT NOT NULL,
  domain  TEXT NOT NULL,
  picture TEXT NOT NULL,           -- digest, '' for none
  problem TEXT NOT NULL,           -- why there is none, for the operator
  fetched INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS x_pictures (
  digest TEXT PRIMARY KEY,
  type   TEXT NOT NULL,
  body   BLOB NOT NULL
) STRICT;
