-- What the author wrote in an answer, for changing it; empty in those of earlier versions, of which only the HTML is known.
ALTER TABLE comments ADD COLUMN markdown TEXT NOT NULL DEFAULT '';

-- Answers that the author deleted: nobody else sees them, and they can be published anew.
CREATE TABLE deleted_answers (
  id TEXT PRIMARY KEY,
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  parent_id TEXT,
  html TEXT NOT NULL,
  markdown TEXT NOT NULL,
  deleted TEXT NOT NULL
);
CREATE INDEX deleted_answers_by_date ON deleted_answers (deleted, id);
CREATE INDEX deleted_answers_of_post ON deleted_answers (post_id);
