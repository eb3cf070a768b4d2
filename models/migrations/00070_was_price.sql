-- +goose Up
-- What one cost before a reduction, shown struck through; 0 where that is not said.
ALTER TABLE versions ADD COLUMN was_price BIGINT NOT NULL DEFAULT 0 CHECK (was_price = 0 OR was_price > price);

-- +goose Down
ALTER TABLE versions DROP COLUMN was_price;
