-- Tokens that the author made for other programs. Of a token only its SHA-256 hash is stored; `scopes` are words with
-- spaces between them.
CREATE TABLE access_tokens (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created TEXT NOT NULL,
  used TEXT
);

-- Posts that another program deleted, and may restore: they are drafts in the meantime. `state` is the one before, and
-- `revision` that of the draft; a row counts only while the post has this revision.
CREATE TABLE withdrawn_posts (
  post_id TEXT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  revision BIGINT NOT NULL
);
