"""A server starts without the modules that only the author needs: they would be a quarter of its time, and of our code."""

import subprocess
import sys

STARTED = """
import sys
import syndicate.cli.serve
import syndicate.services.server
print(*sys.modules, sep="\\n")
"""
ONLY_FOR_THE_AUTHOR = {
    "syndicate.web.admin.routes",
    "syndicate.web.admin.authentication",
    "syndicate.web.api.micropub",
    "syndicate.importers.upload.run",
    "syndicate.exporters.blog",
    "argon2",
    "webauthn",
}


def test_the_desk_the_programs_and_the_importers_are_imported_with_the_first_request_for_them() -> None:
    started = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, check=True)
    imported = set(started.stdout.split())
    assert {"syndicate.web.routes", "syndicate.web.admin.sessions"} <= imported
    assert imported & ONLY_FOR_THE_AUTHOR == set()
