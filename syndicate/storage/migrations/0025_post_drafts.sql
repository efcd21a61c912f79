-- Texts that are being written: kept aside until they are saved or published, and links to look at them.

CREATE TABLE post_drafts (
  post_id TEXT PRIMARY KEY,
  form TEXT NOT NULL,
  base_revision BIGINT NOT NULL,
  fields TEXT NOT NULL,
  saved TEXT NOT NULL
);

CREATE UNIQUE INDEX post_drafts_form ON post_drafts (form);

CREATE TABLE preview_links (
  token_hash TEXT PRIMARY KEY,
  post_id TEXT NOT NULL,
  expires TEXT NOT NULL
);

CREATE INDEX preview_links_post ON preview_links (post_id);

-- the author's lists and their counts
CREATE INDEX posts_by_state ON posts (state, published, id);
