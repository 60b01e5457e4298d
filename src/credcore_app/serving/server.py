"""One server in this process's event loop: uvicorn with our socket, our signals and our connection."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Generator, Sequence

import uvicorn

from credcore_app.serving.connection import BoundedConnection
from credcore_app.serving.listener import BACKLOG, StartFailed, bind, url_of
from credcore_http.edge.asgi import App, Receive, Scope, Send

DRAIN_SECONDS = 18  # for requests in flight; with the application's own shutdown an exit stays under 20 s
IDLE_SECONDS = 5  # for a connection between two requests


async def run(
    app_factory: Callable[[], App],
    *,
    host: str,
    port: int,
    on_ready: Callable[[str], None],
    stop: asyncio.Event,
    trusted_proxies: Sequence[str] = (),
) -> None:
    """Serves until ``stop`` is set, then lets requests in flight finish, at most ``DRAIN_SECONDS``.

    ``on_ready`` gets the URL, with the real port where ``port`` is 0, once connections are accepted. Signals
    are left to the caller. Only the addresses in ``trusted_proxies`` may say whom they ask for
    (``X-Forwarded-For``).

    Raises:
        StartFailed: the address can't be had, or the application's own start failed (its error is the cause).
    """
    with bind(host, port) as listener:
        await serve(
            app_factory(),
            listener,
            on_ready=lambda: on_ready(url_of(listener, host)),
            stop=stop,
            trusted_proxies=trusted_proxies,
        )


async def serve(
    app: App,
    listener: socket.socket,
    *,
    on_ready: Callable[[], None],
    stop: asyncio.Event,
    trusted_proxies: Sequence[str] = (),
) -> None:
    """As ``run``, on a socket that is bound already."""
    started = _Started(app)
    config = uvicorn.Config(
        started,
        interface="asgi3",
        http=BoundedConnection,
        ws="none",
        lifespan="on",
        log_config=None,
        # Its lines hold query values; the application writes its own.
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    server = _Server(config, on_ready)
    stopping = asyncio.create_task(server.exit_on(stop))
    try:
        await server.serve(sockets=[listener])
    except SystemExit:
        # uvicorn's way to say that the lifespan failed; the reason is what the application raised there.
        raise StartFailed(f"the application did not start: {started.failure}") from started.failure
    except OSError as error:
        raise StartFailed(f"cannot listen: {error.strerror or error}") from error
    finally:
        stopping.cancel()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def exit_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Nothing: uvicorn would take the signals from the command line and end by raising them again."""
        yield


class _Started:
    """Passes everything on and keeps why the lifespan failed, which uvicorn only logs."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.failure: BaseException | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except BaseException as error:  # kept and raised again, whatever it is
            if scope["type"] == "lifespan":
                self.failure = error
            raise
