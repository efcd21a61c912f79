-- A comment may be of another kind than a reply. Likes and reposts that come by Webmention are moderated like comments,
-- and counted with the others.
DROP VIEW public_comments;
ALTER TABLE comments ADD COLUMN kind TEXT NOT NULL DEFAULT 'reply'
  CHECK (kind IN ('reply', 'mention', 'bookmark', 'like', 'repost'));
CREATE VIEW public_comments AS
SELECT comments.*, posts.path AS post_path, posts.uri AS post_uri, posts.title AS post_title, posts.guid AS post_guid
FROM comments
JOIN posts ON posts.id = comments.post_id
WHERE comments.state = 'approved' AND posts.state = 'published' AND comments.kind NOT IN ('like', 'repost');
CREATE VIEW public_reactions AS
SELECT comments.* FROM comments
JOIN posts ON posts.id = comments.post_id
WHERE comments.state = 'approved' AND posts.state = 'published' AND comments.kind IN ('like', 'repost');

-- Received Webmentions: a queue, and what became of each. There is one for each page that links to a post; `target` is
-- the address that it named last. `comment_id` is the comment that it became, or empty. `due_at` is empty once it is
-- settled; `outcome` and `reason` are those of the last verification.
CREATE TABLE received_webmentions (
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  target TEXT NOT NULL,
  host TEXT NOT NULL,
  comment_id TEXT NOT NULL DEFAULT '',
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  received TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  due_at TEXT NOT NULL,
  leased_until TEXT NOT NULL DEFAULT '',
  UNIQUE (source, post_id)
);
-- the queue
CREATE INDEX received_webmentions_due ON received_webmentions (due_at, id) WHERE due_at <> '';
-- the author's list, and pruning
CREATE INDEX received_webmentions_by_date ON received_webmentions (received, id);
-- whether a reply that comes by ActivityPub came as a Webmention before
CREATE INDEX received_webmentions_of_comment ON received_webmentions (comment_id) WHERE comment_id <> '';
CREATE INDEX received_webmentions_of_post ON received_webmentions (post_id);
