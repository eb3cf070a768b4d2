-- +goose Up
-- What a letter tells beyond the rows it names, as JSON; who is sending it just now; and why it failed for good.
ALTER TABLE letters ADD COLUMN detail TEXT NOT NULL DEFAULT '';
ALTER TABLE letters ADD COLUMN claimed_at TIMESTAMP;
ALTER TABLE letters ADD COLUMN tried_at TIMESTAMP;
ALTER TABLE letters ADD COLUMN failure TEXT NOT NULL DEFAULT '' CHECK (failure IN ('', 'refused', 'given_up'));
CREATE INDEX letters_recipient ON letters (recipient, created_at, id);
CREATE INDEX letters_order ON letters (order_id, created_at, id) WHERE order_id IS NOT NULL;
CREATE INDEX letters_shop ON letters (shop_id, created_at, id) WHERE shop_id IS NOT NULL;
CREATE INDEX letters_failing ON letters (created_at, id) WHERE state <> 'sent';

-- Which letters of a shop an address wants, where that is its own business; without a row the role decides.
CREATE TABLE letter_choices (
  recipient  TEXT NOT NULL,
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  topic      TEXT NOT NULL CHECK (topic IN ('sold', 'disputes', 'payouts', 'waitlist', 'reminders', 'weekly')),
  wanted     BOOLEAN NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  PRIMARY KEY (recipient, shop_id, topic)
);

-- +goose Down
DROP TABLE letter_choices;
DROP INDEX letters_failing;
DROP INDEX letters_shop;
DROP INDEX letters_order;
DROP INDEX letters_recipient;
ALTER TABLE letters DROP COLUMN failure;
ALTER TABLE letters DROP COLUMN tried_at;
ALTER TABLE letters DROP COLUMN claimed_at;
ALTER TABLE letters DROP COLUMN detail;
