"""The settings of one blog: `syndicate.toml` and `SYNDICATE_*`, checked once, frozen."""

from syndicate.config.explanations import words_of
from syndicate.config.loading import config_path, load
from syndicate.config.sections import CommentsConfig, Config, FeedsConfig, ServerConfig, SiteConfig

__all__ = [
    "CommentsConfig",
    "Config",
    "FeedsConfig",
    "ServerConfig",
    "SiteConfig",
    "config_path",
    "load",
    "words_of",
]
