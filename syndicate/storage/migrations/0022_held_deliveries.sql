-- Deliveries and fan-outs that were open when a backup was made and wait, since its restoration, for the author's word.
CREATE TABLE held_deliveries (
  activity_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  inbox TEXT NOT NULL,
  host TEXT NOT NULL,
  lane TEXT NOT NULL,
  object_uri TEXT NOT NULL,
  post_id TEXT,
  attempts BIGINT NOT NULL,
  status BIGINT,
  answer TEXT NOT NULL,
  changed TEXT NOT NULL,
  PRIMARY KEY (activity_id, inbox)
);
CREATE TABLE held_fanouts (
  activity_id TEXT NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
  audience TEXT NOT NULL,
  post_uri TEXT NOT NULL,
  reached TEXT NOT NULL,
  PRIMARY KEY (activity_id, audience)
);
-- what was deleted since a moment, for the log of deletions
CREATE INDEX tombstones_by_date ON tombstones (gone_at, uri);
