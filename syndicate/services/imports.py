"""Constructs the worker that imports what the author uploads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from syndicate.maintenance.import_worker import ImportWorker
from syndicate.services.commands import Services, open_services
from syndicate.web.reserved_paths import is_reserved

if TYPE_CHECKING:  # imported with the first upload, since it has all importers with it
    from syndicate.importers.upload.run import ImportTools


def import_worker(services: Services) -> ImportWorker:
    """Return the worker."""
    return ImportWorker(
        services.store, services.clock, services.config.storage.transfers, partial(_import_tools, services)
    )


@asynccontextmanager
async def _import_tools(services: Services) -> AsyncIterator["ImportTools"]:
    from syndicate.importers.upload.run import ImportTools

    async with open_services(services.config, clock=services.clock) as own:
        yield ImportTools(
            store=own.store,
            importer=own.post_importer,
            files=own.files,
            urls=own.urls,
            site=own.settings.site,
            clock=own.clock,
            blogroll=own.blogroll_editor,
            blocking=own.blocking,
            is_reserved=is_reserved,
        )
