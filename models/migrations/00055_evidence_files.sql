-- +goose Up
-- Files that go to a bank with the answer to a dispute: one of each kind, as Stripe has one field for each. What went
-- stays; what was taken out before it went is gone from the disk too.
CREATE TABLE evidence_files (
  id         TEXT PRIMARY KEY,
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  dispute_id TEXT NOT NULL REFERENCES disputes (id),
  user_id    TEXT NOT NULL REFERENCES users (id),
  kind       TEXT NOT NULL CHECK (kind IN ('receipt', 'shipping_documentation', 'customer_communication', 'service_documentation', 'customer_signature', 'refund_policy', 'uncategorized_file')),
  name       TEXT NOT NULL,
  media      TEXT NOT NULL CHECK (media IN ('application/pdf', 'image/jpeg')),
  size       BIGINT NOT NULL CHECK (size > 0),
  digest     TEXT NOT NULL CHECK (length(digest) = 64),
  stripe_id  TEXT UNIQUE,
  removed_at TIMESTAMP,
  created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX evidence_files_kind ON evidence_files (dispute_id, kind) WHERE removed_at IS NULL;
CREATE INDEX evidence_files_digest ON evidence_files (shop_id, digest);

-- +goose Down
DROP TABLE evidence_files;
