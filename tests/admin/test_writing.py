"""Writing at the desk: drafts, publishing, changes aside, conflicts, revisions, previews; without JavaScript."""

from urllib.parse import quote

from syndicate.content.frontmatter import terms
from syndicate.model.post import PostState, SourceFormat, TermKind
from tests.admin.browser import PASSWORD, Browser, set_up
from tests.instances import RunningInstance
from tests.peer import Peer


async def test_a_draft_is_written_saved_and_published_by_the_last_word_only(author: Browser, ann: Peer) -> None:
    blog = author.instance
    await author.get("/admin/")
    await author.get(author.link("Write"))
    await author.submit(
        "Save draft", title="Morning tea", text="First *words*.\r\n\r\nSecond.", tags="Tea, Garden walks"
    )
    edit = author.path.partition("?")[0]
    id = edit.split("/")[3]
    post, made = await blog.store.posts.find(id), await blog.store.posts.find_source(id)
    assert post is not None
    assert made is not None
    assert (post.state, post.slug, made.source) == (PostState.DRAFT, "morning-tea", "First *words*.\n\nSecond.")
    assert [term.name for term in post.tags] == ["Tea", "Garden walks"]
    assert (await blog.get(post.path)).status == 404

    await author.submit("Publish…", title="Evening tea")
    assert author.path == f"{edit}publish"
    stored = await blog.store.posts.find(id)
    assert stored is not None
    assert (stored.title, stored.state) == ("Morning tea", PostState.DRAFT)  # nothing is published by looking
    assert "0 followers" in author.answer.text
    blog.clock.advance(hours=2)
    await author.submit("Publish")
    assert "It is out." in author.answer.text
    live = await blog.store.posts.find(id)
    assert live is not None
    assert (live.state, live.title, live.slug) == (PostState.PUBLISHED, "Evening tea", "evening-tea")
    assert live.published == blog.clock()
    assert "First <em>words</em>" in (await blog.get(live.path)).text
    await author.get("/admin/posts/?state=published&q=evening")
    assert author.link("Evening tea") == edit


async def test_a_form_that_is_sent_twice_makes_one_post(author: Browser) -> None:
    await author.get("/admin/posts/new")
    page = author.answer
    await author.submit("Save draft", title="Once", text="Once.")
    first = author.path
    author.answer, author.path = page, "/admin/posts/new"
    await author.submit("Save draft", title="Once", text="Once.")
    assert author.path == first
    assert await author.instance.store.admin_posts.count_by_state() == {PostState.DRAFT: 1}


async def test_opened_and_saved_unchanged_leaves_every_byte_and_makes_no_revision(author: Browser) -> None:
    blog = author.instance
    source = "\n<p class='a'>One</p>\r\n\r\n<figure id=f><img src=\"/x.png\" alt=''></figure> \u200f \r\n"
    post = await blog.publish("Imp\u200eorted", source, source_format=SourceFormat.HTML, state=PostState.DRAFT)
    before = await blog.store.posts.find_source(post.id)
    await author.get(f"/admin/posts/{post.id}/")
    typed = author.control("Text").text_content().removeprefix("\n")  # as a browser has it
    await author.submit("Save draft", text=typed.replace("\r\n", "\n").replace("\n", "\r\n"))
    assert await blog.store.posts.find_source(post.id) == before
    await author.submit("Save draft", text=typed, title="Imported again")
    after = await blog.store.posts.find_source(post.id)
    assert after is not None
    assert after.source == source
    assert after.revision == 2
    await author.submit("Save draft", text=typed.replace("One", "Two\n"))
    changed = await blog.store.posts.find_source(post.id)
    assert changed is not None
    assert changed.source == source.replace("One", "Two\r\n")


