"""The socket that all is served on, opened by us: a taken port is an error here, and port 0 has a number."""

from __future__ import annotations

import socket
import sys

BACKLOG = 1024
UNREAD_SECONDS = 20  # a client that takes nothing of its answer for that long is dropped by the kernel


class StartFailed(Exception):
    """The server could not start; ``str()`` is one line for the operator."""


def bind(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A bound socket that does not listen yet, so that nobody is let in before the application is ready.

    Without ``SO_REUSEPORT``: with it a second server on the port would quietly take half the requests. ``shared`` sets
    it, for processes of which each may take any.

    Raises:
        StartFailed: the address is taken, unknown or not ours to take.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise StartFailed(f"cannot listen on {host}: {error.strerror or error}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if sys.platform == "linux":
            # Inherited by every connection that is accepted.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise StartFailed(f"cannot listen on {host}, port {port}: {error.strerror or error}") from error
    listener.setblocking(False)
    return listener


def url_of(listener: socket.socket, host: str) -> str:
    """Where a client finds ``listener``, with its real port."""
    port: int = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
