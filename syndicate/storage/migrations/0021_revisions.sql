-- How many texts a post has had: an editor sees that somebody else has changed it meanwhile.
ALTER TABLE posts ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
UPDATE posts SET revision = 1 + (SELECT count(*) FROM revisions WHERE revisions.post_id = posts.id);
