-- +goose Up
-- Goods that Tillbird itself hands over: files through private links, licence codes each given once.

-- A file of an offer. Removed, it stays with those who paid for it before, unless it was taken back from them too.
CREATE TABLE files (
  id         TEXT PRIMARY KEY,
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  offer_id   TEXT NOT NULL REFERENCES offers (id),
  user_id    TEXT NOT NULL REFERENCES users (id),
  name       TEXT NOT NULL CHECK (name <> ''),
  size       BIGINT NOT NULL CHECK (size > 0),
  digest     TEXT NOT NULL CHECK (length(digest) = 64),
  recalled   BOOLEAN NOT NULL DEFAULT FALSE,
  removed_at TIMESTAMP,
  created_at TIMESTAMP NOT NULL,
  CHECK (NOT recalled OR removed_at IS NOT NULL)
);
-- The same file sent twice is one.
CREATE UNIQUE INDEX files_same ON files (offer_id, digest, name) WHERE removed_at IS NULL;
CREATE INDEX files_digest ON files (shop_id, digest);

-- How often a buyer has fetched a file.
CREATE TABLE downloads (
  order_id TEXT NOT NULL REFERENCES orders (id),
  file_id  TEXT NOT NULL REFERENCES files (id),
  count    BIGINT NOT NULL DEFAULT 0 CHECK (count >= 0),
  first_at TIMESTAMP NOT NULL,
  last_at  TIMESTAMP NOT NULL,
  PRIMARY KEY (order_id, file_id)
);

-- A licence code is free, then given to one order, then perhaps void, or free again. It is kept sealed; the digest
-- tells a code that is there already.
CREATE TABLE licence_codes (
  id         TEXT PRIMARY KEY,
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  offer_id   TEXT NOT NULL REFERENCES offers (id),
  digest     TEXT NOT NULL,
  sealed     TEXT NOT NULL,
  state      TEXT NOT NULL DEFAULT 'free' CHECK (state IN ('free', 'given', 'void')),
  order_id   TEXT REFERENCES orders (id),
  given_at   TIMESTAMP,
  created_at TIMESTAMP NOT NULL,
  UNIQUE (offer_id, digest),
  CHECK (state = 'free' AND order_id IS NULL OR state <> 'free' AND order_id IS NOT NULL AND given_at IS NOT NULL)
);
CREATE INDEX licence_codes_free ON licence_codes (offer_id, id) WHERE state = 'free';
CREATE INDEX licence_codes_order ON licence_codes (order_id);

-- How many codes of an offer are free; nothing where it does not hand over codes.
ALTER TABLE offers ADD COLUMN codes BIGINT CHECK (codes >= 0);

-- The buyer's wish to have it at once, with the text that was agreed to; and when the goods were first opened.
ALTER TABLE orders ADD COLUMN consent TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN consent_at TIMESTAMP;
ALTER TABLE orders ADD COLUMN opened_at TIMESTAMP;

-- +goose Down
ALTER TABLE orders DROP COLUMN opened_at;
ALTER TABLE orders DROP COLUMN consent_at;
ALTER TABLE orders DROP COLUMN consent;
ALTER TABLE offers DROP COLUMN codes;
DROP TABLE licence_codes; DROP TABLE downloads; DROP TABLE files;
