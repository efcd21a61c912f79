"""What an edit costs: one post of a blog changes, and all three feeds are made fresh.

G15 against one feedgen build (RSS and Atom) of the same posts, in the same process; and whether either grows with the
archive.
"""

import asyncio
import logging
import shutil
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog
from feedgen.feed import FeedGenerator

from bench import blogs
from bench.blogs import LARGE
from bench.results import Result, judged
from syndicate.config import load
from syndicate.feeds import FeedFormat
from syndicate.model.post import Post, PostDraft, SourceFormat
from syndicate.services.commands import open_services
from syndicate.services.server import Server, build_server
from syndicate.web.keys import FEEDS, LISTINGS

ROUNDS = 25
FEW = 60
LENGTH = 50
"""Entries of a feed."""


def measure(large: Path, directory: Path) -> list[Result]:
    """G15."""
    few = asyncio.run(_rounds(blogs.small(directory, FEW)))
    edited = directory / "edited"
    shutil.copytree(large, edited)
    many = asyncio.run(_rounds(edited))
    shutil.rmtree(edited)
    return [
        judged(
            "G15",
            "edit → three fresh feeds / one feedgen build",
            statistics.median(feeds / feedgen for _, feeds, feedgen in few),
            must=1.5,
            stretch=0.3,
            at_least=False,
            measured=f"{_middle(few, 1):.2f} ms",
            reference=f"{_middle(few, 2):.2f} ms",
        ),
        judged(
            "G15",
            f"the same, {LARGE:,} posts",
            statistics.median(feeds / feedgen for _, feeds, feedgen in many),
            must=1.5,
            at_least=False,
            measured=f"{_middle(many, 1):.2f} ms",
            reference=f"{_middle(many, 2):.2f} ms",
        ),
        judged(
            "growth",
            f"an edit among {LARGE:,} posts / among {FEW}",
            _middle(many, 0) / _middle(few, 0),
            must=1.5,
            at_least=False,
            measured=f"{_middle(many, 0):.2f} ms",
            reference=f"{_middle(few, 0):.2f} ms",
        ),
    ]


def _middle(rounds: list[tuple[float, float, float]], which: int) -> float:
    """Milliseconds."""
    return statistics.median(one[which] for one in rounds) * 1000


async def _rounds(blog: Path) -> list[tuple[float, float, float]]:
    """Processor seconds of an edit, of the feeds after it, and of feedgen with the same posts; time after time."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with open_services(load(blog / "syndicate.toml", {"SYNDICATE_FEEDS__LENGTH": str(LENGTH)})) as services:
        instance = build_server(services)
        try:
            newest = (await services.store.post_lists.list_newest(limit=1))[0]
            await _feeds(instance)
            return [await _round(instance, newest, number) for number in range(ROUNDS)]
        finally:
            await instance.close()


async def _round(instance: Server, newest: Post, number: int) -> tuple[float, float, float]:
    post_draft = PostDraft(
        slug=newest.slug,
        title=newest.title,
        source=f"{newest.html}<p>{number}</p>",
        source_format=SourceFormat.HTML,
        terms=newest.terms,
    )
    edit = await _spent(lambda: instance.services.post_importer.publish(post_draft, origin="bench"))
    feeds = await _spent(lambda: _feeds(instance))
    posts = await instance.services.store.post_lists.list_newest(limit=LENGTH)
    before = time.process_time()
    _feedgen(posts)
    return edit, feeds, time.process_time() - before


async def _spent(work: Callable[[], Awaitable[Any]]) -> float:
    before = time.process_time()
    await work()
    return time.process_time() - before


async def _feeds(instance: Server) -> None:
    """As the server makes them, less what is said over HTTP."""
    selection = instance.app[LISTINGS].home()
    for format in FeedFormat:
        await instance.app[FEEDS].render_posts(selection, format)


def _feedgen(posts: list[Post]) -> None:
    """What a program does that builds both XML feeds with feedgen and stops there."""
    generator = FeedGenerator()
    generator.id("https://blog.example/")
    generator.title("Field Notes")
    generator.link(href="https://blog.example/")
    generator.description("Notes")
    for post in posts:
        entry = generator.add_entry(order="append")
        entry.id(post.guid)
        entry.title(post.title)
        entry.link(href=f"https://blog.example{post.path}")
        entry.description(post.excerpt)
        entry.content(post.html, type="CDATA")
        entry.published(post.published)
        entry.updated(post.updated)
        entry.author(name="Mara Lind")
    generator.rss_str()
    generator.atom_str()
