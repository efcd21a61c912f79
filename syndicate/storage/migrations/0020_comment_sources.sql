-- Comments also come by a form and by Webmention.
DROP VIEW public_comments;
ALTER TABLE comments ADD COLUMN source_anew TEXT NOT NULL DEFAULT 'reply'
  CHECK (source_anew IN ('reply', 'import', 'own', 'form', 'webmention'));
UPDATE comments SET source_anew = source;
ALTER TABLE comments DROP COLUMN source;
ALTER TABLE comments RENAME COLUMN source_anew TO source;
CREATE VIEW public_comments AS
SELECT comments.*, posts.path AS post_path, posts.uri AS post_uri, posts.title AS post_title, posts.guid AS post_guid
FROM comments
JOIN posts ON posts.id = comments.post_id
WHERE comments.state = 'approved' AND posts.state = 'published';
