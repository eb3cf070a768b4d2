CREATE TABLE IF NOT EXISTS settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- Every object of the API as Stripe would show it; keys that begin with an underscore are ours and never leave.
CREATE TABLE IF NOT EXISTS objects (
  seq     INTEGER PRIMARY KEY,
  id      TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,           -- '' is the platform
  kind    TEXT NOT NULL,
  created INTEGER NOT NULL,
  body    TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, account, created, seq);
-- A partial index serves only a query that spells the kind out, as those of the sandbox do.
CREATE INDEX IF NOT EXISTS charge_payment_intent ON objects (json_extract(body, '$.payment_intent')) WHERE kind = 'charge';
CREATE INDEX IF NOT EXISTS session_payment_intent ON objects (json_extract(body, '$.payment_intent')) WHERE kind = 'checkout.session';
CREATE INDEX IF NOT EXISTS refund_payment_intent ON objects (json_extract(body, '$.payment_intent')) WHERE kind = 'refund';
CREATE INDEX IF NOT EXISTS refund_charge ON objects (json_extract(body, '$.charge')) WHERE kind = 'refund';
CREATE INDEX IF NOT EXISTS dispute_charge ON objects (json_extract(body, '$.charge')) WHERE kind = 'dispute';
CREATE INDEX IF NOT EXISTS warning_charge ON objects (json_extract(body, '$.charge')) WHERE kind = 'radar.early_fraud_warning';
CREATE INDEX IF NOT EXISTS application_fee_charge ON objects (json_extract(body, '$.charge')) WHERE kind = 'application_fee';
CREATE INDEX IF NOT EXISTS transfer_reversal_transfer ON objects (json_extract(body, '$.transfer')) WHERE kind = 'transfer_reversal';
CREATE INDEX IF NOT EXISTS fee_refund_fee ON objects (json_extract(body, '$.fee')) WHERE kind = 'fee_refund';
CREATE INDEX IF NOT EXISTS balance_transaction_source ON objects (json_extract(body, '$.source')) WHERE kind = 'balance_transaction';
CREATE INDEX IF NOT EXISTS balance_transaction_waiting ON objects (account) WHERE kind = 'balance_transaction' AND json_extract(body, '$._payout') IS NULL;
CREATE INDEX IF NOT EXISTS balance_transaction_payout ON objects (json_extract(body, '$._payout')) WHERE kind = 'balance_transaction' AND json_extract(body, '$._payout') IS NOT NULL;
CREATE INDEX IF NOT EXISTS payment_method_customer ON objects (json_extract(body, '$.customer')) WHERE kind = 'payment_method';
CREATE INDEX IF NOT EXISTS payment_intent_customer ON objects (json_extract(body, '$.customer')) WHERE kind = 'payment_intent';
CREATE INDEX IF NOT EXISTS charge_customer ON objects (json_extract(body, '$.customer')) WHERE kind = 'charge';
CREATE INDEX IF NOT EXISTS session_customer ON objects (json_extract(body, '$.customer')) WHERE kind = 'checkout.session';

-- The bytes of uploaded files.
CREATE TABLE IF NOT EXISTS contents (
  file    TEXT PRIMARY KEY,
  content BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS events (
  seq     INTEGER PRIMARY KEY,
  id      TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  type    TEXT NOT NULL,
  created INTEGER NOT NULL,
  object  TEXT NOT NULL,           -- id of the object it is about
  held    INTEGER NOT NULL,        -- 1: made with a time of its own, kept for catch-up, never delivered
  open    INTEGER NOT NULL,        -- deliveries that have not succeeded
  body    TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX IF NOT EXISTS events_account ON events (account, created, seq);
CREATE INDEX IF NOT EXISTS events_open ON events (account, created, seq) WHERE open > 0 OR held = 1;

CREATE TABLE IF NOT EXISTS deliveries (
  seq      INTEGER PRIMARY KEY,
  event    TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  due      INTEGER NOT NULL,
  times    INTEGER NOT NULL DEFAULT 1,  -- how often the next attempt posts it
  tries    INTEGER NOT NULL DEFAULT 0,
  state    TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed', 'dropped')),
  ever     INTEGER NOT NULL DEFAULT 0,  -- 1 once an attempt succeeded
  UNIQUE (event, endpoint)
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due, seq) WHERE state = 'waiting';

CREATE TABLE IF NOT EXISTS attempts (
  seq      INTEGER PRIMARY KEY,
  delivery INTEGER NOT NULL REFERENCES deliveries (seq) ON DELETE CASCADE,
  at       INTEGER NOT NULL,
  status   INTEGER NOT NULL,       -- 0: no answer
  note     TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS attempts_delivery ON attempts (delivery);

CREATE TABLE IF NOT EXISTS idempotency (
  account TEXT NOT NULL,
  key     TEXT NOT NULL,
  request TEXT NOT NULL,           -- method, path and parameters
  created INTEGER NOT NULL,
  origin  TEXT NOT NULL,           -- Request-Id of the first answer
  status  INTEGER NOT NULL,
  answer  TEXT NOT NULL,
  PRIMARY KEY (account, key)
) STRICT;

-- What happens by itself at a later time.
CREATE TABLE IF NOT EXISTS tasks (
  seq        INTEGER PRIMARY KEY,
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  account    TEXT NOT NULL,
  due        INTEGER NOT NULL,
  not_before INTEGER NOT NULL,     -- the same, but for work of a made-up past: leaves its maker time to go on
  held       INTEGER NOT NULL,
  UNIQUE (kind, subject, account, due)
) STRICT;
CREATE INDEX IF NOT EXISTS tasks_due ON tasks (not_before);
CREATE INDEX IF NOT EXISTS tasks_held ON tasks (due) WHERE held = 1;

CREATE TABLE IF NOT EXISTS mails (
  seq        INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  sender     TEXT NOT NULL,
  recipients TEXT NOT NULL,        -- lower case, one a line
  subject    TEXT NOT NULL,
  raw        BLOB NOT NULL
) STRICT;
