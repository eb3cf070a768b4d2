-- +goose Up
-- A reply orders once, whatever became of its order.
CREATE UNIQUE INDEX orders_reply ON orders (attempt_key) WHERE source = 'reply';
-- Orders for which somebody without a card has to sync one first: they have no address of anybody yet.
CREATE INDEX orders_unclaimed ON orders (offer_id, open_until) WHERE by_card AND payment = 'pending' AND email = '';
CREATE INDEX orders_reply_author ON orders (buyer, created_at) WHERE source = 'reply' AND buyer <> '';
-- The month in which an answer's price is counted, empty where none is; and whether only the one answered may see it.
ALTER TABLE reply_answers ADD COLUMN month TEXT NOT NULL DEFAULT '';
ALTER TABLE reply_answers ADD COLUMN private BOOLEAN NOT NULL DEFAULT FALSE;
-- Authors are the same at every server.
CREATE INDEX replies_by ON replies (network, author_id, came_at);

-- +goose Down
DROP INDEX replies_by;
ALTER TABLE reply_answers DROP COLUMN month;
ALTER TABLE reply_answers DROP COLUMN private;
DROP INDEX orders_reply_author; DROP INDEX orders_unclaimed; DROP INDEX orders_reply;
