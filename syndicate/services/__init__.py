"""The composition root: the one place that constructs, from a configuration.

`open_services` makes what commands need. `build_server` adds the network, the workers and the web application, and
`supervisor` runs them.
"""

from syndicate.services.commands import Services, open_network, open_services, reset_identity, schemes_of
from syndicate.services.server import Server, build_server

__all__ = ["Server", "Services", "build_server", "open_network", "open_services", "reset_identity", "schemes_of"]
