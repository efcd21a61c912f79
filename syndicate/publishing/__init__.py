"""The author's words go out: every way in ends here, in one transaction."""

from syndicate.publishing.publisher import Change, Published, Publisher

__all__ = ["Change", "Published", "Publisher"]
