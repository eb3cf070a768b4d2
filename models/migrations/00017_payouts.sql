-- +goose Up
-- Money on its way from Stripe to the shops' banks.
CREATE TABLE payouts (
  id              TEXT PRIMARY KEY,
  shop_id         TEXT NOT NULL REFERENCES shops (id),
  slug            TEXT NOT NULL UNIQUE,
  stripe_id       TEXT NOT NULL UNIQUE,
  stripe_account  TEXT NOT NULL,
  amount          BIGINT NOT NULL,
  currency        TEXT NOT NULL CHECK (length(currency) = 3 AND currency = lower(currency)),
  state           TEXT NOT NULL CHECK (state IN ('pending', 'in_transit', 'paid', 'failed', 'canceled')),
  automatic       BOOLEAN NOT NULL,
  destination     TEXT NOT NULL DEFAULT '',
  bank            TEXT NOT NULL DEFAULT '',
  failure_code    TEXT NOT NULL DEFAULT '',
  failure_message TEXT NOT NULL DEFAULT '',
  was_paid        BOOLEAN NOT NULL DEFAULT FALSE,
  arrives_at      TIMESTAMP NOT NULL,
  made_at         TIMESTAMP NOT NULL,
  read_at         TIMESTAMP,
  created_at      TIMESTAMP NOT NULL,
  updated_at      TIMESTAMP NOT NULL
);
CREATE INDEX payouts_shop ON payouts (shop_id, made_at, id);
CREATE INDEX payouts_open ON payouts (arrives_at, id) WHERE state IN ('pending', 'in_transit');

-- Lines of Stripe's books as Stripe lists them: what payouts consist of, and what reconciliation compares with.
CREATE TABLE balance_lines (
  stripe_id  TEXT PRIMARY KEY,
  account    TEXT NOT NULL,
  shop_id    TEXT REFERENCES shops (id),
  kind       TEXT NOT NULL,
  amount     BIGINT NOT NULL,
  fee        BIGINT NOT NULL,
  net        BIGINT NOT NULL,
  currency   TEXT NOT NULL,
  source     TEXT NOT NULL DEFAULT '',
  order_id   TEXT REFERENCES orders (id),
  payout_id  TEXT REFERENCES payouts (id),
  booked_at  TIMESTAMP NOT NULL,
  CHECK (net = amount - fee)
);
CREATE INDEX balance_lines_payout ON balance_lines (payout_id, booked_at, stripe_id) WHERE payout_id IS NOT NULL;
CREATE INDEX balance_lines_order ON balance_lines (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX balance_lines_source ON balance_lines (source);
CREATE INDEX balance_lines_account ON balance_lines (account, booked_at, stripe_id);

-- The payment by which an order's money arrived on the shop's account: the lines of the shop's books name it.
ALTER TABLE orders ADD COLUMN arrival_id TEXT;
CREATE INDEX orders_arrival ON orders (arrival_id) WHERE arrival_id IS NOT NULL;

ALTER TABLE letters ADD COLUMN payout_id TEXT REFERENCES payouts (id);

-- Comparing our books with Stripe's: one run goes through days and accounts, and goes on where a stop left it.
CREATE TABLE reconciliations (
  id           TEXT PRIMARY KEY,
  state        TEXT NOT NULL CHECK (state IN ('running', 'done')),
  asked_by     TEXT REFERENCES users (id),
  from_day     TEXT NOT NULL,
  until_at     TIMESTAMP NOT NULL,
  day          TEXT NOT NULL,
  account      TEXT NOT NULL DEFAULT '',
  after_line   TEXT NOT NULL DEFAULT '',
  lines        BIGINT NOT NULL DEFAULT 0,
  repaired     BIGINT NOT NULL DEFAULT 0,
  differences  BIGINT NOT NULL DEFAULT 0,
  last_error   TEXT NOT NULL DEFAULT '',
  leased_until TIMESTAMP NOT NULL,
  began_at     TIMESTAMP NOT NULL,
  ended_at     TIMESTAMP
);
CREATE UNIQUE INDEX reconciliations_running ON reconciliations (state) WHERE state = 'running';
CREATE INDEX reconciliations_began ON reconciliations (began_at, id);

-- What could not be repaired: what Stripe's books say, what ours say.
CREATE TABLE differences (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  day        TEXT NOT NULL,
  account    TEXT NOT NULL,
  shop_id    TEXT REFERENCES shops (id),
  order_id   TEXT REFERENCES orders (id),
  payout_id  TEXT REFERENCES payouts (id),
  object     TEXT NOT NULL,
  currency   TEXT NOT NULL,
  theirs     BIGINT NOT NULL,
  ours       BIGINT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('open', 'gone')),
  run_id     TEXT NOT NULL REFERENCES reconciliations (id),
  found_at   TIMESTAMP NOT NULL,
  seen_at    TIMESTAMP NOT NULL,
  gone_at    TIMESTAMP,
  UNIQUE (kind, account, object)
);
CREATE INDEX differences_open ON differences (state, day, id);

-- +goose Down
DROP TABLE differences; DROP TABLE reconciliations;
ALTER TABLE letters DROP COLUMN payout_id;
DROP INDEX orders_arrival;
ALTER TABLE orders DROP COLUMN arrival_id;
DROP TABLE balance_lines; DROP TABLE payouts;
