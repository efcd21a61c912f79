"""Lists of posts and pages: filters, changing a post in its row, and doing something with several at once."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from syndicate.model.post import Post, PostState, Term, TermKind
from syndicate.web.admin.post_lists import ListQuery
from tests.admin.browser import Browser, set_up
from tests.instances import RunningInstance

TEA = Term(kind=TermKind.TAG, slug="green-tea", name="Green tea")


def titles(author: Browser) -> list[str]:
    return [str(title.text_content()).strip() for title in author.page.xpath("//a[@class='row-title']")]


async def stored(author: Browser, id: str) -> Post:
    post = await author.instance.store.posts.find(id)
    assert post is not None
    return post


async def choose(author: Browser, do: str, *posts: Post, path: str = "/admin/posts/") -> None:
    """Tick posts in the list and press a button below it."""
    await author.get(path)
    fields = {f"post-{post.id}": "1" for post in posts}
    assert all(author.page.xpath(f"//input[@name='{name}'][@form='chosen']") for name in fields)
    await author.post("/admin/posts/chosen", {"csrf": author.csrf, "next": path, "do": do} | fields)
    if author.answer.status == 303:
        await author.get(author.answer.headers["Location"])


@pytest.mark.parametrize(
    "wrong", [{"page": "x"}, {"page": "9999999"}, {"page": "²"}, {"year": "٢٠٢٦"}, {"year": "0000"}, {"state": "x"}]
)
def test_an_address_that_makes_no_sense_is_that_of_the_whole_list(wrong: dict[str, str]) -> None:
    assert ListQuery.of(wrong) == ListQuery()


def test_the_address_of_a_list_leads_to_it_again() -> None:
    query = ListQuery(state="drafts", words="a & b", tag="C++", year="2026", page=3)
    address = query.address().partition("?")[2]
    assert ListQuery.of(dict(parse_qsl(address))) == query


async def test_lists_are_filtered_by_words_tag_and_year_on_both_databases(instance: RunningInstance) -> None:
    await instance.publish("Old tea", date=datetime(2019, 12, 31, 23, 30, tzinfo=UTC), terms=(TEA,))
    await instance.publish("New tea", "About leaves.", terms=(TEA,))
    await instance.publish("Coffee", "About beans.")
    await instance.publish("Secret", "A plan with 50% of leaves.", state=PostState.DRAFT)
    author = await set_up(Browser(instance))
    for query, expected in {
        "tag=Green+Tea": ["New tea", "Old tea"],
        "tag=green-tea&year=2019": ["Old tea"],
        "year=2019&q=tea": ["Old tea"],
        "q=leaves": ["Secret", "New tea"],
        "q=50%25": ["Secret"],
        "tag=nothing": [],
        "state=published&q=beans": ["Coffee"],
    }.items():
        await author.get(f"/admin/posts/?{query}")
        assert sorted(titles(author)) == sorted(expected), query
    assert author.value_of("Year") == ""
    assert author.page.xpath("//select[@id='year']/option[text()='2019']")


async def test_a_page_is_written_and_listed_among_the_pages(author: Browser) -> None:
    await author.instance.publish("A post")
    await author.get("/admin/posts/?state=pages")
    await author.get(author.link("Write a page"))
    assert author.heading == "Write a page"
    await author.submit("Save draft", title="Imprint", text="Who we are.", language="?")
    await author.submit("Publish…", language="en")
    assert "in no feed" in author.answer.text
    await author.submit("Publish")
    assert author.link("Open").endswith("/imprint/")
    await author.get("/admin/posts/?state=pages")
    assert titles(author) == ["Imprint"]
    assert author.page.xpath("//nav[@class='tabs']//a[@aria-current]/span/text()") == ["1"]


async def test_title_slug_and_tags_are_changed_in_the_list(author: Browser) -> None:
    post = await author.instance.publish("Tee", terms=(TEA,))
    await author.get("/admin/posts/?q=tee")
    await author.get(author.link("Quick edit Tee"))
    assert not author.page.xpath("//form[@class='quick']//input[@name='date']")  # readers have seen it
    page, path = author.answer, author.path
    await author.submit("Update", title="Tea", slug="tea", tags="Green tea, Garden")
    assert author.path == "/admin/posts/?q=tee&done=updated"
    changed = await stored(author, post.id)
    assert (changed.title, changed.slug) == ("Tea", "tea")
    assert [(term.name, term.slug) for term in changed.tags] == [("Green tea", "green-tea"), ("Garden", "garden")]
    assert (await author.instance.get(post.path)).status == 301

    author.answer, author.path = page, path  # an old page, or a second window
    await author.submit("Update", title="Coffee")
    assert "another window" in author.alerts[0]
    assert author.value_of("Title") == "Coffee"
    assert (await stored(author, post.id)).title == "Tea"


async def test_what_is_wrong_in_a_row_stands_beside_its_field(author: Browser) -> None:
    await author.instance.publish("Taken")
    draft = await author.instance.publish("Draft", state=PostState.DRAFT)
    await author.get(f"/admin/posts/?state=drafts&quick={draft.id}")
    await author.submit("Save", slug="taken", date="2027-01-01T08:00")
    assert author.answer.status == 422
    assert "another post" in author.alerts[0]
    assert titles(author) == ["Draft"]
    await author.submit("Save", slug="!!", date="soon")
    assert len(author.alerts) == 2
    await author.submit("Save", slug="mine", date="2027-01-01T08:00")
    changed = await stored(author, draft.id)
    assert (changed.slug, f"{changed.published:%Y}", changed.state) == ("mine", "2027", PostState.DRAFT)


async def test_a_post_with_changes_aside_is_not_changed_in_the_list(author: Browser) -> None:
    post = await author.instance.publish("Tea", "Old.")
    await author.get(f"/admin/posts/{post.id}/")
    await author.submit("Save draft", text="New.")
    await author.get(f"/admin/posts/?quick={post.id}")
    assert "not published" in author.alerts[0]
    assert not author.has_button("Update")
    await author.post(f"/admin/posts/{post.id}/quick", {"csrf": author.csrf, "title": "Other"})
    assert author.answer.status == 422
    assert (await stored(author, post.id)).title == "Tea"


async def test_several_posts_are_published_after_a_question_and_taken_back(author: Browser) -> None:
    blog = author.instance
    drafts = [await blog.publish(f"Draft {n}", state=PostState.DRAFT) for n in range(2)]
    empty = await blog.publish("Empty", "", state=PostState.DRAFT)
    public = await blog.publish("Public")
    await choose(author, "publish", *drafts, empty, public)
    assert author.heading == "Publish 2 posts?"
    assert "It has no text." in author.answer.text
    assert "It is public already." in author.answer.text
    assert (await stored(author, drafts[0].id)).state is PostState.DRAFT  # nothing is done by asking
    page, path = author.answer, author.path
    await author.submit("Publish")
    assert author.heading == "2 posts published."
    assert [(await stored(author, draft.id)).state for draft in drafts] == [PostState.PUBLISHED] * 2
    done = author.path
    author.answer, author.path = page, path
    await author.submit("Publish")  # pressed twice
    assert author.heading == "0 posts published. 2 left as they were."
    await author.get(done)  # a page that is not the last any more
    assert author.heading == "Posts"

    for draft in drafts:
        await author.get(f"/admin/posts/{draft.id}/")
        await author.submit("Take it back")
    await choose(author, "publish", *drafts)
    await author.submit("Publish")
    await author.submit("Take them back")
    assert author.heading == "2 posts taken back."
    assert [(await stored(author, draft.id)).state for draft in drafts] == [PostState.DRAFT] * 2
    assert [(await stored(author, draft.id)).uri for draft in drafts] == [draft.uri for draft in drafts]


async def test_several_posts_become_drafts_get_tags_and_are_deleted(author: Browser) -> None:
    blog = author.instance
    posts = [await blog.publish(f"Post {n}", terms=(TEA,)) for n in range(3)]
    await choose(author, "tag", *posts[:2])
    await author.submit("Change tags")
    assert "at least one tag" in author.alerts[0]
    await author.submit("Change tags", add="Garden, green TEA, Garden", remove="")
    assert author.heading == "2 posts given other tags."
    assert [term.name for term in (await stored(author, posts[0].id)).tags] == ["Green tea", "Garden"]
    await choose(author, "tag", *posts[:2])
    await author.submit("Change tags", remove="garden")
    assert [term.name for term in (await stored(author, posts[1].id)).tags] == ["Green tea"]

    await choose(author, "unpublish", *posts[:2])
    assert "asked to delete" in author.answer.text
    other = Browser(blog, cookies=dict(author.cookies))
    await other.get(f"/admin/posts/?quick={posts[1].id}")
    await other.submit("Update", title="Changed")
    await author.submit("Make drafts")
    assert author.heading == "1 post made drafts. 1 left as it was."
    assert "another window" in author.answer.text

    await choose(author, "delete", *posts)
    await author.get(author.link("Back"))  # thought better of it
    assert len(titles(author)) == 3
    await choose(author, "delete", *posts)
    await author.submit("Delete")
    assert author.heading == "3 posts deleted."
    await author.get(author.link("Back to the list"))
    assert titles(author) == []


async def test_nothing_chosen_and_unknown_buttons_do_nothing(author: Browser) -> None:
    post = await author.instance.publish("Tea")
    await choose(author, "delete")
    assert "No post was chosen" in author.answer.text
    await choose(author, "burn", post)
    assert author.answer.status == 422
    await author.get("/admin/posts/")
    await author.post("/admin/posts/chosen/apply", {"csrf": author.csrf, "do": "delete", "post-x": "1", "next": "//x"})
    await author.get(author.answer.headers["Location"])
    assert "gone already" in author.answer.text
    assert author.link("Back to the list") == "/admin/"
