"""Why a comment is in its state, in words for the author. Pure."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "comment.first": "The first comment of this person.",
    "comment.moderated": "Every comment waits, as you have set it.",
    "comment.form": "What comes by the form always waits.",
    "comment.rejected-before": "A comment of this person was hidden, or was spam, in the last 90 days.",
    "comment.links": "It has more than two links.",
    "comment.mentions": "It names more than five accounts.",
    "comment.repeated": "Somebody else sent the same text today.",
    "comment.flood": "Many comments came in a short time.",
    "comment.open": "Comments are shown at once, as you have set it.",
    "comment.known": "An earlier comment of this person is shown.",
    "comment.known-page": "It came as a Webmention before, about which you decided.",
    "comment.edited": "It was changed by its author.",
    "reply.to-unshown": "It answers a comment that is not shown.",
    "author.approved": "You approved it.",
    "author.rejected": "You hid it.",
    "author.spam": "You marked it as spam.",
    "author.own": "You wrote it.",
    "author.deleted": "You deleted it.",
    "author.unblocked": "You ended a block.",
    "sender.blocked": "You blocked this person or their server.",
    "comment.imported": "It was imported.",
}


def in_words(reason: str) -> str:
    """Return a reason in words; one that has none is shown as it is."""
    return REASONS.get(reason, reason)
