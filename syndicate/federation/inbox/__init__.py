"""What other servers send: the inbox, its queue, and a handler for each activity."""
