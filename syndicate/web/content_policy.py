"""What a page of ours may load, and where its forms may lead (Content Security Policy)."""


def content_policy(form_action: str = "'self'") -> str:
    """The policy of a page whose forms lead to these sources, redirects included."""
    return (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; font-src 'self'; script-src 'self'; "
        f"connect-src 'self'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    )
