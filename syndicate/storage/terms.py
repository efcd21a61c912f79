"""Categories and tags."""

from syndicate.model.post import Term, TermKind
from syndicate.storage.engine.database import Queryable
from syndicate.storage.post_rows import term_of


class Terms:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, kind: TermKind, slug: str) -> Term | None:
        row = await self._query.one(
            "SELECT * FROM terms WHERE kind = :kind AND slug = :slug", kind=kind.value, slug=slug
        )
        return None if row is None else term_of(row)

    async def list_all(self, kind: TermKind) -> list[Term]:
        rows = await self._query.all("SELECT * FROM terms WHERE kind = :kind ORDER BY name, slug", kind=kind.value)
        return [term_of(row) for row in rows]

    async def save(self, term: Term, *, known: bool) -> None:
        """Save a term. `known` says that name, parent and description are authoritative."""
        update = (
            "DO UPDATE SET name = excluded.name, parent = excluded.parent, description = excluded.description"
            if known
            else "DO NOTHING"
        )
        await self._query.run(
            f"""
            INSERT INTO terms (kind, slug, name, parent, description) VALUES (:kind, :slug, :name, :parent, :description)
            ON CONFLICT (kind, slug) {update}
            """,
            kind=term.kind.value,
            slug=term.slug,
            name=term.name,
            parent=term.parent,
            description=term.description,
        )
