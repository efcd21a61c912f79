-- How much the text of an arrival takes, so that the oldest can be erased where there is too much.
ALTER TABLE arrivals ADD COLUMN raw_size BIGINT NOT NULL DEFAULT 0;
UPDATE arrivals SET raw = '{}' WHERE outcome NOT IN ('waiting', 'done', 'held') AND raw <> '{}';
UPDATE arrivals SET raw_size = length(raw) WHERE raw <> '{}';
-- the texts of one origin, and all texts
CREATE INDEX arrivals_by_size ON arrivals (host, received, raw_size) WHERE raw_size > 0;
CREATE INDEX arrivals_sizes ON arrivals (received, raw_size) WHERE raw_size > 0;
