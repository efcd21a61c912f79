"""Settings without a file, for what needs no more of them."""

from syndicate.config import Config, SiteConfig
from syndicate.web.site.rendering import Pages


def site_of(*, timezone: str = "UTC", language: str = "en-GB") -> SiteConfig:
    return SiteConfig(url="https://blog.example", handle="notes", timezone=timezone, language=language)


def config_of() -> Config:
    return Config(site=site_of())


def pages_of(*, timezone: str = "UTC", language: str = "en-GB") -> Pages:
    site = site_of(timezone=timezone, language=language)
    return Pages(lambda: site)
