-- +goose Up
-- How the picture of an offer's posts is drawn, as JSON; empty for the way that suits the offer.
ALTER TABLE offers ADD COLUMN card TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE offers DROP COLUMN card;
