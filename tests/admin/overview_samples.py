"""Samples of the pages about what was sent and received."""

from datetime import datetime

from syndicate.storage.inbox_queue import Refusal
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.deliveries import (
    ActivityPage,
    DeliveriesPage,
    ReceivedPage,
    ReceivedRow,
    RefusalRow,
    SentCard,
    ServerRow,
)
from syndicate.web.admin.pages.frame import AdminPage, Tab


def overview_samples(hostile: str, noon: datetime) -> dict[str, AdminPage]:
    """Return pages with this text wherever other people's or the author's stands."""
    tabs = (Tab(label="One", href="/admin/deliveries/", is_current=True), Tab(label="Two", href="?x=1"))
    row = ServerRow(
        server=hostile,
        state="failed",
        words="given up",
        answer=hostile,
        last=noon,
        next=noon,
        activity="a",
        inbox=hostile,
        what="Publication",
        can_retry=True,
    )
    card = SentCard(
        id="a", what=hostile, at=noon, total=3, has=1, waiting=1, failed=2, leaves=noon, rows=(row,), has_more=True
    )
    received = ReceivedRow(id="r", at=noon, sender=hostile, what=hostile, outcome="done", reason=hostile)
    refusal = Refusal(id="f", at=noon, status=401, reason="x.y", address="", sender=hostile, detail=hostile)
    return {
        "where a post went": DeliveriesPage(title=hostile, post_id="p", next=hostile, cards=(card,), rows=(row,)),
        "a post that went nowhere": DeliveriesPage(title="t", post_id="p", is_public=False, next="/admin/deliveries/"),
        "what is looked for": DeliveriesPage(form=Form({"of": hostile}), title=hostile, next=hostile, cards=(card,)),
        "nothing found": DeliveriesPage(form=Form({"of": hostile}, {"of": hostile}), next="/admin/deliveries/"),
        "all that is sent": DeliveriesPage(next="/admin/deliveries/", tabs=tabs, rows=(row,)),
        "what came in": ActivityPage(tabs=tabs, received=(received,), newest="?", older="?before=x"),
        "refused requests": ActivityPage(
            tabs=tabs, refusals=(RefusalRow(refusal=refusal, words=hostile),), is_refused=True
        ),
        "nothing came in": ActivityPage(tabs=tabs),
        "one that came in": ReceivedPage(row=received, actor=hostile, object=hostile, uri=hostile, document=hostile),
        "one without its document": ReceivedPage(row=received, actor="a", object="", uri="", document=""),
    }
