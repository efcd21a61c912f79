-- The author's interface: one account, its factors, sessions, and what happened at its door. Tokens and codes are stored
-- as SHA-256 hashes only.

CREATE TABLE admin_account (
  id BIGINT PRIMARY KEY,
  password_hash TEXT NOT NULL,
  created TEXT NOT NULL,
  two_factors BIGINT NOT NULL
);

CREATE TABLE admin_recovery_codes (
  code_hash TEXT PRIMARY KEY,
  created TEXT NOT NULL,
  used TEXT
);

CREATE TABLE admin_passkeys (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  public_key TEXT NOT NULL,
  sign_count BIGINT NOT NULL,
  created TEXT NOT NULL,
  used TEXT
);

CREATE TABLE admin_sessions (
  token_hash TEXT PRIMARY KEY,
  browser TEXT NOT NULL,
  created TEXT NOT NULL,
  seen TEXT NOT NULL
);

CREATE TABLE admin_browsers (
  token_hash TEXT PRIMARY KEY,
  seen TEXT NOT NULL
);

CREATE TABLE admin_setup_links (
  token_hash TEXT PRIMARY KEY,
  expires TEXT NOT NULL
);

CREATE TABLE admin_challenges (
  challenge TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  expires TEXT NOT NULL
);

CREATE TABLE admin_attempts (
  bucket TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  latest TEXT NOT NULL,
  blocked_until TEXT NOT NULL
);

CREATE TABLE admin_events (
  id TEXT PRIMARY KEY,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL
);
