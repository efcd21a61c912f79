"""The composition root: the one place that constructs, from a configuration.

`commands.open_services` makes what commands need. `server.build_server` adds the network, the workers and the web
application, and `supervisor` runs them. A command imports the first alone: the second takes as long to import as the rest.
"""
