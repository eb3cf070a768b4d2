-- +goose Up
-- What a buyer's bank asks or takes back after a sale, what we moved between our account and the shop's because of it,
-- and what the bank or Stripe thinks of a payment before that.

CREATE TABLE disputes (
  id                  TEXT PRIMARY KEY,
  shop_id             TEXT NOT NULL REFERENCES shops (id),
  order_id            TEXT NOT NULL REFERENCES orders (id),
  slug                TEXT NOT NULL UNIQUE,
  stripe_id           TEXT NOT NULL UNIQUE,
  charge_id           TEXT NOT NULL,
  amount              BIGINT NOT NULL CHECK (amount >= 0),
  currency            TEXT NOT NULL CHECK (length(currency) = 3 AND currency = lower(currency)),
  fee                 BIGINT,
  fee_currency        TEXT NOT NULL DEFAULT '',
  bookings            INTEGER NOT NULL DEFAULT 0,
  reason              TEXT NOT NULL DEFAULT '',
  network_code        TEXT NOT NULL DEFAULT '',
  state               TEXT NOT NULL CHECK (state IN ('warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost')),
  was_inquiry         BOOLEAN NOT NULL DEFAULT FALSE,
  charged_back        BOOLEAN NOT NULL DEFAULT FALSE,
  withdrawn_at        TIMESTAMP,
  reinstated_at       TIMESTAMP,
  due_at              TIMESTAMP,
  opened_at           TIMESTAMP NOT NULL,
  closed_at           TIMESTAMP,
  answer              TEXT NOT NULL DEFAULT 'none' CHECK (answer IN ('none', 'draft', 'sending', 'sent', 'accepting', 'accepted')),
  inquiry_answered_at TIMESTAMP,
  answered_at         TIMESTAMP,
  draft               TEXT NOT NULL DEFAULT '',
  drafted_at          TIMESTAMP,
  evidence            TEXT NOT NULL DEFAULT '',
  user_id             TEXT REFERENCES users (id),
  created_at          TIMESTAMP NOT NULL,
  updated_at          TIMESTAMP NOT NULL,
  CHECK (state NOT IN ('warning_closed', 'won', 'lost') OR closed_at IS NOT NULL)
);
CREATE INDEX disputes_shop ON disputes (shop_id, opened_at, id);
CREATE INDEX disputes_order ON disputes (order_id);
CREATE INDEX disputes_open ON disputes (shop_id, due_at) WHERE closed_at IS NULL;

-- The money of a dispute between our account and the shop's: taken from the shop when the bank took it from us, and
-- returned when the bank gave it back. amount is what was asked for, moved what Stripe moved.
CREATE TABLE dispute_moves (
  id          TEXT PRIMARY KEY,
  shop_id     TEXT NOT NULL REFERENCES shops (id),
  order_id    TEXT NOT NULL REFERENCES orders (id),
  dispute_id  TEXT NOT NULL REFERENCES disputes (id),
  kind        TEXT NOT NULL CHECK (kind IN ('recover', 'return')),
  amount      BIGINT NOT NULL CHECK (amount >= 0),
  moved       BIGINT CHECK (moved >= 0),
  transfer_id TEXT NOT NULL DEFAULT '',
  stripe_id   TEXT UNIQUE,
  state       TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done')),
  created_at  TIMESTAMP NOT NULL,
  updated_at  TIMESTAMP NOT NULL,
  UNIQUE (dispute_id, kind),
  CHECK (state = 'pending' OR moved IS NOT NULL)
);
CREATE INDEX dispute_moves_order ON dispute_moves (order_id);
CREATE INDEX dispute_moves_pending ON dispute_moves (created_at, id) WHERE state = 'pending';

-- What a dispute holds back of an order, of a day's sales; inquiry goes beside dispute, as it takes no money.
ALTER TABLE orders ADD COLUMN disputed BIGINT NOT NULL DEFAULT 0 CHECK (disputed >= 0);
ALTER TABLE orders ADD COLUMN inquiry TEXT NOT NULL DEFAULT 'none' CHECK (inquiry IN ('none', 'open', 'closed'));
ALTER TABLE sales_days ADD COLUMN disputed BIGINT NOT NULL DEFAULT 0;
-- A refund after a dispute that was won takes back what was returned to the shop, as Stripe cannot reverse it by itself.
ALTER TABLE refunds ADD COLUMN returned TEXT NOT NULL DEFAULT 'none' CHECK (returned IN ('none', 'owed', 'done'));
ALTER TABLE letters ADD COLUMN dispute_id TEXT REFERENCES disputes (id);

-- The card's bank thinks that a payment is fraud. Nothing is taken; a refund now spares the dispute.
CREATE TABLE fraud_warnings (
  id           TEXT PRIMARY KEY,
  shop_id      TEXT NOT NULL REFERENCES shops (id),
  order_id     TEXT NOT NULL REFERENCES orders (id),
  stripe_id    TEXT NOT NULL UNIQUE,
  kind         TEXT NOT NULL DEFAULT '',
  actionable   BOOLEAN NOT NULL,
  refund_id    TEXT REFERENCES refunds (id),
  dismissed_at TIMESTAMP,
  dismissed_by TEXT REFERENCES users (id),
  warned_at    TIMESTAMP NOT NULL,
  updated_at   TIMESTAMP NOT NULL
);
CREATE INDEX fraud_warnings_order ON fraud_warnings (order_id);
CREATE INDEX fraud_warnings_open ON fraud_warnings (shop_id, warned_at) WHERE actionable;

-- Stripe or we asked for a person to look at a payment.
CREATE TABLE payment_reviews (
  id            TEXT PRIMARY KEY,
  shop_id       TEXT NOT NULL REFERENCES shops (id),
  order_id      TEXT NOT NULL REFERENCES orders (id),
  stripe_id     TEXT NOT NULL UNIQUE,
  state         TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  opened_reason TEXT NOT NULL DEFAULT '',
  closed_reason TEXT NOT NULL DEFAULT '',
  opened_at     TIMESTAMP NOT NULL,
  updated_at    TIMESTAMP NOT NULL
);
CREATE INDEX payment_reviews_order ON payment_reviews (order_id);
CREATE INDEX payment_reviews_open ON payment_reviews (shop_id, opened_at) WHERE state = 'open';

-- +goose Down
DROP TABLE payment_reviews; DROP TABLE fraud_warnings;
ALTER TABLE letters DROP COLUMN dispute_id;
ALTER TABLE refunds DROP COLUMN returned;
ALTER TABLE sales_days DROP COLUMN disputed;
ALTER TABLE orders DROP COLUMN inquiry;
ALTER TABLE orders DROP COLUMN disputed;
DROP TABLE dispute_moves; DROP TABLE disputes;
