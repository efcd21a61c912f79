"""W3C WebSub: the hub of this blog, notifications for other hubs, and subscriptions to the feeds of other blogs."""
