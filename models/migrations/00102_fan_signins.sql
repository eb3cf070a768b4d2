-- +goose Up
-- A fan's sign-in with a network under way: what the person left with, sealed, until they are back.
CREATE TABLE fan_signins (
  id         TEXT PRIMARY KEY,
  network    TEXT NOT NULL,
  begun      TEXT NOT NULL,
  expires_at TIMESTAMP NOT NULL
);

-- The hash of the link that confirms a fan's address.
ALTER TABLE fans ADD COLUMN email_hash TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX fans_email_hash ON fans (email_hash) WHERE email_hash <> '';

-- +goose Down
DROP INDEX fans_email_hash;
ALTER TABLE fans DROP COLUMN email_hash;
DROP TABLE fan_signins;
