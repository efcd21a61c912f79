-- What others wrote to the blog or about it that is no comment. Only the author sees it.
CREATE TABLE received_notes (
  uri TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('mention', 'private', 'quote')),
  actor_uri TEXT NOT NULL,
  url TEXT NOT NULL,
  html TEXT NOT NULL,
  post_id TEXT REFERENCES posts (id) ON DELETE CASCADE,
  published TEXT NOT NULL,
  received TEXT NOT NULL,
  seen BIGINT NOT NULL,
  PRIMARY KEY (uri, kind)
);
-- the author's lists, newest first; pruning
CREATE INDEX received_notes_by_date ON received_notes (kind, received, uri);
-- what somebody wrote who is gone, and how much
CREATE INDEX received_notes_by_actor ON received_notes (actor_uri, kind, received);
CREATE INDEX received_notes_of_post ON received_notes (post_id) WHERE post_id IS NOT NULL;
