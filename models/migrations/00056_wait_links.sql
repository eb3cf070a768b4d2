-- +goose Up
-- Whoever joins a waitlist gets a letter with a link that says where they stand and lets them leave; it holds until the
-- end, beside the link of their turn.
ALTER TABLE waits ADD COLUMN join_hash TEXT;
CREATE UNIQUE INDEX waits_joined ON waits (join_hash) WHERE join_hash IS NOT NULL;

-- +goose Down
DROP INDEX waits_joined;
ALTER TABLE waits DROP COLUMN join_hash;
