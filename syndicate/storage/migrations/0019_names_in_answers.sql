-- Answers of the author's name people, too: `comment_id` is the answer, empty for the post itself. `handle` is then also the
-- id of an account that an answered comment mentions and that was never fetched.
CREATE TABLE mentions_anew (
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  comment_id TEXT NOT NULL,
  handle TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('wanted', 'settled', 'past')),
  actor_uri TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at TEXT NOT NULL,
  leased_until TEXT NOT NULL,
  PRIMARY KEY (post_id, comment_id, handle)
);
INSERT INTO mentions_anew (post_id, comment_id, handle, state, actor_uri, attempts, due_at, leased_until)
  SELECT post_id, '', handle, state, actor_uri, attempts, due_at, leased_until FROM mentions;
DROP TABLE mentions;
ALTER TABLE mentions_anew RENAME TO mentions;
-- the queue
CREATE INDEX mentions_due ON mentions (due_at) WHERE state = 'wanted';
-- who is known already by the name
CREATE INDEX mentions_by_handle ON mentions (handle, actor_uri);
CREATE INDEX mentions_by_actor ON mentions (actor_uri) WHERE actor_uri <> '';
