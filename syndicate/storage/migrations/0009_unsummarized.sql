-- Whether the author wants the fediverse to get no summary of a post.
ALTER TABLE posts ADD COLUMN unsummarized BIGINT NOT NULL DEFAULT 0;
