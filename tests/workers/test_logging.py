"""What is logged follows the settings in force, whoever has logged before."""

import io
import logging

import structlog

from syndicate.telemetry import logs
from syndicate.workers.loop import log_storage_error


def test_a_module_that_has_logged_before_follows_new_settings() -> None:
    output = io.StringIO()
    logs.configure(debug=False, stream=output)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    log_storage_error("a command ran", OSError("disk full"))
    assert output.getvalue() == ""
    logs.configure(debug=False, stream=output)
    log_storage_error("a server waits", OSError("disk full"))
    assert "a server waits" in output.getvalue()
