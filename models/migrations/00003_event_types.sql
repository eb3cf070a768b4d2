-- +goose Up
-- How often each type of event came, counted when an event is first taken to be worked: a class that has gone silent
-- shows here without a count over the events.
CREATE TABLE event_types (
  endpoint TEXT NOT NULL CHECK (endpoint IN ('account', 'connect')),
  type     TEXT NOT NULL,
  received BIGINT NOT NULL CHECK (received > 0),
  first_at TIMESTAMP NOT NULL,
  last_at  TIMESTAMP NOT NULL,
  PRIMARY KEY (endpoint, type)
);

-- An admin may let a failed event be, and says why; what it failed with stays beside it.
ALTER TABLE events ADD COLUMN ignored_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN ignored_by TEXT REFERENCES users (id);

CREATE INDEX events_object ON events (object_id);
CREATE INDEX events_failed ON events (received_at, id) WHERE state = 'failed';
CREATE INDEX events_shop ON events (shop_id, received_at, id) WHERE shop_id IS NOT NULL;

-- +goose Down
DROP INDEX events_shop;
DROP INDEX events_failed;
DROP INDEX events_object;
ALTER TABLE events DROP COLUMN ignored_by;
ALTER TABLE events DROP COLUMN ignored_reason;
DROP TABLE event_types;
