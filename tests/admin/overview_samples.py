"""Samples of the pages about what was sent and received, numbers, settings, keys and moving."""

from dataclasses import replace
from datetime import datetime

from syndicate.federation.outbox.account_requests import MoveState, ServerInNeed
from syndicate.feeds import FeedCategory, FeedEntry
from syndicate.storage.inbox_queue import Refusal
from syndicate.storage.numbers import FeedReaderCount, PostReactions
from syndicate.web.admin.charts import ChartValue, bar_chart, line_chart
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
from syndicate.web.admin.pages.fediverse import FediversePage
from syndicate.web.admin.pages.feed import FeedPage
from syndicate.web.admin.pages.frame import AdminPage, Tab
from syndicate.web.admin.pages.identity import KeyCard, KeysPage, MovePage
from syndicate.web.admin.pages.numbers import FailingServer, FollowerShare, NumbersPage
from syndicate.web.admin.pages.settings import SettingsPage
from syndicate.web.admin.settings import GROUPS
from syndicate.web.site.pages import Link

VALUES = (
    ChartValue(label="January", number=3),
    ChartValue(label="February", number=0),
    ChartValue(label="March", number=9),
)


def overview_samples(hostile: str, noon: datetime) -> dict[str, AdminPage]:
    """Return pages with this text wherever other people's or the author's stands."""
    need = ServerInNeed(host=hostile, followers=1, silent_since=noon, software=hostile)
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
        "settings": SettingsPage(
            form=Form({field.name: hostile for group in GROUPS for field in group.fields}, {"site.language": hostile}),
            groups=GROUPS,
        ),
        "locked settings": SettingsPage(
            form=Form({"comments.moderation": "all", "site.language": hostile}),
            groups=tuple(
                replace(group, fields=tuple(replace(field, is_locked=True) for field in group.fields))
                for group in GROUPS
            ),
        ),
        "keys": KeysPage(
            cards=(
                KeyCard(id="a", account=hostile, changed=noon, is_changing=False, in_need=(need,)),
                KeyCard(id="b", account=hostile, changed=None, is_changing=False),
                KeyCard(id="c", account=hostile, changed=None, is_changing=True),
            )
        ),
        "move": MovePage(
            form=Form({"address": hostile}, {"address": hostile}),
            state=MoveState(requested=hostile, outcome=hostile, moved_to="https://new.example/users/x"),
            account=hostile,
            uri=hostile,
            followers=2,
        ),
        "move that is asked about": MovePage(
            form=Form(),
            state=MoveState(requested="", outcome=hostile, moved_to=""),
            account="@a@b.example",
            uri="u",
            followers=1,
            confirming=hostile,
        ),
        "numbers": NumbersPage(
            since=noon.date(),
            counted=noon,
            followers=3,
            growth=line_chart("followers", hostile, hostile, VALUES),
            servers=(FollowerShare(name=hostile, number=2, percent=66),),
            other_servers=2,
            software=(FollowerShare(name="", number=1, percent=33),),
            months=(bar_chart("likes", hostile, hostile, VALUES), bar_chart("none", "None", "None", ())),
            posts=(PostReactions(id="p", title=hostile, comments=1, likes=2, boosts=3),),
            failed=1,
            failing=(FailingServer(host=hostile, since=noon), FailingServer(host="b.example", since=None)),
            more_failing=1,
            readers=(FeedReaderCount(name=hostile, feed=hostile, subscribers=5, seen=noon),),
            subscribers=5,
        ),
        "numbers before the first count": NumbersPage(),
        "feed": FeedPage(
            id="p",
            heading=hostile,
            entry=FeedEntry(
                id=hostile,
                url=hostile,
                title=hostile,
                summary=hostile,
                published=noon,
                updated=noon,
                categories=(FeedCategory(name=hostile),),
            ),
            is_page=False,
            is_public=True,
            is_excerpt=True,
            words=3,
            feeds=(Link(label=hostile, href="/feed/"),),
        ),
        "fediverse": FediversePage(
            id="p",
            heading=hostile,
            is_page=False,
            is_local=False,
            is_public=True,
            is_article=True,
            title=hostile,
            summary=hostile,
            warning=hostile,
            is_sensitive=True,
            quotes=hostile,
            replies=hostile,
            size=1,
            max_size=2,
            words=3,
            is_shortened=True,
            hashtags=(hostile, "b"),
            without_hashtag=(hostile,),
            named=(hostile, "@b@c.example"),
            address="https://blog.example/posts/x",
        ),
        "fediverse of a page": FediversePage(
            id="p",
            heading=hostile,
            is_page=True,
            is_local=False,
            is_public=False,
            is_article=False,
            title="",
            summary="",
            warning="",
            is_sensitive=False,
            quotes="",
            replies="",
            size=1,
            max_size=2,
            words=0,
            is_shortened=False,
        ),
        "one that came in": ReceivedPage(row=received, actor=hostile, object=hostile, uri=hostile, document=hostile),
        "one without its document": ReceivedPage(row=received, actor="a", object="", uri="", document=""),
    }