async def test_changes_of_a_public_post_stay_aside_until_it_is_updated(author: Browser) -> None:
    blog = author.instance
    post = await blog.publish("Tea", "Old words.", state=PostState.PUBLISHED)
    await author.get(f"/admin/posts/{post.id}/")
    await author.submit("Save draft", text="New words.")
    assert "Old words." in (await blog.get(post.path)).text
    await author.get("/admin/posts/")
    assert "changes not published" in author.answer.text
    await author.get(f"/admin/posts/{post.id}/")
    assert author.control("Text").text_content().strip() == "New words."
    await author.submit("Discard")
    assert author.control("Text").text_content().strip() == "Old words."
    await author.submit("Update…", text="Newest words.")
    await author.submit("Update")
    assert "Newest words." in (await blog.get(post.path)).text
    changed = await blog.store.posts.find(post.id)
    assert changed is not None
    assert (changed.uri, changed.published) == (post.uri, post.published)


async def test_a_post_is_published_later_and_quietly(author: Browser) -> None:
    await author.get("/admin/posts/new")
    await author.submit("Publish…", title="Later", text="Tomorrow at eight.")
    assert "In the time of UTC." in author.answer.text
    assert 'href="/admin/settings/#site.timezone"' in author.answer.text
    assert "When it is published, it appears on this site" in author.answer.text
    await author.submit("Publish", at="not a date")
    assert "Please give a date" in author.alerts[0]
    await author.submit("Publish", at="2026-11-23T08:00", quietly="1")
    assert "It is scheduled" in author.answer.text
    assert "Scheduled for 23 November 2026, 08:00" in " ".join(author.page.text_content().split())
    await author.get("/admin/posts/?state=scheduled")
    await author.get(author.link("Later"))
    id = author.path.split("/")[3]
    post = await author.instance.store.posts.find(id)
    assert post is not None
    assert (post.state, f"{post.published:%d %H:%M}") == (PostState.SCHEDULED, "23 08:00")


async def test_two_windows_meet_on_a_page_that_shows_both_texts(author: Browser) -> None:
    await author.get("/admin/posts/new")
    await author.submit("Save draft", title="Two windows", text="One.\n\nTwo.")
    edit = author.path.partition("?")[0]
    other = Browser(author.instance, cookies=dict(author.cookies))
    await other.get(edit)
    await author.submit("Save draft", text="One.\n\nTwo of the first window.")
    await other.submit("Save draft", text="One.\n\nTwo of the second window.")
    assert other.path == f"{edit}conflict"
    assert "Two of the first window." in other.page.xpath("string(//ins | //del)") + other.answer.text
    await other.submit("Merge", text="Both.")
    await other.submit("Save draft")
    made = await author.instance.store.posts.find_source(edit.split("/")[3])
    assert made is not None
    assert made.source == "Both."
    await author.submit("Publish…", text="Stale.")
    assert author.path == f"{edit}conflict"
    await author.submit("Take theirs")
    assert author.control("Text").text_content().strip() == "Both."


async def test_a_cut_survives_a_changed_text(author: Browser) -> None:
    html = "<p>The opening.</p>\n<p>The rest, which lists leave out.</p>"
    post = await author.instance.publish(
        "Cut", source=html, source_format=SourceFormat.HTML, excerpt="The opening.", summary=""
    )
    await author.get(f"/admin/posts/{post.id}/")
    await author.submit("Update…", text=html.replace("leave out", "omit"))
    await author.submit("Update")
    changed = await author.instance.store.posts.find(post.id)
    assert changed is not None
    assert "which lists omit" in changed.html
    assert changed.excerpt == "The opening."
    await author.get(f"/admin/posts/{post.id}/")
    await author.submit("Update…", text="<p>The opening.</p>\n<p>More.</p>\n<!--more-->\n<p>The rest.</p>")
    await author.submit("Update")
    changed = await author.instance.store.posts.find(post.id)
    assert changed is not None
    assert changed.excerpt == "The opening. More."


