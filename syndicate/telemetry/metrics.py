"""Metrics for the operator, in the text format of Prometheus. Each server has its own registry."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Metrics:
    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter("syndicate_requests", "Requests answered.", ["status"], registry=self._registry)
        self.arrivals = Counter("syndicate_arrivals", "Activities that arrived.", ["outcome"], registry=self._registry)
        self.deliveries_waiting = Gauge(
            "syndicate_deliveries_waiting", "Deliveries that wait for another server.", registry=self._registry
        )
        self.visits = Counter(
            "syndicate_visits",
            "Comments looked at again where they were written.",
            ["outcome"],
            registry=self._registry,
        )
        self.found = Counter("syndicate_found", "Comments found that nobody had sent.", registry=self._registry)
        self.polls = Counter("syndicate_polls", "Feeds of the blogroll asked.", ["outcome"], registry=self._registry)
        self.followers = Gauge("syndicate_followers", "Followers of the blog.", registry=self._registry)
        self.subscriptions = Gauge(
            "syndicate_subscriptions", "Subscriptions to feeds by WebSub.", registry=self._registry
        )
        self.posts = Gauge("syndicate_posts", "Public posts.", registry=self._registry)
        self.renders = Gauge("syndicate_renders", "Documents rendered since the start.", registry=self._registry)

    def text(self) -> bytes:
        """Return the metrics in the text exposition format."""
        return generate_latest(self._registry)
