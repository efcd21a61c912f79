-- The widths of the smaller forms of a picture, separated by spaces; empty if it has none.

ALTER TABLE media ADD COLUMN widths TEXT NOT NULL DEFAULT '';
