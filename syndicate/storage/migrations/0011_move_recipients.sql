-- The inboxes that were told that an actor of ours has moved.
CREATE TABLE move_recipients (
  local_actor TEXT NOT NULL REFERENCES local_actors (id) ON DELETE CASCADE,
  inbox TEXT NOT NULL,
  PRIMARY KEY (local_actor, inbox)
);
INSERT INTO move_recipients (local_actor, inbox)
SELECT DISTINCT outbox.local_actor, deliveries.inbox
FROM outbox
JOIN deliveries ON deliveries.activity_id = outbox.id
WHERE outbox.type = 'Move';
