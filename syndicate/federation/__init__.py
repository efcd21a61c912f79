"""Federation: the actors, the outbox, the inbox and the synchronization with other servers."""
