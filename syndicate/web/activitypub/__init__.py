"""ActivityPub over HTTP: actors, collections, objects and inboxes."""
