-- What a post answers, likes or boosts, as JSON; NULL where it is a post of its own.
ALTER TABLE posts ADD COLUMN reference TEXT;

-- What is known of such a target: looked up once, shown as plain text. `state` says what became of the lookup, `object_uri`
-- is its id in the fediverse and `actor_uri` its author's.
CREATE TABLE citations (
  address TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  object_uri TEXT NOT NULL,
  actor_uri TEXT NOT NULL,
  handle TEXT NOT NULL,
  author TEXT NOT NULL,
  author_url TEXT NOT NULL,
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  looked_up TEXT NOT NULL
);
-- what a deletion or a block erases
CREATE INDEX citations_by_actor ON citations (actor_uri) WHERE actor_uri <> '';

-- The Like or Announce of a post that likes or boosts something. `activity_uri` is empty until it is sent, which waits for
-- the lookup of the target.
CREATE TABLE sent_reactions (
  post_id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  address TEXT NOT NULL,
  activity_uri TEXT NOT NULL
);
