"""The Content Security Policy of the pages: what they may load, and where their forms may lead."""


def content_policy(form_action: str = "'self'", *, frames: str = "'none'", framed_by: str = "'none'") -> str:
    """Return the policy of a page whose forms may lead to these sources, directly or by redirect, and which shows pages
    of `frames` inside its own; pages of `framed_by` may show it inside theirs."""
    return (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; font-src 'self'; script-src 'self'; "
        f"connect-src 'self'; frame-src {frames}; form-action {form_action}; base-uri 'none'; frame-ancestors {framed_by}"
    )
