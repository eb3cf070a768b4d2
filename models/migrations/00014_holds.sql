-- +goose Up
-- How long stock is set aside for a checkout, or whether the first to pay gets it; and who waits for what is sold out.
ALTER TABLE offers ADD COLUMN hold_minutes BIGINT NOT NULL DEFAULT 30 CHECK (hold_minutes BETWEEN 5 AND 1440);
ALTER TABLE offers ADD COLUMN first_paid BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE offers ADD COLUMN waitlist BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE offers ADD COLUMN turn_minutes BIGINT NOT NULL DEFAULT 60 CHECK (turn_minutes BETWEEN 5 AND 1440);

-- Until when an order can be paid by our own clock; Stripe's, in expires_at, is never earlier.
ALTER TABLE orders ADD COLUMN open_until TIMESTAMP;
ALTER TABLE orders ADD COLUMN first_paid BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE orders ADD COLUMN extended BIGINT NOT NULL DEFAULT 0 CHECK (extended BETWEEN 0 AND 3);
UPDATE orders SET open_until = expires_at;
CREATE INDEX orders_open ON orders (open_until) WHERE payment = 'pending';
CREATE INDEX orders_buyer_paid ON orders (offer_id, buyer, paid_at) WHERE paid_at IS NOT NULL;

-- Somebody who waits for an offer, or one variant of it, to be free again. In the state offered one item is set aside
-- for them: offers.held counts it beside the holds.
CREATE TABLE waits (
  id            TEXT PRIMARY KEY,
  shop_id       TEXT NOT NULL REFERENCES shops (id),
  offer_id      TEXT NOT NULL REFERENCES offers (id),
  variant_id    TEXT NOT NULL DEFAULT '',
  email         TEXT NOT NULL,
  email_key     TEXT NOT NULL,
  language      TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  state         TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'offered', 'taken', 'passed', 'left')),
  token_hash    TEXT UNIQUE,
  offered_until TIMESTAMP,
  order_id      TEXT UNIQUE REFERENCES orders (id),
  created_at    TIMESTAMP NOT NULL,
  updated_at    TIMESTAMP NOT NULL,
  CHECK (state NOT IN ('offered', 'taken') OR (token_hash IS NOT NULL AND offered_until IS NOT NULL)),
  CHECK (state <> 'taken' OR order_id IS NOT NULL)
);
CREATE UNIQUE INDEX waits_once ON waits (offer_id, variant_id, email_key) WHERE state IN ('waiting', 'offered');
CREATE INDEX waits_turn ON waits (offer_id, variant_id, created_at, id) WHERE state = 'waiting';
CREATE INDEX waits_offered ON waits (offered_until) WHERE state = 'offered';

-- +goose Down
DROP TABLE waits;
DROP INDEX orders_buyer_paid;
DROP INDEX orders_open;
ALTER TABLE orders DROP COLUMN extended;
ALTER TABLE orders DROP COLUMN first_paid;
ALTER TABLE orders DROP COLUMN open_until;
ALTER TABLE offers DROP COLUMN turn_minutes;
ALTER TABLE offers DROP COLUMN waitlist;
ALTER TABLE offers DROP COLUMN first_paid;
ALTER TABLE offers DROP COLUMN hold_minutes;
