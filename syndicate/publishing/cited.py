"""The names under which the targets of posts wait for their lookup, beside the accounts that posts mention. Pure."""

from syndicate.model.post import Reference, ReferenceKind

ANSWERED = "answered:"
"""Its author is mentioned, and gets the post."""
CITED = "cited:"


def cited_name(reference: Reference) -> str:
    return f"{ANSWERED if reference.kind is ReferenceKind.REPLY else CITED}{reference.address}"


def is_cited(name: str) -> bool:
    return name.startswith((ANSWERED, CITED))


def is_answered(name: str) -> bool:
    return name.startswith(ANSWERED)


def address_cited(name: str) -> str:
    return name.partition(":")[2]
