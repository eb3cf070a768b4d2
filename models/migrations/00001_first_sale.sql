-- +goose Up
-- One set for SQLite and PostgreSQL. Times are UTC, amounts whole units of the currency's smallest coin.

CREATE TABLE users (
  id            TEXT PRIMARY KEY,
  email         TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
  password_hash TEXT NOT NULL,
  language      TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  is_admin      BOOLEAN NOT NULL DEFAULT FALSE,
  confirmed_at  TIMESTAMP,
  session_epoch INTEGER NOT NULL DEFAULT 0,
  created_at    TIMESTAMP NOT NULL
);

-- Links sent by e-mail, each good for one use: only the hash of the secret is kept.
CREATE TABLE user_links (
  hash       TEXT PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES users (id),
  purpose    TEXT NOT NULL CHECK (purpose IN ('confirm_email', 'reset_password')),
  expires_at TIMESTAMP NOT NULL,
  used_at    TIMESTAMP,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX user_links_user ON user_links (user_id, purpose);

CREATE TABLE sessions (
  hash       TEXT PRIMARY KEY,
  data       BYTEA NOT NULL,
  expires_at TIMESTAMP NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- One row a key: the theoretical arrival time of the generic cell rate algorithm, in microseconds.
CREATE TABLE rate_limits (
  name       TEXT PRIMARY KEY,
  arrival_us BIGINT NOT NULL
);

CREATE TABLE shops (
  id                  TEXT PRIMARY KEY,
  handle              TEXT NOT NULL UNIQUE CHECK (handle = lower(handle)),
  name                TEXT NOT NULL CHECK (name <> ''),
  country             TEXT NOT NULL CHECK (length(country) = 2),
  currency            TEXT NOT NULL CHECK (length(currency) = 3 AND currency = lower(currency)),
  time_zone           TEXT NOT NULL,
  language            TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  about               TEXT NOT NULL DEFAULT '',
  support_email       TEXT NOT NULL DEFAULT '',
  seller_name         TEXT NOT NULL DEFAULT '',
  seller_address      TEXT NOT NULL DEFAULT '',
  returns_policy      TEXT NOT NULL DEFAULT '',
  standing            TEXT NOT NULL DEFAULT 'good' CHECK (standing IN ('good', 'warned', 'suspended')),
  standing_reason     TEXT NOT NULL DEFAULT '',
  selling             TEXT NOT NULL DEFAULT 'not_started' CHECK (selling IN ('not_started', 'in_progress', 'needs_attention', 'ready', 'restricted', 'rejected', 'closed')),
  stripe_account      TEXT UNIQUE,
  livemode            BOOLEAN NOT NULL DEFAULT FALSE,
  charges_enabled     BOOLEAN NOT NULL DEFAULT FALSE,
  payouts_enabled     BOOLEAN NOT NULL DEFAULT FALSE,
  details_submitted   BOOLEAN NOT NULL DEFAULT FALSE,
  transfers           TEXT NOT NULL DEFAULT 'inactive' CHECK (transfers IN ('inactive', 'pending', 'active')),
  card_payments       TEXT NOT NULL DEFAULT 'inactive' CHECK (card_payments IN ('inactive', 'pending', 'active')),
  disabled_reason     TEXT NOT NULL DEFAULT '',
  requirements        TEXT NOT NULL DEFAULT '{}',
  requirements_due_at TIMESTAMP,
  account_fetched_at  TIMESTAMP,
  orders_count        BIGINT NOT NULL DEFAULT 0 CHECK (orders_count >= 0),
  opened_at           TIMESTAMP,
  created_at          TIMESTAMP NOT NULL
);

CREATE TABLE members (
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  user_id    TEXT NOT NULL REFERENCES users (id),
  role       TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'support', 'analyst')),
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (shop_id, user_id)
);
CREATE INDEX members_user ON members (user_id);

CREATE TABLE pictures (
  id         TEXT PRIMARY KEY,
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  digest     TEXT NOT NULL,
  width      INTEGER NOT NULL CHECK (width > 0),
  height     INTEGER NOT NULL CHECK (height > 0),
  created_at TIMESTAMP NOT NULL,
  UNIQUE (shop_id, digest)
);

