-- +goose Up
-- A run goes through accounts, each over the whole period.
ALTER TABLE reconciliations DROP COLUMN day;
CREATE INDEX orders_paid ON orders (paid_at, id) WHERE paid_at IS NOT NULL;
CREATE INDEX differences_shop ON differences (shop_id, state);

-- +goose Down
DROP INDEX differences_shop;
DROP INDEX orders_paid;
ALTER TABLE reconciliations ADD COLUMN day TEXT NOT NULL DEFAULT '';
