-- Which post came from which place of another program: guids alone are not unique there.
CREATE TABLE post_sources (
  source TEXT PRIMARY KEY,
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE
);
-- whether a post has a place that is known
CREATE INDEX post_sources_of_post ON post_sources (post_id);
