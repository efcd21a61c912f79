-- Readers who wait for one mail about an answer to their comment. The address is nowhere else; the row goes with the
-- mail, with the comment, or when the reader ends it. `confirmed` is empty until the reader has confirmed the address;
-- `due_at` is empty while no mail is to be sent: at first the one that asks for the confirmation, later the notice.
CREATE TABLE answer_notices (
  comment_id TEXT PRIMARY KEY REFERENCES comments (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  token TEXT NOT NULL,
  created TEXT NOT NULL,
  confirmed TEXT NOT NULL DEFAULT '',
  due_at TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  leased_until TEXT NOT NULL DEFAULT ''
);
-- the link in a mail
CREATE UNIQUE INDEX answer_notices_by_token ON answer_notices (token);
-- the queue
CREATE INDEX answer_notices_due ON answer_notices (due_at) WHERE due_at <> '';

-- Mails that asked for a confirmation, so that nobody can have a stranger sent many: a keyed digest instead of the address.
CREATE TABLE confirmation_mails (
  comment_id TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  created TEXT NOT NULL
);
-- how many one address got lately
CREATE INDEX confirmation_mails_by_digest ON confirmation_mails (digest, created);
-- how many all got today, and pruning
CREATE INDEX confirmation_mails_by_date ON confirmation_mails (created);
