-- Servers give one id to several activities: Hollo to every Accept, Ghost to each Like of one thing. So an activity is known
-- by its id together with what it says, and a reaction by its id together with what it is about.
CREATE TABLE received (
  id TEXT PRIMARY KEY,
  activity_uri TEXT NOT NULL,
  type TEXT NOT NULL,
  actor_uri TEXT NOT NULL,
  host TEXT NOT NULL,
  object_uri TEXT NOT NULL,
  raw TEXT NOT NULL,
  forwarded BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,
  received TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at TEXT NOT NULL,
  leased_until TEXT NOT NULL
);
INSERT INTO received (id, activity_uri, type, actor_uri, host, object_uri, raw, forwarded, fingerprint, received, outcome,
  reason, attempts, due_at, leased_until)
SELECT id, activity_uri, type, actor_uri, host, object_uri, raw, forwarded, fingerprint, received, outcome,
  reason, attempts, due_at, leased_until FROM arrivals;
DROP TABLE arrivals;
ALTER TABLE received RENAME TO arrivals;
-- whether an activity was here before
CREATE INDEX arrivals_by_uri ON arrivals (activity_uri);
-- the inbox worker's queue
CREATE INDEX arrivals_due ON arrivals (due_at, id) WHERE outcome = 'waiting';
-- the author's list, newest first, and pruning
CREATE INDEX arrivals_by_date ON arrivals (received);
-- what a process had claimed when it ended
CREATE INDEX arrivals_leased ON arrivals (leased_until) WHERE leased_until <> '';
CREATE INDEX arrivals_by_object ON arrivals (object_uri);
-- erasing what a deleted actor said
CREATE INDEX arrivals_by_actor ON arrivals (actor_uri, type, received);

-- `counted` is 1 for what is in the counts: of several boosts of one thing by one actor only the first, and nothing of those
-- who are blocked, whose rows are `hidden`.
CREATE TABLE received_reactions (
  uri TEXT NOT NULL,
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  comment_id TEXT REFERENCES comments (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('like', 'share')),
  actor_uri TEXT NOT NULL,
  content TEXT NOT NULL,
  received TEXT NOT NULL,
  counted BIGINT NOT NULL,
  hidden BIGINT NOT NULL
);
INSERT INTO received_reactions (uri, post_id, comment_id, kind, actor_uri, content, received, counted, hidden)
SELECT uri, post_id, comment_id, kind, actor_uri, content, received, 1, 0 FROM reactions;
DROP TABLE reactions;
ALTER TABLE received_reactions RENAME TO reactions;
CREATE UNIQUE INDEX reactions_once ON reactions (post_id, coalesce(comment_id, ''), kind, actor_uri, content)
  WHERE counted = 1;
-- by id; and one id is one reaction to one thing
CREATE UNIQUE INDEX reactions_by_uri ON reactions (uri, post_id, coalesce(comment_id, ''), kind);
-- the likes and shares collections, oldest first by key
CREATE INDEX reactions_in_order ON reactions (post_id, coalesce(comment_id, ''), kind, received, uri);
CREATE INDEX reactions_of_comment ON reactions (comment_id) WHERE comment_id IS NOT NULL;
-- what an actor said of one thing; all that an actor said
CREATE INDEX reactions_by_actor ON reactions (actor_uri, post_id, kind);
