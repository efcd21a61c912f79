"""Numbers: followers, comments, likes, boosts, deliveries and feed readers, in charts and tables."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from aiohttp import web

from syndicate.federation.actors.local_actors import BLOG
from syndicate.storage.counted_numbers import CountedNumbers, last_numbers
from syndicate.storage.deliveries import DeliveryState
from syndicate.translation import _
from syndicate.web.admin.charts import Chart, ChartValue, bar_chart, line_chart
from syndicate.web.admin.pages.numbers import FailingServer, FollowerShare, NumbersPage
from syndicate.web.admin.rendering import respond
from syndicate.web.keys import CLOCK, STORE
from syndicate.web.site.rendering import PAGES

DAYS_SHOWN = 366
MONTHS_SHOWN = 12
MAX_FAILING = 20
READERS_SEEN = timedelta(days=30)


async def get_numbers(request: web.Request) -> web.StreamResponse:
    store, now = request.app[STORE], request.app[CLOCK]()
    counted = await last_numbers(store) or CountedNumbers(at=now)
    days = await store.numbers.list_followers(DAYS_SHOWN)
    readers = await store.numbers.list_readers(now - READERS_SEEN)
    latest_first = sorted(await store.hosts.list_failing(), key=lambda host: host.failing_since or now, reverse=True)
    failing = list({host.server: host for host in latest_first}.values())[::-1]
    page = NumbersPage(
        since=await store.numbers.first_day(),
        counted=counted.at if days else None,
        followers=await store.followers.count(BLOG),
        growth=_growth(request, days),
        servers=_shares(counted.servers, counted.followers),
        other_servers=counted.other_servers,
        software=_shares(counted.software, counted.followers),
        months=tuple(_by_month(request, counted, now)),
        posts=counted.posts,
        delivered=counted.deliveries.get(DeliveryState.DELIVERED, 0),
        waiting=counted.deliveries.get(DeliveryState.WAITING, 0),
        failed=counted.deliveries.get(DeliveryState.FAILED, 0),
        failing=tuple(FailingServer(host=host.server, since=host.failing_since) for host in failing[:MAX_FAILING]),
        more_failing=max(len(failing) - MAX_FAILING, 0),
        readers=tuple(readers),
        subscribers=sum(reader.subscribers for reader in readers),
        push=await store.subscriptions.count(),
    )
    return respond(request, page)


def _growth(request: web.Request, days: list[tuple[date, int]]) -> Chart | None:
    if not days:
        return None
    calendar = request.app[PAGES].calendar
    (first, before), (last, after) = days[0], days[-1]
    description = _(
        "From {before} on {first} to {after} on {last}.",
        before=before,
        first=calendar.day(first),
        after=after,
        last=calendar.day(last),
    )
    values = [ChartValue(label=calendar.day(day), number=number) for day, number in days]
    return line_chart("followers", _("Followers"), description, values)


def _by_month(request: web.Request, counted: CountedNumbers, now: datetime) -> Iterator[Chart]:
    months = _last_months(now.date())
    kinds = (
        ("comments", _("Comments"), counted.comments),
        ("likes", _("Likes"), counted.likes),
        ("boosts", _("Boosts"), counted.boosts),
    )
    for id, title, numbers in kinds:
        values = [
            ChartValue(label=request.app[PAGES].calendar.month(month), number=numbers.get(f"{month:%Y-%m}", 0))
            for month in months
        ]
        total = sum(value.number for value in values)
        best = max(values, key=lambda value: value.number)
        description = _(
            "{total} in twelve months; the most, {most}, in {month}.", total=total, most=best.number, month=best.label
        )
        yield bar_chart(id, title, description if total else _("None in twelve months."), values)


def _last_months(today: date) -> list[date]:
    """Return the first days of the last months, oldest first."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS_SHOWN:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]


def _shares(numbers: Mapping[str, int], total: int) -> tuple[FollowerShare, ...]:
    return tuple(
        FollowerShare(name=name, number=number, percent=round(100 * number / max(total, number, 1)))
        for name, number in sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    )
