-- +goose Up
-- Whether fans may buy an offer by replying, how long a reply sets stock aside, and whether a sale is thanked for in public.
ALTER TABLE offers ADD COLUMN replies BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE offers ADD COLUMN reply_minutes BIGINT NOT NULL DEFAULT 15 CHECK (reply_minutes BETWEEN 5 AND 15);
ALTER TABLE offers ADD COLUMN thanks BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE offers ADD COLUMN discreet BOOLEAN NOT NULL DEFAULT FALSE;

-- What was written to a shop's account on a network, kept once before anything is done about it, whichever way it came.
CREATE TABLE replies (
  id             TEXT PRIMARY KEY,
  shop_id        TEXT NOT NULL REFERENCES shops (id),
  profile_id     TEXT NOT NULL REFERENCES profiles (id),
  network        TEXT NOT NULL CHECK (network IN ('x', 'bluesky', 'mastodon')),
  server         TEXT NOT NULL DEFAULT '',
  remote_id      TEXT NOT NULL CHECK (remote_id <> ''),
  remote_version TEXT NOT NULL DEFAULT '',
  root_id        TEXT NOT NULL DEFAULT '',
  root_version   TEXT NOT NULL DEFAULT '',
  parent_id      TEXT NOT NULL DEFAULT '',
  author_id      TEXT NOT NULL,
  author_handle  TEXT NOT NULL DEFAULT '',
  author_name    TEXT NOT NULL DEFAULT '',
  text           TEXT NOT NULL,
  url            TEXT NOT NULL DEFAULT '',
  mentions       BOOLEAN NOT NULL DEFAULT FALSE,
  quote          BOOLEAN NOT NULL DEFAULT FALSE,
  repost         BOOLEAN NOT NULL DEFAULT FALSE,
  came_by        TEXT NOT NULL CHECK (came_by IN ('webhook', 'poll')),
  written_at     TIMESTAMP NOT NULL,
  came_at        TIMESTAMP NOT NULL,
  outcome        TEXT NOT NULL DEFAULT '',
  reason         TEXT NOT NULL DEFAULT '',
  kind           TEXT NOT NULL DEFAULT '',
  reading        TEXT NOT NULL DEFAULT '',
  offer_id       TEXT REFERENCES offers (id),
  post_id        TEXT REFERENCES posts (id),
  fan_id         TEXT REFERENCES fans (id),
  order_id       TEXT REFERENCES orders (id),
  decided_at     TIMESTAMP,
  minded_at      TIMESTAMP,
  minded_by      TEXT REFERENCES users (id),
  UNIQUE (profile_id, remote_id)
);
CREATE INDEX replies_shop ON replies (shop_id, came_at, id);
CREATE INDEX replies_new ON replies (came_at) WHERE outcome = '';
CREATE INDEX replies_author ON replies (network, server, author_id, came_at);
CREATE INDEX replies_order ON replies (order_id) WHERE order_id IS NOT NULL;

-- What we write back in public: a post of a fan gets one answer at most, whoever asks for another.
CREATE TABLE reply_answers (
  id             TEXT PRIMARY KEY,
  shop_id        TEXT NOT NULL REFERENCES shops (id),
  profile_id     TEXT NOT NULL REFERENCES profiles (id),
  reply_id       TEXT NOT NULL REFERENCES replies (id),
  network        TEXT NOT NULL,
  server         TEXT NOT NULL DEFAULT '',
  answered_id    TEXT NOT NULL,
  kind           TEXT NOT NULL,
  text           TEXT NOT NULL,
  state          TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sending', 'sent', 'refused', 'dropped')),
  reason         TEXT NOT NULL DEFAULT '',
  detail         TEXT NOT NULL DEFAULT '',
  attempts       BIGINT NOT NULL DEFAULT 0,
  doubtful       BOOLEAN NOT NULL DEFAULT FALSE,
  try_at         TIMESTAMP,
  lease_until    TIMESTAMP,
  drop_at        TIMESTAMP,
  remote_id      TEXT NOT NULL DEFAULT '',
  remote_version TEXT NOT NULL DEFAULT '',
  remote_url     TEXT NOT NULL DEFAULT '',
  micros         BIGINT NOT NULL DEFAULT 0,
  sent_at        TIMESTAMP,
  created_at     TIMESTAMP NOT NULL,
  UNIQUE (network, server, answered_id)
);
CREATE INDEX reply_answers_due ON reply_answers (try_at) WHERE try_at IS NOT NULL;
CREATE INDEX reply_answers_reply ON reply_answers (reply_id);

-- People whom nobody answers: for good after their word to stop (of all shops), or by a shop that took it for abuse.
CREATE TABLE silences (
  network    TEXT NOT NULL,
  server     TEXT NOT NULL DEFAULT '',
  author_id  TEXT NOT NULL,
  shop_id    TEXT NOT NULL DEFAULT '',
  handle     TEXT NOT NULL DEFAULT '',
  why        TEXT NOT NULL CHECK (why IN ('stop', 'abuse')),
  by_user    TEXT REFERENCES users (id),
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (network, server, author_id, shop_id)
);
CREATE INDEX silences_shop ON silences (shop_id) WHERE shop_id <> '';

-- How far an account's replies have been read by asking.
CREATE TABLE reply_cursors (
  profile_id  TEXT PRIMARY KEY REFERENCES profiles (id),
  cursor      TEXT NOT NULL DEFAULT '',
  due_at      TIMESTAMP NOT NULL,
  lease_until TIMESTAMP,
  polled_at   TIMESTAMP,
  failure     TEXT NOT NULL DEFAULT '',
  pushed_at   TIMESTAMP
);
CREATE INDEX reply_cursors_due ON reply_cursors (due_at);

-- +goose Down
DROP TABLE reply_cursors; DROP TABLE silences; DROP TABLE reply_answers; DROP TABLE replies;
ALTER TABLE offers DROP COLUMN replies;
ALTER TABLE offers DROP COLUMN reply_minutes;
ALTER TABLE offers DROP COLUMN thanks;
ALTER TABLE offers DROP COLUMN discreet;
