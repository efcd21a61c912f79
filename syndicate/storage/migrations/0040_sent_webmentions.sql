-- The pages that were notified that a post or an answer links to them: they are notified again when it changes or is
-- deleted. `about` is the id of the post or answer, `source` the address of its page at that
-- time, `first_at` when the first notification was enqueued.
CREATE TABLE sent_webmentions (
  about TEXT NOT NULL,
  target TEXT NOT NULL,
  source TEXT NOT NULL,
  first_at TEXT NOT NULL,
  PRIMARY KEY (about, target)
);
