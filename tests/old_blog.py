"""A WordPress blog of long ago, as a file that its owner exported."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Old Notes</title><link>{url}</link><wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url>{url}</wp:base_site_url><wp:base_blog_url>{url}</wp:base_blog_url>
"""


@dataclass
class OldBlog:
    """`url` is where it was, with the prefix of its directory if it had one."""

    url: str = "https://old.example"
    items: list[str] = field(default_factory=list)
    terms: str = ""

    def post(
        self,
        id: int,
        *,
        link: str | None = None,
        guid: str | None = None,
        slug: str | None = None,
        html: str = "Text.",
        title: str | None = None,
        type: str = "post",
        status: str = "publish",
        date: str = "2014-07-31 10:00:00",
        old_slugs: tuple[str, ...] = (),
        more: str = "",
    ) -> "OldBlog":
        slug = f"post-{id}" if slug is None else slug
        meta = "".join(
            f"<wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value>{old}</wp:meta_value></wp:postmeta>"
            for old in old_slugs
        )
        self.items.append(
            f"<item><title>{escape(title or f'Post {id}')}</title>"
            f"<link>{escape(self.url + (f'/2014/07/31/{slug}/' if link is None else link))}</link>"
            f'<guid isPermaLink="false">{escape(guid or f"{self.url}/?p={id}")}</guid>'
            f"<content:encoded><![CDATA[{html}]]></content:encoded>"
            f"<wp:post_id>{id}</wp:post_id><wp:post_type>{type}</wp:post_type><wp:status>{status}</wp:status>"
            f"<wp:post_date>{date}</wp:post_date><wp:post_date_gmt>{date}</wp:post_date_gmt>"
            f"<wp:post_name>{slug}</wp:post_name><wp:comment_status>open</wp:comment_status>{meta}{more}</item>\n"
        )
        return self

    def picture(
        self, id: int, name: str, *, parent: int = 0, alt: str = "", url: str = "", file: str = ""
    ) -> "OldBlog":
        meta = f"<wp:postmeta><wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value>{alt}</wp:meta_value></wp:postmeta>"
        if file:
            meta += f"<wp:postmeta><wp:meta_key>_wp_attached_file</wp:meta_key><wp:meta_value>{file}</wp:meta_value></wp:postmeta>"
        self.items.append(
            f"<item><title>{name}</title><link>{self.url}/{name}/</link><wp:post_id>{id}</wp:post_id>"
            f"<wp:post_parent>{parent}</wp:post_parent><wp:post_type>attachment</wp:post_type>"
            f"<wp:status>inherit</wp:status><wp:attachment_url>{url or f'{self.url}/wp-content/uploads/{name}'}</wp:attachment_url>"
            f"{meta}</item>\n"
        )
        return self

    def write(self, path: Path) -> Path:
        path.write_text(HEAD.format(url=self.url) + self.terms + "".join(self.items) + "</channel></rss>\n", "utf-8")
        return path


def comment(id: int, text: str, *, approved: str = "1", parent: int = 0, author: str = "Max") -> str:
    return (
        f"<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author>{author}</wp:comment_author>"
        f"<wp:comment_author_email>{author.lower()}@mail.example</wp:comment_author_email>"
        f"<wp:comment_author_IP>203.0.113.77</wp:comment_author_IP>"
        f"<wp:comment_date_gmt>2014-08-0{id % 9 + 1} 10:00:00</wp:comment_date_gmt>"
        f"<wp:comment_content><![CDATA[{text}]]></wp:comment_content><wp:comment_approved>{approved}</wp:comment_approved>"
        f"<wp:comment_parent>{parent}</wp:comment_parent></wp:comment>"
    )
