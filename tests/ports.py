"""Ports of loopback for the programs that tests start."""

import atexit
import socket
import sys


def free_port(address: str = "127.0.0.1") -> int:
    """A port that nobody uses, and that nobody else gets as long as the tests run.

    It stays bound here without listening: Linux gives it to no other program by itself, and lets one listen that asks for
    it by its number (with SO_REUSEADDR, as servers do), also again after a restart.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((address, 0))
    port: int = held.getsockname()[1]
    if sys.platform == "linux":
        atexit.register(held.close)
    else:
        held.close()
    return port
