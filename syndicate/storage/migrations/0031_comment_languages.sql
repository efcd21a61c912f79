-- The language in which a comment was written, empty where it is not known.
DROP VIEW public_comments;
ALTER TABLE comments ADD COLUMN language TEXT NOT NULL DEFAULT '';
CREATE VIEW public_comments AS
SELECT comments.*, posts.path AS post_path, posts.uri AS post_uri, posts.title AS post_title, posts.guid AS post_guid
FROM comments
JOIN posts ON posts.id = comments.post_id
WHERE comments.state = 'approved' AND posts.state = 'published';
