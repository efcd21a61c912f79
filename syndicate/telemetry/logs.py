"""Logging: readable lines on a terminal, JSON elsewhere."""

import logging
import sys

import structlog


def configure(*, debug: bool, stream: object = None) -> None:
    """Set up the process's logging, once, in the command line."""
    output = sys.stderr if stream is None else stream
    terminal = getattr(output, "isatty", lambda: False)()
    level = logging.DEBUG if debug else logging.INFO
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            *([] if terminal else [structlog.processors.format_exc_info]),
            _truncate,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=output),  # type: ignore[arg-type]  # it only writes
    )
    logging.basicConfig(level=logging.WARNING, stream=output, format="%(message)s")  # type: ignore[arg-type]  # as above


MAX_VALUE_LENGTH = 2000


def _truncate(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Shorten long values, since remote text can appear in log events."""
    return {
        key: value[:MAX_VALUE_LENGTH] + "…"
        if isinstance(value, str) and len(value) > MAX_VALUE_LENGTH and key != "exception"
        else value
        for key, value in event.items()
    }
