-- +goose Up
-- A file of offers that a merchant brings along: read at once into items, shown, then made into drafts by a job.
CREATE TABLE imports (
  id         TEXT PRIMARY KEY,
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  user_id    TEXT NOT NULL REFERENCES users (id),
  slug       TEXT NOT NULL UNIQUE,
  form_key   TEXT NOT NULL DEFAULT '',
  source     TEXT NOT NULL CHECK (source IN ('shopify', 'tillbird')),
  file_name  TEXT NOT NULL,
  encoding   TEXT NOT NULL,
  currency   TEXT NOT NULL CHECK (length(currency) = 3 AND currency = lower(currency)),
  file_rows  BIGINT NOT NULL CHECK (file_rows >= 0),
  state      TEXT NOT NULL DEFAULT 'preview' CHECK (state IN ('preview', 'bringing', 'pictures', 'done', 'removing', 'removed')),
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX imports_shop ON imports (shop_id, created_at, id);
CREATE UNIQUE INDEX imports_key ON imports (shop_id, form_key) WHERE form_key <> '';

-- One offer of the file. kind is what bringing it would do, state what was done; pictures_left are still to be fetched.
CREATE TABLE import_items (
  id            TEXT PRIMARY KEY,
  import_id     TEXT NOT NULL REFERENCES imports (id),
  position      BIGINT NOT NULL,
  file_row      BIGINT NOT NULL,
  handle        TEXT NOT NULL,
  title         TEXT NOT NULL,
  content       TEXT NOT NULL,
  digest        TEXT NOT NULL,
  notes         TEXT NOT NULL DEFAULT '',
  kind          TEXT NOT NULL CHECK (kind IN ('new', 'changed', 'edited', 'unchanged', 'skipped')),
  state         TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'made', 'updated', 'kept', 'failed', 'removed')),
  offer_id      TEXT,
  pictures_left BIGINT NOT NULL DEFAULT 0 CHECK (pictures_left >= 0),
  updated_at    TIMESTAMP NOT NULL,
  UNIQUE (import_id, position)
);
CREATE INDEX import_items_state ON import_items (import_id, state, position);

-- Which offer an import made of which handle, and how it left it: what the merchant changed since is theirs.
CREATE TABLE imported_offers (
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  source     TEXT NOT NULL,
  handle     TEXT NOT NULL,
  offer_id   TEXT NOT NULL REFERENCES offers (id),
  digest     TEXT NOT NULL,
  mark       TEXT NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  PRIMARY KEY (shop_id, source, handle)
);
CREATE INDEX imported_offers_offer ON imported_offers (offer_id);

-- Pictures that were fetched once are not fetched again.
CREATE TABLE imported_pictures (
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  address    TEXT NOT NULL,
  picture_id TEXT NOT NULL REFERENCES pictures (id),
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (shop_id, address)
);

-- +goose Down
DROP TABLE imported_pictures;
DROP TABLE imported_offers;
DROP TABLE import_items;
DROP TABLE imports;
