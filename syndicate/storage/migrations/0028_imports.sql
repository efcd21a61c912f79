-- Files that the author uploads to be imported: a queue, with how far each import is and what it reported.
-- `leased_until` is empty where nobody works on it; `ended` is empty until it is over.

CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  origin TEXT NOT NULL DEFAULT '',
  created TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT '',
  done BIGINT NOT NULL DEFAULT 0,
  total BIGINT NOT NULL DEFAULT 0,
  attempts BIGINT NOT NULL DEFAULT 0,
  ended TEXT NOT NULL DEFAULT '',
  problem TEXT NOT NULL DEFAULT '',
  report TEXT NOT NULL DEFAULT '[]',
  leased_until TEXT NOT NULL DEFAULT ''
);

-- the next one that is not over
CREATE INDEX imports_open ON imports (ended, leased_until, id);
