"""W3C Webmention: notifies a page that a page of ours links to it."""
