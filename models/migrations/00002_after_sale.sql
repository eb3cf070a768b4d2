-- +goose Up
-- What follows a sale: the goods on their way, money given back by people, contracts withdrawn from.

CREATE TABLE shipments (
  id           TEXT PRIMARY KEY,
  shop_id      TEXT NOT NULL REFERENCES shops (id),
  order_id     TEXT NOT NULL UNIQUE REFERENCES orders (id),
  user_id      TEXT NOT NULL REFERENCES users (id),
  carrier      TEXT NOT NULL DEFAULT '',
  tracking     TEXT NOT NULL DEFAULT '',
  tracking_url TEXT NOT NULL DEFAULT '' CHECK (tracking_url = '' OR tracking_url LIKE 'https://%'),
  sent_at      TIMESTAMP NOT NULL,
  updated_at   TIMESTAMP NOT NULL
);

-- A form sent twice is one refund: the second finds the first by its key.
ALTER TABLE refunds ADD COLUMN form_key TEXT;
ALTER TABLE refunds ADD COLUMN user_id TEXT REFERENCES users (id);
ALTER TABLE refunds ADD COLUMN words TEXT NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN restocked BIGINT NOT NULL DEFAULT 0 CHECK (restocked >= 0);
ALTER TABLE refunds ADD COLUMN failure TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX refunds_form ON refunds (order_id, form_key);

-- How many of an order's items went back into stock.
ALTER TABLE orders ADD COLUMN restocked BIGINT NOT NULL DEFAULT 0 CHECK (restocked >= 0);

-- Whether a buyer may withdraw from the contract, and if not, by which of the law's exceptions.
ALTER TABLE versions ADD COLUMN withdrawal TEXT NOT NULL DEFAULT 'yes' CHECK (withdrawal IN ('yes', 'digital_opened', 'made_to_measure', 'date_bound', 'perishable', 'sealed'));

CREATE TABLE withdrawals (
  id         TEXT PRIMARY KEY,
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  order_id   TEXT NOT NULL UNIQUE REFERENCES orders (id),
  state      TEXT NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'refunded')),
  name       TEXT NOT NULL DEFAULT '',
  words      TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX withdrawals_open ON withdrawals (shop_id, created_at) WHERE state = 'received';

-- +goose Down
DROP TABLE withdrawals; DROP INDEX refunds_form; DROP TABLE shipments;
ALTER TABLE versions DROP COLUMN withdrawal;
ALTER TABLE orders DROP COLUMN restocked;
ALTER TABLE refunds DROP COLUMN failure;
ALTER TABLE refunds DROP COLUMN restocked;
ALTER TABLE refunds DROP COLUMN words;
ALTER TABLE refunds DROP COLUMN user_id;
ALTER TABLE refunds DROP COLUMN form_key;
