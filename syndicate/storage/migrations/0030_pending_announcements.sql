-- Posts that are on the site and are not announced yet, so that their author can take them back: to followers, push
-- subscribers and other hubs. `fetched` is the revision that another server has fetched meanwhile, 0 if none has;
-- `drafted` and `released` are the dates of the post before it was published.
CREATE TABLE pending_announcements (
  post_id TEXT PRIMARY KEY,
  due_at TEXT NOT NULL,
  announced BIGINT NOT NULL,
  news BIGINT NOT NULL,
  fetched BIGINT NOT NULL,
  drafted TEXT NOT NULL,
  released TEXT NOT NULL
);

-- the next one that is due
CREATE INDEX pending_announcements_due ON pending_announcements (due_at);
