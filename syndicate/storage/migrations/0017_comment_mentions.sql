-- Whom a comment mentions, in order: the people of a conversation, and those whom an answer of the author's goes to.
CREATE TABLE comment_mentions (
  comment_id TEXT NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  handle TEXT NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (comment_id, actor)
);
