"""Settings without a file, for what needs no more of them."""

from syndicate.config import Config, SiteConfig
from syndicate.web.site.rendering import PageRenderer


def site_of(*, timezone: str = "UTC", language: str = "en-GB") -> SiteConfig:
    return SiteConfig(url="https://blog.example", handle="notes", timezone=timezone, language=language)


def config_of() -> Config:
    return Config(site=site_of())


def pages_of(*, timezone: str = "UTC", language: str = "en-GB") -> PageRenderer:
    site = site_of(timezone=timezone, language=language)
    return PageRenderer(lambda: site)
