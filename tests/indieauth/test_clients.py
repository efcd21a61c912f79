"""Programs are looked up through the guard: a name that leads into our own network is not connected to."""

from collections.abc import Sequence

import pytest

from syndicate.errors import IndieAuthRefused
from syndicate.indieauth.clients import IndieAuthClients
from syndicate.indieauth.request import read_request
from syndicate.transport.client import Client
from tests.indieauth.test_request import ASKED


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "64:ff9b::7f00:1"])
async def test_a_name_that_leads_to_a_private_address_is_refused(address: str) -> None:
    async def lookup(_: str) -> Sequence[str]:
        return [address]

    async with Client(user_agent="test", allow_private_addresses=False, lookup=lookup) as transport:
        asked = read_request(ASKED.items(), allow_private=False)
        with pytest.raises(IndieAuthRefused, match="not a public address"):
            await IndieAuthClients(transport).look_up(asked)
