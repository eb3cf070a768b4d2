-- +goose Up
-- What fans choose from is frozen in the version: options, combinations, price differences. What is left of each
-- combination stands here, by the words of its values, and outlives an edit.
ALTER TABLE versions ADD COLUMN choices TEXT NOT NULL DEFAULT '';
-- Pictures after the first, with their alternative texts.
ALTER TABLE versions ADD COLUMN gallery TEXT NOT NULL DEFAULT '';

CREATE TABLE variants (
  id         TEXT PRIMARY KEY,
  offer_id   TEXT NOT NULL REFERENCES offers (id),
  name       TEXT NOT NULL CHECK (name <> ''),
  sku        TEXT NOT NULL DEFAULT '',
  on_sale    BOOLEAN NOT NULL DEFAULT FALSE,
  stock      BIGINT CHECK (stock >= 0),
  held       BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0),
  sold       BIGINT NOT NULL DEFAULT 0 CHECK (sold >= 0),
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  UNIQUE (offer_id, name),
  CHECK (stock IS NULL OR held + sold <= stock)
);

-- Which combination was bought, in the words of that day.
ALTER TABLE orders ADD COLUMN variant_id TEXT REFERENCES variants (id);
ALTER TABLE orders ADD COLUMN variant TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN sku TEXT NOT NULL DEFAULT '';

-- Which card paid, as a keyed digest, for the limit per buyer; and whether the order was over it.
ALTER TABLE orders ADD COLUMN card_key TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN over_limit BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX orders_card ON orders (offer_id, card_key) WHERE card_key <> '';
-- Why Tillbird gave money back by itself, where it was neither a shortfall nor a person.
ALTER TABLE refunds ADD COLUMN cause TEXT NOT NULL DEFAULT '' CHECK (cause IN ('', 'over_limit'));

-- +goose Down
ALTER TABLE refunds DROP COLUMN cause;
DROP INDEX orders_card;
ALTER TABLE orders DROP COLUMN over_limit;
ALTER TABLE orders DROP COLUMN card_key;
ALTER TABLE orders DROP COLUMN sku;
ALTER TABLE orders DROP COLUMN variant;
ALTER TABLE orders DROP COLUMN variant_id;
DROP TABLE variants;
ALTER TABLE versions DROP COLUMN gallery;
ALTER TABLE versions DROP COLUMN choices;
