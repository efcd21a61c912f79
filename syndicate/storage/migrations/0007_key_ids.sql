-- A key that takes the place of another has an id of its own. While `next_key_pem` is set, the `next_…` columns are the keys
-- to come. The Ed25519 key before the last change stays listed for a while: `old_proof_key`.
ALTER TABLE local_actors ADD COLUMN key_id TEXT NOT NULL DEFAULT '';
ALTER TABLE local_actors ADD COLUMN proof_key_id TEXT NOT NULL DEFAULT '';
ALTER TABLE local_actors ADD COLUMN next_key_id TEXT NOT NULL DEFAULT '';
ALTER TABLE local_actors ADD COLUMN next_proof_key TEXT NOT NULL DEFAULT '';
ALTER TABLE local_actors ADD COLUMN next_proof_key_id TEXT NOT NULL DEFAULT '';
ALTER TABLE local_actors ADD COLUMN old_proof_key TEXT NOT NULL DEFAULT '';
ALTER TABLE local_actors ADD COLUMN old_proof_key_id TEXT NOT NULL DEFAULT '';
UPDATE local_actors SET key_id = uri || '#main-key', proof_key_id = uri || '#ed25519-key';

-- Keys that an actor of ours had: they sign nothing but the Update of the actor, for servers that know no later one.
CREATE TABLE earlier_keys (
  local_actor TEXT NOT NULL,
  key_id TEXT NOT NULL,
  public_key_pem TEXT NOT NULL,
  retired TEXT NOT NULL,
  PRIMARY KEY (local_actor, public_key_pem)
);

-- Inboxes that refused the key with this id, and when they were sent the Update signed with the earlier ones.
CREATE TABLE introductions (
  local_actor TEXT NOT NULL,
  inbox TEXT NOT NULL,
  key_id TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (local_actor, inbox)
);
-- pruning
CREATE INDEX introductions_by_date ON introductions (at);
