-- +goose Up
-- Whether Tillbird's fee stays with Tillbird when the money goes back: the installation's policy on the day of the order.
ALTER TABLE orders ADD COLUMN keeps_fee BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE orders DROP COLUMN keeps_fee;
