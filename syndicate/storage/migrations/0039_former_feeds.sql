-- The address of a feed before it moved: lists name it still, when they are imported again.
ALTER TABLE blogroll ADD COLUMN former_feed TEXT NOT NULL DEFAULT '';
CREATE INDEX blogroll_by_former_feed ON blogroll (former_feed);
