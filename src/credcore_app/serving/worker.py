"""What the supervisor starts, as ``python -m``: one server on the socket that it inherits.

Arguments: the target ``module:function``, the file descriptors of the listening socket and of the line to the
supervisor, then the addresses of trusted proxies.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence

from credcore_app.serving.listener import StartFailed
from credcore_app.serving.server import serve
from credcore_http.edge.asgi import App


def main(arguments: Sequence[str]) -> int:
    target, listener_fd, line_fd, *trusted_proxies = arguments
    line = socket.socket(fileno=int(line_fd))
    threading.Thread(target=_die_with_supervisor, args=(line,), daemon=True).start()
    listener = socket.socket(fileno=int(listener_fd))
    try:
        asyncio.run(_work(_load(target), listener, line, trusted_proxies))
    except StartFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _work(
    app_factory: Callable[[], App],
    listener: socket.socket,
    line: socket.socket,
    trusted_proxies: Sequence[str],
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(
        app_factory(),
        listener,
        on_ready=lambda: line.sendall(b"R"),
        stop=stop,
        trusted_proxies=trusted_proxies,
    )


def _load(target: str) -> Callable[[], App]:
    module, _, name = target.partition(":")
    factory: Callable[[], App] = getattr(importlib.import_module(module), name)
    return factory


def _die_with_supervisor(line: socket.socket) -> None:
    """Nothing is ever sent to us: the line ends when the supervisor, and what it owned, is gone.

    A thread, so that a busy event loop can't put it off. Nothing is left to finish: an embedded database went too.
    """
    # A reset is an end too: it is what comes if the supervisor dies before it has read that we are ready.
    with contextlib.suppress(OSError):
        line.recv(1)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
