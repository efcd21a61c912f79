-- Quotes that the author shows under the post, and those that must never be shown (`#noblog`).
ALTER TABLE received_notes ADD COLUMN shown BIGINT NOT NULL DEFAULT 0;
ALTER TABLE received_notes ADD COLUMN may_be_shown BIGINT NOT NULL DEFAULT 1;
