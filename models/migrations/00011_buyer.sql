-- +goose Up
-- Which browser placed the order, as a digest: its own open checkout must not stand in a buyer's way.
ALTER TABLE orders ADD COLUMN buyer TEXT NOT NULL DEFAULT '';
CREATE INDEX orders_buyer_pending ON orders (offer_id, buyer) WHERE payment = 'pending';

-- +goose Down
DROP INDEX orders_buyer_pending;
ALTER TABLE orders DROP COLUMN buyer;
