-- +goose Up
-- What a shop's cards begin with: its sign, by the digest of the picture, and its colour, as "#rrggbb"; empty for none.
ALTER TABLE shops ADD COLUMN logo TEXT NOT NULL DEFAULT '' CHECK (length(logo) IN (0, 64));
ALTER TABLE shops ADD COLUMN colour TEXT NOT NULL DEFAULT '' CHECK (length(colour) IN (0, 7));

-- +goose Down
ALTER TABLE shops DROP COLUMN colour;
ALTER TABLE shops DROP COLUMN logo;
