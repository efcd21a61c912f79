-- How often an activity of ours was written anew before it reached everybody: what is sent is made of the newest text.
ALTER TABLE outbox ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
