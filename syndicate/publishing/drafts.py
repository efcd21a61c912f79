"""Post drafts as values: their digest, their base for references, and the draft that a stored post stands for."""

import hashlib
import json
from dataclasses import asdict, replace

from syndicate.content.html import words
from syndicate.content.text import excerpt
from syndicate.model.post import Post, PostDraft, PostKind, PostState
from syndicate.publishing.post_files import base_of
from syndicate.storage.post_rows import PostSource

_NOT_IN_DIGEST = frozenset({"aliases", "draft_reasons", "local_files", "local_root", "minor", "source_id"})


def digest_of(draft: PostDraft) -> str:
    """Return a digest of the draft, equal if it is the one that was published before."""
    fields = {name: value for name, value in asdict(draft).items() if name not in _NOT_IN_DIGEST}
    fields["kind"] = draft.kind or PostKind.POST
    # fields that were added later must not change the stored digests of older posts
    if not draft.unsummarized:
        del fields["unsummarized"]
    if draft.reference is None:
        del fields["reference"]
    return hashlib.sha256(json.dumps(fields, default=str, sort_keys=True).encode()).hexdigest()


def base_of_draft(draft: PostDraft) -> str:
    """Return what relative references in the source are resolved against; empty for the permalink."""
    if draft.local_files is not None:
        return base_of(draft.local_files, draft.local_root)
    return draft.base or ""


def draft_of(post: Post, made: PostSource) -> PostDraft:
    """Return a stored post as a draft: updating the post with it changes nothing."""
    is_cut = post.excerpt != excerpt(post.summary or words(post.html) or (post.picture.alt if post.picture else ""))
    return PostDraft(
        slug=post.slug,
        source=made.source,
        source_format=made.source_format,
        kind=post.kind,
        title=post.title,
        date=post.published,
        terms=post.terms,
        summary=post.summary,
        excerpt=post.excerpt if is_cut else "",
        teaser=post.teaser,
        unsummarized=post.unsummarized,
        language=post.language,
        author=post.author,
        state=PostState.PUBLISHED if post.state is PostState.SCHEDULED else post.state,
        minor=made.minor,
        visibility=post.visibility,
        sensitive=post.sensitive,
        warning=post.warning,
        comments_open=post.comments_open,
        pinned=post.pinned,
        image=made.image,
        image_alt=made.image_alt,
        type=post.type,
        quotes=post.quotes,
        hashtags=post.hashtags,
        enclosure=post.enclosure,
        reference=replace(post.reference, object="") if post.reference else None,
        base=made.base or None,
    )
