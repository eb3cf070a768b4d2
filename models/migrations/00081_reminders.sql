-- +goose Up
-- Somebody who wants one letter when an offer begins. The address is asked first whether it wants that, and is forgotten
-- with the letter.
CREATE TABLE reminders (
  id         TEXT PRIMARY KEY,
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  offer_id   TEXT NOT NULL REFERENCES offers (id),
  email      TEXT NOT NULL,
  email_key  TEXT NOT NULL,
  language   TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  state      TEXT NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'confirmed', 'sent', 'left')),
  token_hash TEXT NOT NULL UNIQUE,
  asked      BIGINT NOT NULL DEFAULT 1,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  CHECK (state NOT IN ('sent', 'left') OR email = '' AND email_key = '')
);
CREATE UNIQUE INDEX reminders_once ON reminders (offer_id, email_key) WHERE state IN ('asked', 'confirmed');
CREATE INDEX reminders_waiting ON reminders (offer_id, state) WHERE state IN ('asked', 'confirmed');

-- +goose Down
DROP TABLE reminders;
