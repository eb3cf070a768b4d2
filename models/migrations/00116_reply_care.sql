-- +goose Up
-- Why somebody of the shop should look at a reply: answer (ours did not go out), mend (it was refused for what the shop can
-- change), asked (it could mean several things), question; empty where nobody has to.
ALTER TABLE replies ADD COLUMN care TEXT NOT NULL DEFAULT '';
CREATE INDEX replies_care ON replies (shop_id, came_at, id) WHERE care <> '';
CREATE INDEX replies_network ON replies (shop_id, network, came_at, id);
CREATE INDEX replies_handle ON replies (shop_id, lower(author_handle), came_at, id);
CREATE INDEX replies_offer ON replies (shop_id, offer_id, came_at, id) WHERE offer_id IS NOT NULL;

-- +goose Down
DROP INDEX replies_offer; DROP INDEX replies_handle; DROP INDEX replies_network; DROP INDEX replies_care;
ALTER TABLE replies DROP COLUMN care;
