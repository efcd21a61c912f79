-- The handle on another host that an actor claims (FEP-2c59), until WebFinger was asked about it.
ALTER TABLE remote_actors ADD COLUMN claimed_handle TEXT NOT NULL DEFAULT '';
