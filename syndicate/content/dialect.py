"""How programs differ in what the header of a Markdown file means. A dialect is data; `frontmatter` reads by it."""

from dataclasses import dataclass
from datetime import UTC, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderDialect:
    """The rules of one program.

    `date_fields`: the fields that give the date, the first valid one counts. `utc_with_seconds`: an unquoted time
    with seconds and without a zone is UTC. `words_are_tags`: `tags: a b` is two tags. `semicolons`: names are
    separated by `;` if there is one. `category_paths`: a list of categories is a path, of which the last is meant.
    `collections`: tags that only sort files. `titles_as_aliases`: an alias without `/` is another title.
    `first_key_wins`: of a field that is given twice, the first counts. `line_headers`: a header between `---` is
    read line by line, not as YAML. `draft_tags`: tags of posts that are not public. `no_dates`: words in
    the place of a date that mean none. `is_lenient`: a field with an
    unusable value is reported instead of refusing the file.
    """

    date_fields: tuple[str, ...] = ("date", "pubdate", "pubdatetime", "publishdate", "published", "created")
    utc_with_seconds: bool = False
    words_are_tags: bool = False
    semicolons: bool = False
    category_paths: bool = False
    collections: frozenset[str] = frozenset()
    titles_as_aliases: bool = True
    first_key_wins: bool = False
    line_headers: bool = False
    draft_tags: frozenset[str] = frozenset()
    no_dates: frozenset[str] = frozenset()
    is_lenient: bool = False


OURS = HeaderDialect()
"""Files that were written for this program, with the spellings of all others."""


def zone_of(dialect: HeaderDialect, zone: tzinfo, *, is_plain: bool, has_seconds: bool) -> tzinfo:
    """Return the zone of a date without one."""
    return UTC if dialect.utc_with_seconds and is_plain and has_seconds else zone
