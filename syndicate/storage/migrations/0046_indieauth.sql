-- Tokens of programs that signed in by IndieAuth: `client_id` is the address of the program, empty for tokens made at the
-- desk. `expires` is empty for those that do not expire. `refresh_hash` is the SHA-256 hash of the refresh token, or empty.
ALTER TABLE access_tokens ADD COLUMN client_id TEXT NOT NULL DEFAULT '';
ALTER TABLE access_tokens ADD COLUMN expires TEXT NOT NULL DEFAULT '';
ALTER TABLE access_tokens ADD COLUMN refresh_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE access_tokens ADD COLUMN refresh_expires TEXT NOT NULL DEFAULT '';
-- a program refreshes its token
CREATE UNIQUE INDEX access_tokens_by_refresh ON access_tokens (refresh_hash) WHERE refresh_hash <> '';

-- Refresh tokens that were used: one that comes again was copied, and ends the token that it belonged to.
CREATE TABLE spent_refresh_tokens (
  refresh_hash TEXT PRIMARY KEY,
  token_id TEXT NOT NULL REFERENCES access_tokens (id) ON DELETE CASCADE
);
CREATE INDEX spent_refresh_tokens_of_token ON spent_refresh_tokens (token_id);

-- Codes that programs redeem once. Of a code only its SHA-256 hash is stored. `token_id` is the token that it gave; `used` is
-- when it was redeemed, or empty. `name` is that of the program.
CREATE TABLE indieauth_codes (
  code_hash TEXT PRIMARY KEY,
  client_id TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  challenge TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  expires TEXT NOT NULL,
  used TEXT NOT NULL DEFAULT '',
  token_id TEXT NOT NULL DEFAULT ''
);