CREATE TABLE offers (
  id                  TEXT PRIMARY KEY,
  shop_id             TEXT NOT NULL REFERENCES shops (id),
  slug                TEXT NOT NULL UNIQUE,
  state               TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'scheduled', 'live', 'paused', 'ended', 'taken_down')),
  taken_down_reason   TEXT NOT NULL DEFAULT '',
  approved_version_id TEXT,
  latest_version_id   TEXT,
  stock               BIGINT CHECK (stock >= 0),
  held                BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0),
  sold                BIGINT NOT NULL DEFAULT 0 CHECK (sold >= 0),
  limit_per_buyer     BIGINT CHECK (limit_per_buyer > 0),
  starts_at           TIMESTAMP,
  ends_at             TIMESTAMP,
  created_at          TIMESTAMP NOT NULL,
  updated_at          TIMESTAMP NOT NULL,
  CHECK (stock IS NULL OR held + sold <= stock),
  CHECK (ends_at IS NULL OR starts_at IS NULL OR ends_at > starts_at),
  CHECK (state NOT IN ('scheduled', 'live', 'paused') OR approved_version_id IS NOT NULL)
);
CREATE INDEX offers_shop ON offers (shop_id, created_at, id);
CREATE INDEX offers_state ON offers (state, created_at, id);

CREATE TABLE versions (
  id           TEXT PRIMARY KEY,
  offer_id     TEXT NOT NULL REFERENCES offers (id),
  number       INTEGER NOT NULL CHECK (number > 0),
  state        TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'in_review', 'approved', 'changes_asked', 'rejected')),
  title        TEXT NOT NULL DEFAULT '',
  words        TEXT NOT NULL DEFAULT '',
  price        BIGINT NOT NULL DEFAULT 0 CHECK (price >= 0),
  currency     TEXT NOT NULL CHECK (length(currency) = 3 AND currency = lower(currency)),
  picture_id   TEXT REFERENCES pictures (id),
  alt          TEXT NOT NULL DEFAULT '',
  fulfilment   TEXT NOT NULL DEFAULT 'ship' CHECK (fulfilment IN ('ship', 'file', 'licence_code', 'nothing')),
  hashtag      TEXT NOT NULL DEFAULT '',
  submitted_at TIMESTAMP,
  decided_at   TIMESTAMP,
  created_at   TIMESTAMP NOT NULL,
  updated_at   TIMESTAMP NOT NULL,
  UNIQUE (offer_id, number)
);

CREATE TABLE reviews (
  id           TEXT PRIMARY KEY,
  offer_id     TEXT NOT NULL REFERENCES offers (id),
  version_id   TEXT NOT NULL UNIQUE REFERENCES versions (id),
  shop_id      TEXT NOT NULL REFERENCES shops (id),
  state        TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'changes_asked', 'rejected', 'withdrawn')),
  changed      TEXT NOT NULL DEFAULT '',
  reason       TEXT NOT NULL DEFAULT '',
  note         TEXT NOT NULL DEFAULT '',
  claimed_by   TEXT REFERENCES users (id),
  claimed_at   TIMESTAMP,
  decided_by   TEXT REFERENCES users (id),
  decided_at   TIMESTAMP,
  created_at   TIMESTAMP NOT NULL,
  CHECK (state IN ('open', 'withdrawn') OR decided_at IS NOT NULL),
  CHECK (state NOT IN ('changes_asked', 'rejected') OR reason <> '')
);
CREATE INDEX reviews_queue ON reviews (state, created_at, id);

CREATE TABLE reports (
  id          TEXT PRIMARY KEY,
  offer_id    TEXT NOT NULL REFERENCES offers (id),
  shop_id     TEXT NOT NULL REFERENCES shops (id),
  reason      TEXT NOT NULL,
  words       TEXT NOT NULL DEFAULT '',
  email       TEXT NOT NULL DEFAULT '',
  state       TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'upheld', 'dismissed')),
  decided_by  TEXT REFERENCES users (id),
  decided_at  TIMESTAMP,
  created_at  TIMESTAMP NOT NULL
);
CREATE INDEX reports_queue ON reports (state, created_at, id);

CREATE TABLE posts (
  id         TEXT PRIMARY KEY,
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  offer_id   TEXT NOT NULL REFERENCES offers (id),
  code       TEXT NOT NULL UNIQUE,
  network    TEXT NOT NULL CHECK (network IN ('x', 'bluesky', 'mastodon')),
  text       TEXT NOT NULL,
  state      TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'posted')),
  remote_url TEXT NOT NULL DEFAULT '',
  clicks     BIGINT NOT NULL DEFAULT 0,
  posted_at  TIMESTAMP,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX posts_offer ON posts (offer_id, created_at);
CREATE INDEX posts_shop ON posts (shop_id, created_at, id);

