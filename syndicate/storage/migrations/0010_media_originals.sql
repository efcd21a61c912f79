-- Pictures that were cleaned of metadata: what they were before, and under which name they were served then.

ALTER TABLE media ADD COLUMN original TEXT;
CREATE INDEX media_by_original ON media (original) WHERE original IS NOT NULL;

CREATE TABLE media_renames (
  former TEXT PRIMARY KEY,
  name TEXT NOT NULL
);
CREATE INDEX media_renames_by_name ON media_renames (name);
