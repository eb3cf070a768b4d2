-- +goose Up
-- An order by reply is charged to a kept card, not paid on a page: only while by_card is true.
ALTER TABLE orders ADD COLUMN by_card BOOLEAN NOT NULL DEFAULT FALSE;

-- What a fan was asked about an order, and what came of it. One for each order: nobody is charged without it.
CREATE TABLE confirmations (
  order_id     TEXT PRIMARY KEY REFERENCES orders (id),
  shop_id      TEXT NOT NULL REFERENCES shops (id),
  fan_id       TEXT NOT NULL REFERENCES fans (id),
  card_id      TEXT NOT NULL REFERENCES fan_cards (id),
  reply_id     TEXT,
  code_digest  TEXT NOT NULL,
  tries        BIGINT NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 5),
  state        TEXT NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'confirmed', 'paid', 'linked', 'expired', 'cancelled')),
  why          TEXT NOT NULL DEFAULT '',
  asked_at     TIMESTAMP NOT NULL,
  until        TIMESTAMP NOT NULL,
  confirmed_at TIMESTAMP,
  confirmed_by TEXT NOT NULL DEFAULT '' CHECK (confirmed_by IN ('', 'reply', 'wallet', 'letter')),
  intent_id    TEXT UNIQUE,
  ended_at     TIMESTAMP,
  -- No charge without a word from the fan.
  CHECK (state NOT IN ('confirmed', 'paid', 'linked') OR confirmed_at IS NOT NULL),
  CHECK (intent_id IS NULL OR confirmed_at IS NOT NULL)
);
CREATE INDEX confirmations_fan ON confirmations (fan_id, asked_at);
CREATE INDEX confirmations_open ON confirmations (until) WHERE state = 'asked';
CREATE INDEX confirmations_charging ON confirmations (confirmed_at) WHERE state = 'confirmed';

-- +goose Down
DROP TABLE confirmations;
ALTER TABLE orders DROP COLUMN by_card;
