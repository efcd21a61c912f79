"""Receiving activities: the inbox, its queue, and a handler for each activity type."""
