-- What was changed without telling anybody. `news` is what readers were last told that a post is (a digest), empty where
-- that is what it is now; `minor` says that the header of its file asks for such a change, and has had it.
ALTER TABLE posts ADD COLUMN news TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN minor BIGINT NOT NULL DEFAULT 0;
