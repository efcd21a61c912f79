-- A short number for each comment, for commands; 0 until one is given.
DROP VIEW public_comments;
ALTER TABLE comments ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
UPDATE comments SET number = numbered.place
FROM (SELECT id, row_number() OVER (ORDER BY received, id) AS place FROM comments) AS numbered
WHERE numbered.id = comments.id;
CREATE INDEX comments_by_number ON comments (number);
INSERT INTO totals (name, total) SELECT 'comment-numbers', count(*) FROM comments HAVING count(*) > 0;
CREATE VIEW public_comments AS
SELECT comments.*, posts.path AS post_path, posts.uri AS post_uri, posts.title AS post_title, posts.guid AS post_guid
FROM comments
JOIN posts ON posts.id = comments.post_id
WHERE comments.state = 'approved' AND posts.state = 'published';
