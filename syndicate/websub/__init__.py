"""Feeds that come by themselves (W3C WebSub): a hub of our own for who subscribes to us, and subscriptions to others'."""
