-- +goose Up
-- What the shop window looks offers up by. Currency and least price are of the approved version, so that a filter reads
-- no other row; recent_orders is kept from offer_days.
ALTER TABLE offers ADD COLUMN shown_at TIMESTAMP;
ALTER TABLE offers ADD COLUMN shown_currency TEXT NOT NULL DEFAULT '';
ALTER TABLE offers ADD COLUMN shown_price BIGINT NOT NULL DEFAULT 0;
ALTER TABLE offers ADD COLUMN recent_orders BIGINT NOT NULL DEFAULT 0;
UPDATE offers SET shown_at = created_at WHERE state <> 'draft';
UPDATE offers SET shown_currency = (SELECT currency FROM versions WHERE versions.id = approved_version_id), shown_price = (SELECT price FROM versions WHERE versions.id = approved_version_id)
  WHERE approved_version_id IS NOT NULL;
CREATE INDEX offers_shown ON offers (shown_at, id) WHERE state IN ('live', 'scheduled');
CREATE INDEX offers_shown_shop ON offers (shop_id, shown_at, id) WHERE state IN ('live', 'scheduled');
CREATE INDEX offers_shown_currency ON offers (shown_currency, shown_at, id) WHERE state IN ('live', 'scheduled');
CREATE INDEX offers_shown_ending ON offers (ends_at, id) WHERE state IN ('live', 'scheduled');
CREATE INDEX offers_shown_popular ON offers (recent_orders, id) WHERE state IN ('live', 'scheduled');
CREATE INDEX offers_shown_slug ON offers (slug) WHERE state IN ('live', 'scheduled');

-- Words that a search finds an approved version or a shop by, as the bytes of their normal form: a prefix is then a range
-- of the key on both databases, whatever their collation.
CREATE TABLE version_words (
  word       BYTEA NOT NULL,
  version_id TEXT NOT NULL REFERENCES versions (id),
  PRIMARY KEY (word, version_id)
);
CREATE INDEX version_words_version ON version_words (version_id);
CREATE TABLE shop_words (
  word    BYTEA NOT NULL,
  shop_id TEXT NOT NULL REFERENCES shops (id),
  PRIMARY KEY (word, shop_id)
);
CREATE INDEX shop_words_shop ON shop_words (shop_id);

-- Paid orders of an offer by day (UTC), kept in the transaction of each payment.
CREATE TABLE offer_days (
  day      TEXT NOT NULL,
  offer_id TEXT NOT NULL REFERENCES offers (id),
  orders   BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (offer_id, day)
);
CREATE INDEX offer_days_day ON offer_days (day, offer_id);
INSERT INTO offer_days (day, offer_id, orders)
  SELECT substr(CAST(paid_at AS TEXT), 1, 10), offer_id, count(*) FROM orders WHERE paid_at IS NOT NULL GROUP BY 1, 2;

-- A line or two that stand under a shop's name in its window.
ALTER TABLE shops ADD COLUMN bio TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE shops DROP COLUMN bio;
DROP TABLE offer_days;
DROP TABLE shop_words;
DROP TABLE version_words;
DROP INDEX offers_shown_slug;
DROP INDEX offers_shown_popular;
DROP INDEX offers_shown_ending;
DROP INDEX offers_shown_currency;
DROP INDEX offers_shown_shop;
DROP INDEX offers_shown;
ALTER TABLE offers DROP COLUMN recent_orders;
ALTER TABLE offers DROP COLUMN shown_price;
ALTER TABLE offers DROP COLUMN shown_currency;
ALTER TABLE offers DROP COLUMN shown_at;
