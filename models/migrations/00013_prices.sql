-- +goose Up
-- What an order costs: discount codes, prices that the buyer chooses, shipping, tax.

-- Where the buyer chooses the price, price is the least; suggested stands in the field beforehand, 0 for none.
ALTER TABLE versions ADD COLUMN chosen_price BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE versions ADD COLUMN suggested BIGINT NOT NULL DEFAULT 0 CHECK (suggested >= 0);

-- Zones with their rates as JSON, '' where the shop has set none; how tax is taken; whether there is any code to type.
ALTER TABLE shops ADD COLUMN shipping TEXT NOT NULL DEFAULT '';
ALTER TABLE shops ADD COLUMN tax TEXT NOT NULL DEFAULT 'off' CHECK (tax IN ('off', 'inclusive', 'exclusive'));
ALTER TABLE shops ADD COLUMN codes_count BIGINT NOT NULL DEFAULT 0 CHECK (codes_count >= 0);

CREATE TABLE codes (
  id          TEXT PRIMARY KEY,
  shop_id     TEXT NOT NULL REFERENCES shops (id),
  slug        TEXT NOT NULL UNIQUE,
  code        TEXT NOT NULL CHECK (code <> '' AND code = upper(code)),
  kind        TEXT NOT NULL CHECK (kind IN ('amount', 'percent')),
  amount      BIGINT NOT NULL DEFAULT 0,
  percent     BIGINT NOT NULL DEFAULT 0,
  currency    TEXT NOT NULL CHECK (length(currency) = 3 AND currency = lower(currency)),
  most        BIGINT CHECK (most > 0),
  uses        BIGINT NOT NULL DEFAULT 0 CHECK (uses >= 0),
  each_once   BOOLEAN NOT NULL DEFAULT TRUE,
  every_offer BOOLEAN NOT NULL DEFAULT TRUE,
  starts_at   TIMESTAMP,
  ends_at     TIMESTAMP,
  stopped_at  TIMESTAMP,
  created_at  TIMESTAMP NOT NULL,
  updated_at  TIMESTAMP NOT NULL,
  UNIQUE (shop_id, code),
  CHECK (most IS NULL OR uses <= most),
  CHECK (kind = 'amount' AND amount > 0 OR kind = 'percent' AND percent BETWEEN 1 AND 100),
  CHECK (ends_at IS NULL OR starts_at IS NULL OR ends_at > starts_at)
);
CREATE INDEX codes_shop ON codes (shop_id, created_at, id);

CREATE TABLE code_offers (
  code_id  TEXT NOT NULL REFERENCES codes (id),
  offer_id TEXT NOT NULL REFERENCES offers (id),
  PRIMARY KEY (code_id, offer_id)
);

-- Which order took a use of a code: held while the checkout is open, used when it is paid, freed when it comes to nothing
-- or all money went back. codes.uses is the number of those that are not freed.
CREATE TABLE code_uses (
  order_id   TEXT PRIMARY KEY REFERENCES orders (id),
  code_id    TEXT NOT NULL REFERENCES codes (id),
  email_key  TEXT NOT NULL,
  each_once  BOOLEAN NOT NULL,
  state      TEXT NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'used', 'freed')),
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX code_uses_once ON code_uses (code_id, email_key) WHERE each_once AND state <> 'freed';
CREATE INDEX code_uses_code ON code_uses (code_id, state);

-- What the order's price was made of, as it was on that day.
ALTER TABLE orders ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN ship_to TEXT NOT NULL DEFAULT '' CHECK (length(ship_to) IN (0, 2));
ALTER TABLE orders ADD COLUMN tax_mode TEXT NOT NULL DEFAULT 'off' CHECK (tax_mode IN ('off', 'inclusive', 'exclusive'));
-- The tax that the total contains where prices include it; tax is what came on top.
ALTER TABLE orders ADD COLUMN tax_included BIGINT NOT NULL DEFAULT 0 CHECK (tax_included >= 0);

-- +goose Down
ALTER TABLE orders DROP COLUMN tax_included;
ALTER TABLE orders DROP COLUMN tax_mode;
ALTER TABLE orders DROP COLUMN ship_to;
ALTER TABLE orders DROP COLUMN code;
DROP TABLE code_uses; DROP TABLE code_offers; DROP TABLE codes;
ALTER TABLE shops DROP COLUMN codes_count;
ALTER TABLE shops DROP COLUMN tax;
ALTER TABLE shops DROP COLUMN shipping;
ALTER TABLE versions DROP COLUMN suggested;
ALTER TABLE versions DROP COLUMN chosen_price;
