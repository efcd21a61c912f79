-- When the author last changed a post that readers had already, and told them: its `updated` of that time.
ALTER TABLE posts ADD COLUMN edited TEXT;
CREATE INDEX posts_by_edit ON posts (edited) WHERE edited IS NOT NULL;