CREATE TABLE orders (
  id                TEXT PRIMARY KEY,
  shop_id           TEXT NOT NULL REFERENCES shops (id),
  offer_id          TEXT NOT NULL REFERENCES offers (id),
  version_id        TEXT NOT NULL REFERENCES versions (id),
  post_id           TEXT REFERENCES posts (id),
  number            BIGINT NOT NULL,
  slug              TEXT NOT NULL UNIQUE,
  token_hash        TEXT NOT NULL UNIQUE,
  token_sealed      TEXT NOT NULL,
  attempt_key       TEXT NOT NULL,
  source            TEXT NOT NULL CHECK (source IN ('post', 'link', 'reply')),
  language          TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  email             TEXT NOT NULL,
  email_key         TEXT NOT NULL,
  buyer_name        TEXT NOT NULL DEFAULT '',
  address           TEXT NOT NULL DEFAULT '',
  quantity          BIGINT NOT NULL CHECK (quantity > 0),
  currency          TEXT NOT NULL CHECK (length(currency) = 3 AND currency = lower(currency)),
  items             BIGINT NOT NULL CHECK (items >= 0),
  discount          BIGINT NOT NULL DEFAULT 0 CHECK (discount >= 0),
  shipping          BIGINT NOT NULL DEFAULT 0 CHECK (shipping >= 0),
  tax               BIGINT NOT NULL DEFAULT 0 CHECK (tax >= 0),
  total             BIGINT NOT NULL CHECK (total >= 0),
  application_fee   BIGINT NOT NULL CHECK (application_fee >= 0),
  stripe_fee        BIGINT CHECK (stripe_fee >= 0),
  refunded          BIGINT NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  stripe_account    TEXT NOT NULL,
  on_behalf_of      BOOLEAN NOT NULL,
  livemode          BOOLEAN NOT NULL,
  payment           TEXT NOT NULL DEFAULT 'pending' CHECK (payment IN ('pending', 'paid', 'expired', 'failed', 'cancelled', 'partly_refunded', 'refunded')),
  fulfilment        TEXT NOT NULL DEFAULT 'none' CHECK (fulfilment IN ('none', 'to_do', 'done')),
  dispute           TEXT NOT NULL DEFAULT 'none' CHECK (dispute IN ('none', 'open', 'won', 'lost')),
  shortfall         BOOLEAN NOT NULL DEFAULT FALSE,
  session_id        TEXT UNIQUE,
  payment_intent_id TEXT UNIQUE,
  charge_id         TEXT UNIQUE,
  card              TEXT NOT NULL DEFAULT '',
  expires_at        TIMESTAMP NOT NULL,
  paid_at           TIMESTAMP,
  created_at        TIMESTAMP NOT NULL,
  UNIQUE (shop_id, number),
  CHECK (items - discount + shipping + tax = total),
  CHECK (application_fee <= total),
  CHECK (refunded <= total),
  CHECK (payment NOT IN ('paid', 'partly_refunded', 'refunded') OR (paid_at IS NOT NULL AND payment_intent_id IS NOT NULL))
);
-- Two clicks on one Buy button are one order: the second finds the first by its key.
CREATE UNIQUE INDEX orders_attempt ON orders (attempt_key) WHERE payment = 'pending';
CREATE INDEX orders_shop ON orders (shop_id, created_at, id);
CREATE INDEX orders_shop_paid ON orders (shop_id, paid_at, id);
CREATE INDEX orders_to_send ON orders (shop_id, paid_at, id) WHERE fulfilment = 'to_do';
CREATE INDEX orders_buyer ON orders (offer_id, email_key);
CREATE INDEX orders_email ON orders (email_key, created_at);
CREATE INDEX orders_pending ON orders (payment, expires_at) WHERE payment = 'pending';
CREATE INDEX orders_post ON orders (post_id);

CREATE TABLE holds (
  id          TEXT PRIMARY KEY,
  offer_id    TEXT NOT NULL REFERENCES offers (id),
  order_id    TEXT NOT NULL UNIQUE REFERENCES orders (id),
  quantity    BIGINT NOT NULL CHECK (quantity > 0),
  state       TEXT NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'sold', 'released')),
  created_at  TIMESTAMP NOT NULL,
  updated_at  TIMESTAMP NOT NULL
);
CREATE INDEX holds_offer ON holds (offer_id, state);

CREATE TABLE order_changes (
  id         TEXT PRIMARY KEY,
  order_id   TEXT NOT NULL REFERENCES orders (id),
  kind       TEXT NOT NULL,
  detail     TEXT NOT NULL DEFAULT '',
  event_id   TEXT,
  user_id    TEXT REFERENCES users (id),
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX order_changes_order ON order_changes (order_id, created_at, id);

CREATE TABLE refunds (
  id         TEXT PRIMARY KEY,
  shop_id    TEXT NOT NULL REFERENCES shops (id),
  order_id   TEXT NOT NULL REFERENCES orders (id),
  stripe_id  TEXT UNIQUE,
  amount     BIGINT NOT NULL CHECK (amount > 0),
  currency   TEXT NOT NULL,
  reason     TEXT NOT NULL CHECK (reason IN ('shortfall', 'requested', 'duplicate', 'fraudulent')),
  state      TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'succeeded', 'failed', 'cancelled')),
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX refunds_order ON refunds (order_id);
CREATE INDEX refunds_failed ON refunds (shop_id, created_at) WHERE state = 'failed';

