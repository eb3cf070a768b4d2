-- +goose Up
-- How often an account's replies are asked for, and whether its network delivers them by itself: empty where it cannot or
-- nobody has looked yet, else all (every answer to its posts), mentions (only where the account is named), off (see push_failure).
ALTER TABLE reply_cursors ADD COLUMN minutes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reply_cursors ADD COLUMN push TEXT NOT NULL DEFAULT '' CHECK (push IN ('', 'all', 'mentions', 'off'));
ALTER TABLE reply_cursors ADD COLUMN push_failure TEXT NOT NULL DEFAULT '';
ALTER TABLE reply_cursors ADD COLUMN push_at TIMESTAMP;
CREATE INDEX profiles_account ON profiles (network, account);
INSERT INTO reply_cursors (profile_id, due_at) SELECT id, connected_at FROM profiles WHERE state = 'connected';

-- +goose Down
DELETE FROM reply_cursors;
DROP INDEX profiles_account;
ALTER TABLE reply_cursors DROP COLUMN push_at;
ALTER TABLE reply_cursors DROP COLUMN push_failure;
ALTER TABLE reply_cursors DROP COLUMN push;
ALTER TABLE reply_cursors DROP COLUMN minutes;
