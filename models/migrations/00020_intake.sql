-- +goose Up
-- What arrives at the door is two rows that are only ever appended, without an index that has to be searched: the event
-- as it came, and a note that it waits to be sorted in. Its state changes later without its body being written again.
CREATE TABLE event_payloads (
  id   TEXT PRIMARY KEY,
  body BYTEA NOT NULL
);

CREATE TABLE intake (
  id          TEXT PRIMARY KEY,
  stripe_id   TEXT NOT NULL,
  endpoint    TEXT NOT NULL CHECK (endpoint IN ('account', 'connect')),
  type        TEXT NOT NULL,
  object_id   TEXT NOT NULL,
  account     TEXT NOT NULL,
  livemode    BOOLEAN NOT NULL,
  occurred_at TIMESTAMP NOT NULL,
  received_at TIMESTAMP NOT NULL
);

INSERT INTO event_payloads (id, body) SELECT id, payload FROM events;
ALTER TABLE events DROP COLUMN payload;

-- +goose Down
ALTER TABLE events ADD COLUMN payload BYTEA NOT NULL DEFAULT '';
UPDATE events SET payload = (SELECT body FROM event_payloads WHERE event_payloads.id = events.id);
DROP TABLE intake;
DROP TABLE event_payloads;
