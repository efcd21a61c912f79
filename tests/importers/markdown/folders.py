"""Folders of other programs, as tests write them, and their import into a blog that answers."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from syndicate.importers.markdown.importer import MarkdownImporter
from syndicate.importers.markdown.project import open_project
from syndicate.importers.markdown.report import FolderReport
from syndicate.model.post import Post
from syndicate.publishing import Change
from syndicate.web.reserved_paths import is_reserved
from tests.instances import RunningInstance

HUGO = {"hugo.toml": 'baseURL = "https://old.example/"\n'}
ZOLA = {"config.toml": 'base_url = "https://old.example"\n'}
JEKYLL = {"_config.yml": "url: https://old.example\n"}
HEXO = {"_config.yml": "url: https://old.example\npermalink: :year/:month/:day/:title/\n", "source/_posts/.keep": ""}
PELICAN = {"pelicanconf.py": 'SITEURL = "https://old.example"\nTIMEZONE = "Europe/Paris"\n'}
NIKOLA = {"conf.py": 'SITE_URL = "https://old.example/"\nPOSTS = (("posts/*.md", "posts", "post.tmpl"),)\n'}
ELEVENTY = {"eleventy.config.js": "export default function () {}\n"}
OBSIDIAN = {".obsidian/app.json": "{}"}


@dataclass
class Folder:
    """A project on the disk and the blog that it is imported into."""

    instance: RunningInstance
    root: Path
    report: FolderReport = field(default_factory=FolderReport)

    def write(self, files: dict[str, str | bytes], *, modified: datetime | None = None) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
            then = (modified or datetime(2021, 1, 1, tzinfo=UTC)).timestamp()
            os.utime(path, (then, then))

    async def take(
        self, files: dict[str, str | bytes] | None = None, *, below: str = "", **options: str
    ) -> FolderReport:
        """Write the files and import the folder."""
        self.write(files or {})
        services = self.instance.server.services
        project = open_project(self.root / below, services.config.site.zone, **options)
        importer = MarkdownImporter(
            services.store,
            services.post_importer,
            services.files,
            services.urls,
            services.config.site,
            services.clock,
            is_reserved=is_reserved,
            announce=False,
            progress=lambda _: None,
        )
        self.report = await importer.run(project)
        return self.report

    async def post(self, slug: str) -> Post:
        post = await self.instance.store.posts.find_by_slug(slug)
        assert post is not None, (slug, self.report)
        return post

    async def html(self, slug: str) -> str:
        return (await self.post(slug)).html

    async def states(self) -> dict[str, str]:
        posts = await self.instance.store.post_lists.list_newest(limit=100)
        return {post.slug: post.state.value for post in posts}

    async def lands(self, address: str) -> str:
        """Where an address leads: the path that answers 200, or a status."""
        for _ in range(4):
            answer = await self.instance.get(address)
            if answer.status in (301, 308):
                address = answer.headers["Location"].removeprefix(self.instance.config.site.url)
                continue
            return address if answer.status == 200 else str(answer.status)
        return "a loop"

    def counts(self) -> tuple[int, int, int]:
        changes = self.report.changes
        return changes[Change.CREATED], changes[Change.UPDATED], changes[Change.UNCHANGED]

    def said(self) -> str:
        return "\n".join([*self.report.lines(), *self.report.left_out])
