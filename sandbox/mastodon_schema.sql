-- The local Mastodon. Its people are those of the local X, by the same ids and names.
CREATE TABLE IF NOT EXISTS m_apps (
  client TEXT PRIMARY KEY,
  secret TEXT NOT NULL,
  name   TEXT NOT NULL,
  back   TEXT NOT NULL,            -- redirect_uris, one a line
  scopes TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS m_codes (
  code      TEXT PRIMARY KEY,
  client    TEXT NOT NULL,
  person    INTEGER NOT NULL,
  back      TEXT NOT NULL,
  scopes    TEXT NOT NULL,
  challenge TEXT NOT NULL,
  expires   INTEGER NOT NULL       -- Unix milliseconds, as all times here
) STRICT;

CREATE TABLE IF NOT EXISTS m_tokens (
  token  TEXT PRIMARY KEY,
  client TEXT NOT NULL,
  person INTEGER NOT NULL,
  scopes TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS m_posts (
  id         INTEGER PRIMARY KEY,
  author     INTEGER NOT NULL,
  text       TEXT NOT NULL,
  at         INTEGER NOT NULL,
  answers    INTEGER,
  visibility TEXT NOT NULL,
  language   TEXT NOT NULL,
  app        TEXT NOT NULL,        -- the name of the app that made it, '' for the pages
  key        TEXT                  -- Idempotency-Key
) STRICT;
CREATE INDEX IF NOT EXISTS m_posts_author ON m_posts (author, id);
CREATE INDEX IF NOT EXISTS m_posts_answers ON m_posts (answers);
CREATE INDEX IF NOT EXISTS m_posts_key ON m_posts (author, key);

CREATE TABLE IF NOT EXISTS m_mentions (
  post   INTEGER NOT NULL REFERENCES m_posts (id) ON DELETE CASCADE,
  person INTEGER NOT NULL,
  seen   INTEGER PRIMARY KEY,      -- the id of the notification
  UNIQUE (post, person)
) STRICT;

-- Favourites and boosts.
CREATE TABLE IF NOT EXISTS m_marks (
  post   INTEGER NOT NULL REFERENCES m_posts (id) ON DELETE CASCADE,
  person INTEGER NOT NULL,
  kind   TEXT NOT NULL CHECK (kind IN ('favourite', 'boost')),
  PRIMARY KEY (post, person, kind)
) STRICT;
