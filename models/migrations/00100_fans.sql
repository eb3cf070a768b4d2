-- +goose Up
-- A fan has synced a card, with recorded consent, to buy by replying.
CREATE TABLE fans (
  id                 TEXT PRIMARY KEY,
  email              TEXT NOT NULL DEFAULT '',
  email_key          TEXT NOT NULL DEFAULT '',
  email_confirmed_at TIMESTAMP,
  language           TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  name               TEXT NOT NULL DEFAULT '',
  address            TEXT NOT NULL DEFAULT '',
  country            TEXT NOT NULL DEFAULT '',
  customer           TEXT UNIQUE,
  cap_currency       TEXT NOT NULL DEFAULT '',
  cap_order          BIGINT NOT NULL DEFAULT 0 CHECK (cap_order >= 0),
  cap_day            BIGINT NOT NULL DEFAULT 0 CHECK (cap_day >= cap_order),
  buys_from          TIMESTAMP,
  stopped_at         TIMESTAMP,
  deleted_at         TIMESTAMP,
  created_at         TIMESTAMP NOT NULL
);
CREATE INDEX fans_email ON fans (email_key) WHERE email_key <> '';

-- The accounts by which a fan is known on the networks: by the network's id, as handles move.
CREATE TABLE fan_profiles (
  id         TEXT PRIMARY KEY,
  fan_id     TEXT NOT NULL REFERENCES fans (id),
  network    TEXT NOT NULL CHECK (network IN ('x', 'bluesky', 'mastodon')),
  server     TEXT NOT NULL DEFAULT '',
  remote_id  TEXT NOT NULL CHECK (remote_id <> ''),
  handle     TEXT NOT NULL,
  name       TEXT NOT NULL DEFAULT '',
  removed_at TIMESTAMP,
  created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX fan_profiles_one ON fan_profiles (network, server, remote_id) WHERE removed_at IS NULL;
CREATE INDEX fan_profiles_fan ON fan_profiles (fan_id);

-- What a fan agreed to, changed or ended, with the version of the words, never changed afterwards.
CREATE TABLE fan_consents (
  id         TEXT PRIMARY KEY,
  fan_id     TEXT NOT NULL REFERENCES fans (id),
  kind       TEXT NOT NULL CHECK (kind IN ('given', 'caps', 'card_kept', 'card_removed', 'stopped', 'resumed', 'deleted')),
  text       TEXT NOT NULL,
  handle     TEXT NOT NULL DEFAULT '',
  client     TEXT NOT NULL DEFAULT '',
  detail     TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX fan_consents_fan ON fan_consents (fan_id, created_at);

-- A visit to Stripe to keep a card; the row's id makes the call's key.
CREATE TABLE card_setups (
  id         TEXT PRIMARY KEY,
  fan_id     TEXT NOT NULL REFERENCES fans (id),
  session_id TEXT UNIQUE,
  state      TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'kept', 'over')),
  created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX card_setups_open ON card_setups (fan_id) WHERE state = 'open';

-- The cards that a fan keeps with Stripe. One is the default while there is any.
CREATE TABLE fan_cards (
  id         TEXT PRIMARY KEY,
  fan_id     TEXT NOT NULL REFERENCES fans (id),
  method     TEXT NOT NULL UNIQUE,
  brand      TEXT NOT NULL,
  last4      TEXT NOT NULL,
  exp_month  BIGINT NOT NULL,
  exp_year   BIGINT NOT NULL,
  card_key   TEXT NOT NULL DEFAULT '',
  usual      BOOLEAN NOT NULL DEFAULT FALSE,
  state      TEXT NOT NULL DEFAULT 'kept' CHECK (state IN ('kept', 'removing', 'removed')),
  removed_at TIMESTAMP,
  created_at TIMESTAMP NOT NULL,
  CHECK (NOT usual OR state = 'kept')
);
CREATE UNIQUE INDEX fan_cards_usual ON fan_cards (fan_id) WHERE usual;
CREATE INDEX fan_cards_fan ON fan_cards (fan_id);

-- +goose Down
DROP TABLE fan_cards; DROP TABLE card_setups; DROP TABLE fan_consents; DROP TABLE fan_profiles; DROP TABLE fans;
