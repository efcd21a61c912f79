"""Quotes of the author's posts: who quoted, with which words, and what the author decides about it."""

from aiohttp import web

from syndicate.activitypub.parse import host_of
from syndicate.comments import quotes
from syndicate.comments.known_quotes import KnownQuote, list_known
from syndicate.errors import InputError
from syndicate.federation.outbox.quote_decisions import QuoteDecisions
from syndicate.translation import _
from syndicate.web.admin.pages.quotes import QuoteCard, QuotesPage
from syndicate.web.admin.rendering import respond, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import STORE
from syndicate.web.site.safe_html import SafeHtml

QUOTES = "/admin/quotes/"
MAX_QUOTES = 50


async def get_quotes(request: web.Request) -> web.StreamResponse:
    known = await list_known(request.app[STORE], MAX_QUOTES)
    return respond(request, QuotesPage(quotes=tuple(map(_card, known))))


async def post_quotes(request: web.Request) -> web.StreamResponse:
    """Do what a button says with one quote. Raises QuoteNotFound, InputError."""
    form, store, decisions = request[FORM], request.app[STORE], request.app[QUOTE_DECISIONS]
    quote = form.get("quote")
    match form.get("do"):
        case "show":
            await quotes.show(store, quote)
        case "hide":
            await quotes.hide(store, quote)
        case "revoke":
            await decisions.revoke(quote)
        case "allow":
            await decisions.allow(quote)
        case _:
            raise InputError(_("This button is not known here."))
    return see_other(QUOTES, f"quote-{form.get('do')}")


def _card(known: KnownQuote) -> QuoteCard:
    note, author, post = known.note, known.author, known.post
    return QuoteCard(
        uri=known.uri,
        author=(author.name or author.handle if author else "") or known.actor,
        handle=author.handle if author else host_of(known.actor),
        html=SafeHtml(note.html if note else ""),
        url=(note.url if note else "") or known.uri,
        post=post.id if post else "",
        post_title=post.heading if post else "",
        at=known.at,
        state=known.state,
        is_shown=note is not None and note.shown,
        may_be_shown=note is not None and note.may_be_shown and post is not None,
    )


QUOTE_DECISIONS = web.AppKey("quote decisions", QuoteDecisions)
