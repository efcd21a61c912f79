"""Pages to which posts and answers link are notified by Webmention: once, and again when that changes."""

from urllib.parse import parse_qs

import pytest

from syndicate.model.post import PostDraft, PostState, Visibility
from syndicate.storage.deliveries import DeliveryKind
from syndicate.transport.message import Request, Response
from syndicate.webmention.mentioned import addresses_in
from tests.instances import RunningInstance
from tests.wire import Wire

PAGES = ["https://a.example/one", "https://b.example/two?x=1&y=2#part"]
LINKS = "[One](https://a.example/one) and [two](https://b.example/two?x=1&y=2#part), [we](https://blog.example/about/)."


class Pages:
    """Two sites whose pages accept Webmentions; `received` is what they got: (source, target)."""

    def __init__(self, wire: Wire) -> None:
        self.received: list[tuple[str, str]] = []
        for host in ("a.example", "b.example"):
            wire.connect_server(host, self.answer)

    async def answer(self, request: Request) -> Response:
        if request.method == "POST":
            form = parse_qs((request.body or b"").decode())
            self.received.append((form["source"][0], form["target"][0]))
            return Response(status=202, headers={}, url=request.url)
        return Response(status=200, headers={"Link": "</mentions>; rel=webmention"}, url=request.url)

    def take(self) -> list[tuple[str, str]]:
        taken, self.received = sorted(self.received, key=lambda pair: pair[1]), []
        return taken


@pytest.fixture
def pages(wire: Wire) -> Pages:
    return Pages(wire)


async def later(instance: RunningInstance) -> None:
    instance.clock.advance(minutes=2)
    await instance.settle()


def test_links_to_accounts_and_hashtags_are_no_mentions_of_pages() -> None:
    html = (
        '<p><a href="https://a.example/?a=1&amp;b=2">x</a> <a class="u-url mention" href="https://s.example/@a">@a</a>'
        '<a class="mention hashtag" href="https://s.example/t">#t</a> <a href="mailto:a@b.example">m</a>'
        '<a href="https://a.example/?a=1&amp;b=2">again</a> <a href="https://b.example/">y</a>'
    )
    assert addresses_in(html) == ("https://a.example/?a=1&b=2", "https://b.example/")


async def test_a_post_notifies_what_it_links_to_and_again_what_it_does_not_any_more(
    instance: RunningInstance, pages: Pages
) -> None:
    post = await instance.publish("Hello", LINKS)
    await instance.settle()
    assert pages.take() == [], "it may still be taken back"
    await later(instance)
    source = f"https://blog.example{post.path}"
    assert pages.take() == [(source, page) for page in PAGES]
    await later(instance)
    await instance.publish("Hello", LINKS)
    await later(instance)
    assert pages.take() == [], "nothing has changed"
    await instance.publish("Hello", "Only [two](https://b.example/two?x=1&y=2#part), rewritten.")
    await later(instance)
    assert pages.take() == [(source, page) for page in PAGES], "one link is gone, the other page may show the new text"
    await instance.publish("Hello", "Only [two](https://b.example/two?x=1&y=2#part), minor.", minor=True)
    await later(instance)
    assert pages.take() == []
    await instance.delete("hello")
    await later(instance)
    assert pages.take() == [(source, PAGES[1])]
    assert (await instance.get(post.path)).status == 410


async def test_what_is_taken_back_at_once_was_never_known(instance: RunningInstance, pages: Pages) -> None:
    await instance.publish("Hello", LINKS)
    await instance.settle()
    await instance.delete("hello")
    await later(instance)
    assert pages.take() == []


async def test_a_post_that_moves_keeps_its_source(instance: RunningInstance, pages: Pages) -> None:
    """Else the pages would show it twice."""
    post = await instance.publish("Hello", LINKS)
    await later(instance)
    pages.take()
    moved = PostDraft(slug="moved", title="Hello", source=f"{LINKS} More.")
    await instance.server.services.publisher.update(post.id, moved)
    await later(instance)
    assert pages.take() == [(f"https://blog.example{post.path}", page) for page in PAGES]


async def test_nobody_is_notified_of_what_is_not_for_everybody(instance: RunningInstance, pages: Pages) -> None:
    await instance.publish("Local", LINKS, visibility=Visibility.LOCAL)
    await instance.publish("Draft", LINKS, state=PostState.DRAFT)
    await instance.publish("Minor", LINKS, minor=True)
    importer = instance.server.services.post_importer
    await importer.publish(PostDraft(slug="old", title="Old", source=LINKS), origin="import", announce=False)
    await later(instance)
    assert pages.take() == []
    await importer.publish(
        PostDraft(slug="old", title="Old", source=f"{LINKS} [New](https://a.example/new)."), origin="import"
    )
    await later(instance)
    assert [target for _, target in pages.take()] == ["https://a.example/new"], "only the new link is news"
    await instance.publish("Now public", LINKS)
    await later(instance)
    assert len(pages.take()) == 2
    await instance.publish("Now public", LINKS, state=PostState.PRIVATE)
    await later(instance)
    assert len(pages.take()) == 2, "they hear that it is gone"


async def test_answers_notify_what_they_link_to(instance: RunningInstance, pages: Pages) -> None:
    post = await instance.publish("Hello")
    answers = instance.server.services.author_replies
    answer = await answers.reply("hello", "See [one](https://a.example/one).")
    await later(instance)
    assert pages.take() == [(f"https://blog.example{post.path}#comment-{answer.id}", PAGES[0])]
    await answers.edit(answer.id, "See nothing.")
    await later(instance)
    assert pages.take() == [(answer.url, PAGES[0])]
    await answers.edit(answer.id, "See [two](https://b.example/two?x=1&y=2#part).")
    await later(instance)
    assert pages.take() == [(answer.url, PAGES[1])]
    await instance.delete("hello")
    await later(instance)
    assert pages.take() == [(answer.url, PAGES[1])]
    kinds = [found.kind for found in await instance.store.delivery_lists.list_by_post(post.id)]
    assert kinds.count(DeliveryKind.WEBMENTION) == 4