async def test_an_earlier_text_comes_back_as_a_new_one(author: Browser) -> None:
    await author.get("/admin/posts/new")
    await author.submit("Save draft", title="Draft", text="The first text.")
    await author.submit("Save draft", text="The second text.")
    edit = author.path.partition("?")[0]
    await author.get(f"{edit}revisions")
    await author.get(author.page.xpath("//ul[@class='rows']//a/@href")[0])
    assert "The first text." in author.page.xpath("string(//ins | //del)") + author.answer.text
    await author.submit("Bring this text back")
    assert author.control("Text").text_content().strip() == "The first text."
    assert len(await author.instance.store.revisions.list_of(edit.split("/")[3])) == 2


async def test_d22_d25_a_preview_is_sanitized_and_its_link_ends(author: Browser) -> None:
    blog = author.instance
    await author.get("/admin/posts/new")
    await author.submit("Preview", title="Secret", text="Hello <script>alert(1)</script><b onclick='x()'>there</b>.")
    edit = author.path.removesuffix("preview")
    frame = await author.request("GET", f"{edit}preview/frame", None)
    assert "alert(1)" not in frame.text
    assert "onclick" not in frame.text
    assert frame.headers["Content-Security-Policy"].endswith("sandbox")
    await author.get(f"{edit}preview")
    assert author.page.xpath("//iframe/@sandbox") == [""]
    await author.submit("Preview link")
    link = author.value_of("Preview link")
    assert len(link.rstrip("/").rpartition("/")[2]) == 22  # 128 bits
    reader = await Browser(blog).get(link)
    assert reader.status == 200
    assert "Secret" in reader.text
    assert reader.headers["X-Robots-Tag"].startswith("noindex")
    await author.submit("End 1 preview link")
    assert (await Browser(blog).get(link)).status == 404
    await author.submit("Preview link")
    link = author.value_of("Preview link")
    blog.clock.advance(days=15)
    assert (await Browser(blog).get(link)).status == 404


async def test_what_is_being_written_is_previewed_and_nothing_of_it_is_stored(author: Browser) -> None:
    await author.get("/admin/posts/new")
    fields = {"csrf": author.csrf, "title": "Tea", "text": "**Hot**<script>alert(1)</script>"}
    new = await author.post("/admin/posts/new/preview/frame", fields)
    assert "<strong>Hot</strong>" in new.text
    assert "alert(1)" not in new.text
    assert new.headers["Content-Security-Policy"].endswith("sandbox")
    assert await author.instance.store.admin_posts.count_by_state() == {}
    post = await author.instance.publish("Old tea", "Cold.", terms=terms(TermKind.TAG, ("Leaves",)))
    known = await author.post(f"/admin/posts/{post.id}/preview/frame", fields)
    assert "<strong>Hot</strong>" in known.text
    assert "Leaves" in known.text
    assert await author.instance.store.posts.find(post.id) == post
    assert (await author.post("/admin/posts/unknown/preview/frame", fields)).status == 404


async def test_wrong_fields_are_named_beside_them_and_nothing_typed_is_lost(author: Browser) -> None:
    await author.instance.publish("Taken")
    await author.get("/admin/posts/new")
    await author.submit("Save draft", title="Mine", text="My words.", date="soon", language="?", slug="!!")
    assert len(author.alerts) == 3
    assert author.control("Text").text_content().strip() == "My words."
    await author.submit("Save draft", date="", language="en", slug="taken")
    assert "another post" in author.alerts[0]
    await author.submit("Save draft", slug="mine")
    assert author.answer.status == 200
    assert author.value_of("Slug") == "mine"


async def test_a_post_is_deleted_after_a_question(author: Browser) -> None:
    post = await author.instance.publish("Tea")
    await author.get(f"/admin/posts/{post.id}/")
    await author.get(author.link("Delete"))
    assert await author.instance.store.posts.find(post.id) is not None
    await author.submit("Delete")
    assert await author.instance.store.posts.find(post.id) is None
    assert (await author.instance.get(post.path)).status == 410
    await author.get("/admin/posts/?state=deleted")
    assert post.path in author.answer.text


