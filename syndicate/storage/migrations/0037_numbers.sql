-- Numbers for the author: how many followed on each day, and how many people feed readers fetch for, by their reports.

CREATE TABLE follower_counts (
  day TEXT PRIMARY KEY,
  followers BIGINT NOT NULL
);

CREATE TABLE feed_readers (
  name TEXT NOT NULL,
  feed TEXT NOT NULL,
  subscribers BIGINT NOT NULL,
  seen TEXT NOT NULL,
  PRIMARY KEY (name, feed)
);

-- the newest ones, and what is too old
CREATE INDEX feed_readers_seen ON feed_readers (seen);
