"""Publishing: every way to create, change or delete a post ends in `Publisher`, in one transaction."""

from syndicate.publishing.publisher import Change, Published, Publisher

__all__ = ["Change", "Published", "Publisher"]
