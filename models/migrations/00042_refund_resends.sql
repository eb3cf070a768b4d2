-- +goose Up
-- A refund that the buyer's bank sent back has left its money on the platform, while the shop's transfer stays reversed.
-- A resend gives the shop what the refund had cost it, by a transfer of its own; refused where Stripe will not, or where
-- nothing was taken.
CREATE TABLE refund_resends (
  id          TEXT PRIMARY KEY,
  shop_id     TEXT NOT NULL REFERENCES shops (id),
  order_id    TEXT NOT NULL REFERENCES orders (id),
  refund_id   TEXT NOT NULL UNIQUE REFERENCES refunds (id),
  amount      BIGINT NOT NULL CHECK (amount >= 0),
  currency    TEXT NOT NULL CHECK (length(currency) = 3 AND currency = lower(currency)),
  state       TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'refused')),
  transfer_id TEXT UNIQUE,
  failure     TEXT NOT NULL DEFAULT '',
  created_at  TIMESTAMP NOT NULL,
  updated_at  TIMESTAMP NOT NULL,
  CHECK (state <> 'sent' OR transfer_id IS NOT NULL)
);
CREATE INDEX refund_resends_order ON refund_resends (order_id);
CREATE INDEX refund_resends_pending ON refund_resends (created_at, id) WHERE state = 'pending';

-- What a refund costs its shop: the amount less the part of our fee that is given up with it.
ALTER TABLE refunds ADD COLUMN cost BIGINT CHECK (cost >= 0);

-- +goose Down
ALTER TABLE refunds DROP COLUMN cost;
DROP TABLE refund_resends;
