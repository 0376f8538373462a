"""Ports on loopback: one that is free, and one where nothing ever answers."""

import socket

NOBODY = "127.0.0.1:9"


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
