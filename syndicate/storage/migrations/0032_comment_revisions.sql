-- The earlier texts of comments that were changed. Only the blog's author reads them; they go with the comment.
CREATE TABLE comment_revisions (
  comment_id TEXT NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
  written TEXT NOT NULL, -- when this text was new
  html TEXT NOT NULL,
  PRIMARY KEY (comment_id, written)
);
