-- What the author is notified of: in a private feed and by mail. Only what it is about is kept; the words are read when
-- they are shown. `mail_id` is empty until a mail is made of it, and '-' where none is to be made.
CREATE TABLE notifications (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  created TEXT NOT NULL,
  mail_id TEXT NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX notifications_by_subject ON notifications (kind, subject);

-- those of which a mail is to be made, and those of one mail
CREATE INDEX notifications_by_mail ON notifications (mail_id, created);

-- Mails to the author: a queue. `sent` is empty until the mail server has taken it; `due_at` is empty once it is given up.
CREATE TABLE mails (
  id TEXT PRIMARY KEY,
  created TEXT NOT NULL,
  due_at TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  sent TEXT NOT NULL DEFAULT '',
  problem TEXT NOT NULL DEFAULT '',
  leased_until TEXT NOT NULL DEFAULT ''
);

CREATE INDEX mails_open ON mails (due_at) WHERE sent = '';
