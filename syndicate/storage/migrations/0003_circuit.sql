-- Until when a server asked to be left alone (Retry-After); `paused_until` is what we decide after failures.
ALTER TABLE hosts ADD COLUMN asked_until TEXT NOT NULL DEFAULT '';
