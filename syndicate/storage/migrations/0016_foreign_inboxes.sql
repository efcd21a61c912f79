-- Actors whose inbox lies on another host than their id. `asked_at` is when the first Accept or Reject was sent there, empty
-- before; `proven` is 1 once the inbox's host has taken an Accept.
CREATE TABLE foreign_inboxes (
  actor TEXT PRIMARY KEY REFERENCES remote_actors (uri) ON DELETE CASCADE,
  inbox TEXT NOT NULL,
  host TEXT NOT NULL,
  asked_at TEXT NOT NULL,
  proven BIGINT NOT NULL
);
-- how many were asked on one host, and whether it is proven
CREATE INDEX foreign_inboxes_by_host ON foreign_inboxes (host, asked_at);
CREATE INDEX foreign_inboxes_by_inbox ON foreign_inboxes (inbox);
