-- When the author deleted a comment of somebody else, which is kept for a while, so that it can come back; empty for others.
ALTER TABLE comments ADD COLUMN withdrawn TEXT NOT NULL DEFAULT '';
-- the list of deleted ones, and erasing them
CREATE INDEX comments_withdrawn ON comments (withdrawn, id) WHERE withdrawn <> '';
