-- `allowed` is what the author allowed; `scopes` may be fewer since the program refreshed its token for fewer.
ALTER TABLE access_tokens ADD COLUMN allowed TEXT NOT NULL DEFAULT '';
UPDATE access_tokens SET allowed = scopes;

-- When the refresh token was used; empty for those of before.
ALTER TABLE spent_refresh_tokens ADD COLUMN used TEXT NOT NULL DEFAULT '';
