-- +goose Up
-- A reply that not everybody can read is not answered where everybody can.
ALTER TABLE replies ADD COLUMN private BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE replies DROP COLUMN private;