async def test_a_post_of_the_posts_folder_is_written_here_only_once_adopted(author: Browser) -> None:
    blog = author.instance
    folder = blog.config.storage.posts
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tea.md").write_text("---\ntitle: Tea\n---\nFrom the file.\n")
    await blog.server.services.posts_folder.scan()
    post = await blog.store.posts.find_by_slug("tea")
    assert post is not None
    await author.get(f"/admin/posts/{post.id}/")
    assert author.page.xpath("//fieldset[@disabled]")
    await author.submit("Write it here from now on")
    await author.submit("Update…", text="From the desk.")
    await author.submit("Update")
    (folder / "tea.md").write_text("---\ntitle: Tea\n---\nThe file again.\n")
    await blog.server.services.posts_folder.scan()
    made = await blog.store.posts.find_source(post.id)
    assert made is not None
    assert made.source == "From the desk."


async def test_what_our_script_saves_stays_aside(author: Browser) -> None:
    await author.get("/admin/posts/new")
    fields = {"csrf": author.csrf, "form_id": "f", "do": "autosave", "title": "Typing", "text": "a"}
    first = (await author.post("/admin/posts/new", fields)).json()
    assert first["action"].startswith("/admin/posts/")
    again = (await author.post("/admin/posts/new", fields)).json()
    assert again["action"] == first["action"]
    fields |= {"text": "ab", "base_revision": str(first["base_revision"])}
    assert (await author.post(first["action"], fields)).json()["saved"]
    made = await author.instance.store.posts.find_source(first["action"].split("/")[3])
    assert made is not None
    assert made.source == "a"
    author.cookies.pop("__Host-session")
    assert (await author.post(first["action"], fields, X_Part="saved")).status == 401


async def test_a_text_that_is_sent_after_the_session_ended_is_saved_after_signing_in(author: Browser) -> None:
    await author.get("/admin/posts/new")
    author.cookies.pop("__Host-session")
    await author.submit("Save draft", title="Long", text="Hours\r\nof words.", pinned="1")
    assert author.answer.status == 401
    await author.submit("Sign in", password=PASSWORD)
    await author.submit("Continue")
    assert "Saved." in author.answer.text
    post = await author.instance.store.posts.find_by_slug("long")
    made = await author.instance.store.posts.find_source(post.id) if post else None
    assert made is not None
    assert made.source == "Hours\nof words."


async def test_writing_works_on_both_databases(instance: RunningInstance) -> None:
    author = await set_up(Browser(instance))
    await author.get("/admin/posts/new")
    await author.submit("Publish…", title="Tea & cake", text="Words.", tags="a, b")
    await author.submit("Publish")
    await author.get("/admin/posts/?q=cake")
    assert author.link("Tea & cake")
    await author.get("/admin/posts/?state=drafts")
    assert "nothing here yet" in author.answer.text


async def test_a_post_answers_likes_or_boosts_what_is_at_an_address(author: Browser, ann: Peer) -> None:
    note = ann.note("", "<p>Words of ann.</p>")
    ann.documents[note["id"]] = note
    blog = author.instance
    await author.get(f"/admin/posts/new?like_of={quote(note['id'], safe='')}")
    assert author.value_of("Address of that post") == note["id"]
    await author.submit("Save draft", reference="nonsense")
    assert author.alerts == ["Please give the address of the post, such as https://blog.example/post."]
    await author.submit("Publish…", reference=note["id"])
    await author.submit("Publish")
    blog.clock.advance(minutes=2)
    await blog.server.services.publisher.announce_due()
    await blog.settle()
    assert [like["object"] for like in ann.of_type("Like")] == [note["id"]]
    [post] = await blog.store.post_lists.list_newest(limit=1)
    await author.get(f"/admin/posts/{post.id}/")
    assert "It was found in the fediverse." in author.answer.text
    assert "Words of ann." in author.answer.text
    assert author.value_of("What this post does") == "like_of"
    await author.submit("Save draft", reference_kind="", reference="")
    assert author.value_of("Address of that post") == ""
