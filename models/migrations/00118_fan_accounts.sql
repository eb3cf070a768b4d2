-- +goose Up
-- More of what a fan agrees to is written down: accounts that join or leave, a handle that moved, where parcels go, and
-- answers that were asked for again after STOP.
CREATE TABLE fan_consents_new (
  id         TEXT PRIMARY KEY,
  fan_id     TEXT NOT NULL REFERENCES fans (id),
  kind       TEXT NOT NULL CHECK (kind IN ('given', 'caps', 'card_kept', 'card_removed', 'stopped', 'resumed', 'deleted', 'account_added', 'account_removed', 'renamed', 'address', 'answers_on')),
  text       TEXT NOT NULL,
  handle     TEXT NOT NULL DEFAULT '',
  client     TEXT NOT NULL DEFAULT '',
  detail     TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMP NOT NULL
);
INSERT INTO fan_consents_new SELECT id, fan_id, kind, text, handle, client, detail, created_at FROM fan_consents;
DROP TABLE fan_consents;
ALTER TABLE fan_consents_new RENAME TO fan_consents;
CREATE INDEX fan_consents_fan ON fan_consents (fan_id, created_at);

-- +goose Down
CREATE TABLE fan_consents_old (
  id         TEXT PRIMARY KEY,
  fan_id     TEXT NOT NULL REFERENCES fans (id),
  kind       TEXT NOT NULL CHECK (kind IN ('given', 'caps', 'card_kept', 'card_removed', 'stopped', 'resumed', 'deleted')),
  text       TEXT NOT NULL,
  handle     TEXT NOT NULL DEFAULT '',
  client     TEXT NOT NULL DEFAULT '',
  detail     TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMP NOT NULL
);
INSERT INTO fan_consents_old SELECT id, fan_id, kind, text, handle, client, detail, created_at FROM fan_consents WHERE kind NOT IN ('account_added', 'account_removed', 'renamed', 'address', 'answers_on');
DROP TABLE fan_consents;
ALTER TABLE fan_consents_old RENAME TO fan_consents;
CREATE INDEX fan_consents_fan ON fan_consents (fan_id, created_at);
