-- +goose Up
-- Somebody is asked to join a shop. Only the hash of the newest link's secret is kept.
CREATE TABLE invitations (
  id          TEXT PRIMARY KEY,
  shop_id     TEXT NOT NULL REFERENCES shops (id),
  email       TEXT NOT NULL CHECK (email = lower(email)),
  role        TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'support', 'analyst')),
  language    TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  hash        TEXT NOT NULL UNIQUE,
  state       TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'taken_back')),
  invited_by  TEXT NOT NULL REFERENCES users (id),
  accepted_by TEXT REFERENCES users (id),
  expires_at  TIMESTAMP NOT NULL,
  created_at  TIMESTAMP NOT NULL,
  updated_at  TIMESTAMP NOT NULL,
  CHECK (state <> 'accepted' OR accepted_by IS NOT NULL)
);
-- One open invitation an address and shop: asking again is a fresh link.
CREATE UNIQUE INDEX invitations_open ON invitations (shop_id, email) WHERE state = 'open';

-- +goose Down
DROP TABLE invitations;
