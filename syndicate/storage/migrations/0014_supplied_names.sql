-- The names that accounts supplied before this was remembered follow their Updates, too.
UPDATE blogroll SET supplied = 'name'
WHERE actor_uri <> '' AND edited = 0 AND EXISTS (
  SELECT 1 FROM remote_actors WHERE remote_actors.uri = blogroll.actor_uri AND remote_actors.name = blogroll.name);
