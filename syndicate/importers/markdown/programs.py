"""What the importer knows of each program, as data: how to tell it, and what differs in files, dates and addresses."""

from dataclasses import dataclass, field

from syndicate.content.dialect import HeaderDialect

YAML_SETTINGS = ("_config.yml", "_config.yaml", "_config.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program.

    Told by: `markers` are names of which one must be there, `needs` paths that all must be there, and `key` a word
    that must be in the marker. Settings: `origin`, `prefix`, `zone` and `pattern` are the keys of the old blog's
    address, the path below it, the time zone and the form of addresses; `is_in_blog_zone`: dates without a zone are in
    the zone of this blog where the settings name none, else in UTC.

    Files: `content` are the folders that hold posts and pages, `content_key` the setting that names another;
    `post_folders`: outside of these, a file without a date is a page (`always_pages`: also with one);
    `page_folders` hold pages. `needs_header`: a file without a header is no post. `statics` are the folders whose files
    are served from the root. `undated_pages`: what has no date is a page.

    Addresses: `default` and `page_default` are the forms of addresses; `feeds` the old feeds and what they lead to.
    `has_liquid`, `has_shortcodes` and `has_wiki_links` say what its texts may hold.
    """

    name: str
    markers: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    key: str = ""
    origin: str = ""
    prefix: str = ""
    zone: str = ""
    pattern: str = ""
    is_in_blog_zone: bool = False
    content: tuple[str, ...] = (".",)
    content_key: str = ""
    post_folders: frozenset[str] = frozenset()
    always_pages: bool = False
    page_folders: frozenset[str] = frozenset({"pages"})
    needs_header: bool = False
    undated_pages: bool = False
    statics: tuple[str, ...] = ("static", "public", "source", "src", "content", "assets", "files", ".")
    skipped: frozenset[str] = frozenset()
    default: str = ""
    page_default: str = ""
    feeds: tuple[tuple[str, str], ...] = ()
    has_liquid: bool = False
    has_shortcodes: bool = False
    has_wiki_links: bool = False
    has_page_parts: bool = False
    dialect: HeaderDialect = field(default_factory=lambda: HeaderDialect(is_lenient=True))


_NO_DATES = frozenset({"last modified", "created", "git last modified", "git created"})
_JEKYLL = HeaderDialect(is_lenient=True, utc_with_seconds=True, words_are_tags=True, titles_as_aliases=False)

HUGO = Program(
    name="Hugo",
    markers=("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config/_default"),
    origin="baseurl",
    zone="timezone",
    content=("content",),
    content_key="contentdir",
    undated_pages=True,
    has_page_parts=True,
    default="/:folders/:name/",
    page_default="/:folders/:name/",
    feeds=(("/index.xml", "/feed/"), ("/posts/index.xml", "/feed/"), ("/index.rss", "/feed/")),
    has_shortcodes=True,
    dialect=HeaderDialect(
        is_lenient=True,
        titles_as_aliases=False,
        date_fields=("date", "publishdate", "pubdate", "published", "lastmod", "modified", "created", "pubdatetime"),
    ),
)
HUGO_BEFORE = "config.toml", "config.yaml", "config.yml", "config.json"
ZOLA = Program(
    name="Zola",
    markers=("zola.toml",),
    origin="base_url",
    content=("content",),
    undated_pages=True,
    has_page_parts=True,
    default="/:folders/:slug/",
    page_default="/:folders/:slug/",
    feeds=(("/atom.xml", "/feed/atom/"), ("/rss.xml", "/feed/")),
    has_shortcodes=True,
    dialect=HeaderDialect(is_lenient=True, titles_as_aliases=False),
)
OCTOPRESS = Program(
    name="Octopress",
    markers=YAML_SETTINGS,
    needs=("source/_posts", "Rakefile"),
    origin="url",
    prefix="root",
    pattern="permalink",
    is_in_blog_zone=True,
    content=("source",),
    content_key="source",
    post_folders=frozenset({"_posts", "_drafts"}),
    always_pages=True,
    needs_header=True,
    default="/blog/:year/:month/:day/:title/",
    page_default="/:folders/:name/",
    feeds=(("/atom.xml", "/feed/atom/"),),
    has_liquid=True,
    dialect=_JEKYLL,
)
HEXO = Program(
    name="Hexo",
    markers=YAML_SETTINGS,
    needs=("source/_posts",),
    origin="url",
    prefix="root",
    zone="timezone",
    pattern="permalink",
    is_in_blog_zone=True,
    content=("source",),
    content_key="source_dir",
    post_folders=frozenset({"_posts", "_drafts"}),
    always_pages=True,
    default="/:year/:month/:day/:title/",
    page_default="/:folders/:name.html",
    feeds=(("/atom.xml", "/feed/atom/"), ("/rss2.xml", "/feed/")),
    has_liquid=True,
    dialect=HeaderDialect(is_lenient=True, category_paths=True, titles_as_aliases=False),
)
JEKYLL = Program(
    name="Jekyll",
    markers=YAML_SETTINGS,
    origin="url",
    prefix="baseurl",
    zone="timezone",
    pattern="permalink",
    is_in_blog_zone=True,
    content=(".",),
    content_key="source",
    post_folders=frozenset({"_posts", "_drafts"}),
    always_pages=True,
    needs_header=True,
    skipped=frozenset({"vendor"}),
    default="date",
    page_default="/:folders/:name.html",
    feeds=(("/feed.xml", "/feed/"), ("/atom.xml", "/feed/atom/"), ("/rss.xml", "/feed/")),
    has_liquid=True,
    dialect=_JEKYLL,
)
PELICAN = Program(
    name="Pelican",
    markers=("pelicanconf.py",),
    origin="siteurl",
    zone="timezone",
    pattern="article_url",
    content=("content",),
    content_key="path",
    default="/{slug}.html",
    page_default="/pages/{slug}.html",
    feeds=(
        ("/feeds/all.atom.xml", "/feed/atom/"),
        ("/feeds/all.rss.xml", "/feed/"),
        ("/feeds/all-en.atom.xml", "/feed/atom/"),
    ),
    has_liquid=True,
    dialect=HeaderDialect(
        is_lenient=True, semicolons=True, first_key_wins=True, line_headers=True, titles_as_aliases=False
    ),
)
NIKOLA = Program(
    name="Nikola",
    markers=("conf.py",),
    key="POSTS",
    origin="site_url",
    zone="timezone",
    content=("posts", "pages", "stories", "."),
    page_folders=frozenset({"pages", "stories"}),
    skipped=frozenset({"cache", "plugins", "listings", "galleries"}),
    default="/posts/:folders/:slug/",
    page_default="/pages/:folders/:slug/",
    feeds=(("/rss.xml", "/feed/"), ("/feed.atom", "/feed/atom/"), ("/index.atom", "/feed/atom/")),
    has_shortcodes=True,
    dialect=HeaderDialect(is_lenient=True, titles_as_aliases=False, draft_tags=frozenset({"draft", "private"})),
)
ELEVENTY = Program(
    name="Eleventy",
    markers=("eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", "eleventy.config.ts", ".eleventy.js"),
    content_key="input",
    content=(".",),
    post_folders=frozenset({"posts", "post", "blog", "articles", "notes", "journal", "writing"}),
    default="/:folders/:filename/",
    page_default="/:folders/:filename/",
    feeds=(("/feed/feed.xml", "/feed/atom/"), ("/feed.xml", "/feed/atom/"), ("/feed/feed.json", "/feed/json/")),
    has_liquid=True,
    dialect=HeaderDialect(
        is_lenient=True,
        titles_as_aliases=False,
        collections=frozenset({"post", "posts", "blog", "all", "nav"}),
        no_dates=_NO_DATES,
    ),
)
ASTRO = Program(
    name="Astro",
    markers=("astro.config.mjs", "astro.config.js", "astro.config.ts", "astro.config.cjs", "astro.config.mts"),
    origin="site",
    page_folders=frozenset(),
    content=("src/content", "src/pages", "src/data", "content"),
    post_folders=frozenset({"posts", "post", "blog", "articles", "notes", "journal", "writing", "content"}),
    default="/:folders/:id/",
    page_default="/:folders/:id/",
    feeds=(("/rss.xml", "/feed/"),),
    dialect=HeaderDialect(is_lenient=True, titles_as_aliases=False),
)
GATSBY = Program(
    name="Gatsby",
    markers=("gatsby-config.js", "gatsby-config.ts", "gatsby-config.mjs"),
    origin="siteurl",
    page_folders=frozenset(),
    post_folders=frozenset({"posts", "post", "blog", "articles", "notes", "content"}),
    content=("content/blog", "content/posts", "content", "src/pages", "src/content", "blog", "posts"),
    default="/:folders/:name/",
    page_default="/:folders/:name/",
    feeds=(("/rss.xml", "/feed/"),),
    dialect=HeaderDialect(is_lenient=True, titles_as_aliases=False),
)
OBSIDIAN = Program(
    name="Obsidian",
    markers=(".obsidian",),
    is_in_blog_zone=True,
    has_wiki_links=True,
    dialect=HeaderDialect(is_lenient=True, titles_as_aliases=True),
)
PLAIN = Program(
    name="",
    is_in_blog_zone=True,
    has_liquid=True,
    has_shortcodes=True,
    has_wiki_links=True,
)
"""A folder that no known program was made from."""
PROGRAMS = (HUGO, ZOLA, OCTOPRESS, HEXO, JEKYLL, PELICAN, NIKOLA, ELEVENTY, ASTRO, GATSBY, OBSIDIAN)
"""In the order in which they are tried."""
