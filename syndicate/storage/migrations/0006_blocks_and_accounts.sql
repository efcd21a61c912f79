-- The state in which a comment was before its author was blocked: unblocking brings it back.
ALTER TABLE comments ADD COLUMN state_before TEXT NOT NULL DEFAULT '';
ALTER TABLE comments ADD COLUMN reason_before TEXT NOT NULL DEFAULT '';

-- Why an account is not followed, in words for the author; and what of an entry its account supplied (members, separated by
-- spaces), which follows the account's Updates. What the author wrote or imported is not among it.
ALTER TABLE blogroll ADD COLUMN follow_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE blogroll ADD COLUMN supplied TEXT NOT NULL DEFAULT '';
