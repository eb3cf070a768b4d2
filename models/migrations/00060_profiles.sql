-- +goose Up
-- An account of a shop on a network, with what it lets us do, sealed. A grant is renewed by whoever holds refreshing_until,
-- one at a time; version tells one grant from the next.
CREATE TABLE profiles (
  id               TEXT PRIMARY KEY,
  shop_id          TEXT NOT NULL REFERENCES shops (id),
  network          TEXT NOT NULL CHECK (network IN ('x', 'bluesky', 'mastodon')),
  server           TEXT NOT NULL DEFAULT '',
  account          TEXT NOT NULL,
  handle           TEXT NOT NULL,
  name             TEXT NOT NULL DEFAULT '',
  grant_sealed     TEXT NOT NULL DEFAULT '',
  version          BIGINT NOT NULL DEFAULT 1,
  state            TEXT NOT NULL DEFAULT 'connected' CHECK (state IN ('connected', 'expired', 'revoked')),
  reason           TEXT NOT NULL DEFAULT '',
  expires_at       TIMESTAMP,
  refreshing_until TIMESTAMP,
  doubtful         BOOLEAN NOT NULL DEFAULT FALSE,
  connected_by     TEXT NOT NULL REFERENCES users (id),
  connected_at     TIMESTAMP NOT NULL,
  updated_at       TIMESTAMP NOT NULL,
  created_at       TIMESTAMP NOT NULL,
  UNIQUE (shop_id, network, account)
);

-- A sign-in under way: what a person left with, sealed, until they are back.
CREATE TABLE profile_signins (
  id         TEXT PRIMARY KEY,
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  user_id    TEXT NOT NULL REFERENCES users (id),
  network    TEXT NOT NULL,
  begun      TEXT NOT NULL,
  expires_at TIMESTAMP NOT NULL
);

-- What the networks charge, in millionths of a US dollar, by month (2026-10); and the most that a shop lets it be.
CREATE TABLE network_costs (
  shop_id TEXT NOT NULL REFERENCES shops (id),
  month   TEXT NOT NULL,
  micros  BIGINT NOT NULL DEFAULT 0 CHECK (micros >= 0),
  PRIMARY KEY (shop_id, month)
);
CREATE TABLE profile_costs (
  profile_id TEXT NOT NULL REFERENCES profiles (id),
  month      TEXT NOT NULL,
  act        TEXT NOT NULL,
  times      BIGINT NOT NULL DEFAULT 0,
  micros     BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (profile_id, month, act)
);
CREATE TABLE network_caps (
  shop_id TEXT PRIMARY KEY REFERENCES shops (id),
  micros  BIGINT NOT NULL CHECK (micros >= 0)
);

-- A post goes out by hand, or by an account at a time. The state has more steps than its first column allowed.
ALTER TABLE posts ADD COLUMN stage TEXT NOT NULL DEFAULT 'draft' CHECK (stage IN ('draft', 'scheduled', 'publishing', 'posted', 'failed', 'deleted'));
UPDATE posts SET stage = state;
ALTER TABLE posts DROP COLUMN state;
ALTER TABLE posts RENAME COLUMN stage TO state;
ALTER TABLE posts ADD COLUMN profile_id TEXT REFERENCES profiles (id);
ALTER TABLE posts ADD COLUMN scheduled_at TIMESTAMP;
ALTER TABLE posts ADD COLUMN try_at TIMESTAMP;
ALTER TABLE posts ADD COLUMN lease_until TIMESTAMP;
ALTER TABLE posts ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN reserved BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN reserved_month TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN failure TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN failure_detail TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN remote_id TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN remote_version TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN by_us BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE posts ADD COLUMN deleting BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE posts ADD COLUMN phase TEXT NOT NULL DEFAULT '' CHECK (phase IN ('', 'teaser', 'live', 'ended'));
ALTER TABLE posts ADD COLUMN impressions BIGINT;
ALTER TABLE posts ADD COLUMN likes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN replies BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN reposts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN measured_at TIMESTAMP;
ALTER TABLE posts ADD COLUMN measure_at TIMESTAMP;
ALTER TABLE posts ADD COLUMN measures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN visitors BIGINT NOT NULL DEFAULT 0;
CREATE INDEX posts_due ON posts (try_at) WHERE try_at IS NOT NULL;
CREATE INDEX posts_measured ON posts (measure_at) WHERE measure_at IS NOT NULL;
CREATE INDEX posts_failed ON posts (shop_id) WHERE state = 'failed';

-- Each try to publish a post. One without an end is under way, or was cut off: then the network is asked before another.
CREATE TABLE post_attempts (
  post_id    TEXT NOT NULL REFERENCES posts (id),
  number     BIGINT NOT NULL,
  outcome    TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'posted', 'found', 'refused', 'later', 'unsure')),
  detail     TEXT NOT NULL DEFAULT '',
  started_at TIMESTAMP NOT NULL,
  ended_at   TIMESTAMP,
  PRIMARY KEY (post_id, number)
);

-- Who followed a post's link on a day: a hash with the day's salt, which is forgotten after.
CREATE TABLE visit_salts (
  day  TEXT PRIMARY KEY,
  salt TEXT NOT NULL
);
CREATE TABLE post_visits (
  post_id TEXT NOT NULL REFERENCES posts (id),
  day     TEXT NOT NULL,
  visitor TEXT NOT NULL,
  PRIMARY KEY (post_id, day, visitor)
);

-- +goose Down
DROP TABLE post_visits; DROP TABLE visit_salts; DROP TABLE post_attempts;
DROP INDEX posts_failed; DROP INDEX posts_measured; DROP INDEX posts_due;
ALTER TABLE posts DROP COLUMN visitors;
ALTER TABLE posts DROP COLUMN measures;
ALTER TABLE posts DROP COLUMN measure_at;
ALTER TABLE posts DROP COLUMN measured_at;
ALTER TABLE posts DROP COLUMN reposts;
ALTER TABLE posts DROP COLUMN replies;
ALTER TABLE posts DROP COLUMN likes;
ALTER TABLE posts DROP COLUMN impressions;
ALTER TABLE posts DROP COLUMN phase;
ALTER TABLE posts DROP COLUMN deleting;
ALTER TABLE posts DROP COLUMN by_us;
ALTER TABLE posts DROP COLUMN remote_version;
ALTER TABLE posts DROP COLUMN remote_id;
ALTER TABLE posts DROP COLUMN failure_detail;
ALTER TABLE posts DROP COLUMN failure;
ALTER TABLE posts DROP COLUMN reserved_month;
ALTER TABLE posts DROP COLUMN reserved;
ALTER TABLE posts DROP COLUMN attempts;
ALTER TABLE posts DROP COLUMN lease_until;
ALTER TABLE posts DROP COLUMN try_at;
ALTER TABLE posts DROP COLUMN scheduled_at;
ALTER TABLE posts DROP COLUMN profile_id;
UPDATE posts SET state = 'draft' WHERE state <> 'posted';
DROP TABLE network_caps; DROP TABLE profile_costs; DROP TABLE network_costs; DROP TABLE profile_signins; DROP TABLE profiles;