-- What Stripe told us, as it came, before anything was done about it.
CREATE TABLE events (
  id          TEXT PRIMARY KEY,
  stripe_id   TEXT NOT NULL,
  endpoint    TEXT NOT NULL CHECK (endpoint IN ('account', 'connect')),
  type        TEXT NOT NULL,
  object_id   TEXT NOT NULL DEFAULT '',
  account     TEXT NOT NULL DEFAULT '',
  livemode    BOOLEAN NOT NULL,
  payload     BYTEA NOT NULL,
  state       TEXT NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'done', 'ignored', 'failed')),
  came_by     TEXT NOT NULL CHECK (came_by IN ('webhook', 'catch_up')),
  tries       INTEGER NOT NULL DEFAULT 0,
  outcome     TEXT NOT NULL DEFAULT '',
  shop_id     TEXT REFERENCES shops (id),
  order_id    TEXT REFERENCES orders (id),
  next_try_at TIMESTAMP,
  occurred_at TIMESTAMP NOT NULL,
  received_at TIMESTAMP NOT NULL,
  done_at     TIMESTAMP,
  UNIQUE (stripe_id, account)
);
CREATE INDEX events_waiting ON events (next_try_at, id) WHERE state IN ('received', 'failed');
CREATE INDEX events_received ON events (received_at, id);
CREATE INDEX events_order ON events (order_id);

-- Letters are written in the transaction of what they tell; the key makes each go out once.
CREATE TABLE letters (
  id          TEXT PRIMARY KEY,
  key         TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL,
  recipient   TEXT NOT NULL,
  language    TEXT NOT NULL CHECK (language IN ('en', 'fr')),
  user_id     TEXT REFERENCES users (id),
  shop_id     TEXT REFERENCES shops (id),
  order_id    TEXT REFERENCES orders (id),
  offer_id    TEXT REFERENCES offers (id),
  secret      TEXT NOT NULL DEFAULT '',
  state       TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
  tries       INTEGER NOT NULL DEFAULT 0,
  last_error  TEXT NOT NULL DEFAULT '',
  sent_at     TIMESTAMP,
  created_at  TIMESTAMP NOT NULL
);
CREATE INDEX letters_created ON letters (created_at, id);

CREATE TABLE audit_entries (
  id         TEXT PRIMARY KEY,
  user_id    TEXT REFERENCES users (id),
  shop_id    TEXT REFERENCES shops (id),
  action     TEXT NOT NULL,
  object     TEXT NOT NULL DEFAULT '',
  detail     TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX audit_entries_created ON audit_entries (created_at, id);
CREATE INDEX audit_entries_shop ON audit_entries (shop_id, created_at, id);

-- Sales by day of the shop's own calendar, kept in the transaction of each payment and refund.
CREATE TABLE sales_days (
  shop_id  TEXT NOT NULL REFERENCES shops (id),
  day      TEXT NOT NULL,
  currency TEXT NOT NULL,
  source   TEXT NOT NULL CHECK (source IN ('post', 'link', 'reply')),
  orders   BIGINT NOT NULL DEFAULT 0,
  gross    BIGINT NOT NULL DEFAULT 0,
  fees     BIGINT NOT NULL DEFAULT 0,
  refunded BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (shop_id, day, currency, source)
);

CREATE TABLE post_sales (
  post_id  TEXT NOT NULL REFERENCES posts (id),
  currency TEXT NOT NULL,
  orders   BIGINT NOT NULL DEFAULT 0,
  gross    BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (post_id, currency)
);

-- Small facts of this installation: how far the demo world is, where a catch-up stopped.
CREATE TABLE notes (
  name       TEXT PRIMARY KEY,
  value      TEXT NOT NULL,
  updated_at TIMESTAMP NOT NULL
);

-- +goose Down
DROP TABLE notes; DROP TABLE post_sales; DROP TABLE sales_days; DROP TABLE audit_entries; DROP TABLE letters; DROP TABLE events; DROP TABLE refunds;
DROP TABLE order_changes; DROP TABLE holds; DROP TABLE orders; DROP TABLE posts; DROP TABLE reports; DROP TABLE reviews; DROP TABLE versions;
DROP TABLE offers; DROP TABLE pictures; DROP TABLE members; DROP TABLE shops; DROP TABLE rate_limits; DROP TABLE sessions; DROP TABLE user_links; DROP TABLE users;
