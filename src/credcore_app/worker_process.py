"""The application of one worker process of several: it composes itself when the server starts it."""

from __future__ import annotations

import sys
from collections.abc import Coroutine
from contextlib import AsyncExitStack

from credcore_app import logs
from credcore_app.database import CHANGE_OF_HANDS, patiently
from credcore_app.environment import of_this_process
from credcore_app.settings import Settings
from credcore_app.wiring import application as composed
from credcore_http.edge.asgi import App, Message, Receive, Scope, Send


def application() -> App:
    return _made(grading=True)


def application_without_grading() -> App:
    return _made(grading=False)


def _made(*, grading: bool) -> App:
    settings = of_this_process().settings
    logs.configure(settings.log_level, sys.stderr)
    return _Composed(settings, grading=grading)


class _Composed:
    """Opens what it needs when the server says that it starts, and closes it before it says that it stopped."""

    def __init__(self, settings: Settings, *, grading: bool) -> None:
        self._settings = settings
        self._grading = grading
        self._app: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        assert self._app is not None  # the server lets nobody in before the start is complete
        await self._app(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        last: list[Message] = []

        async def hold_back_the_end(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown"):
                last.append(message)
            else:
                await send(message)

        dsn = self._settings.database_url
        assert dsn is not None  # the process that starts us sets it
        async with AsyncExitStack() as stack:

            def open_application() -> Coroutine[object, object, App]:
                return stack.enter_async_context(composed(self._settings, dsn, grading=self._grading))

            # An embedded database may change hands just now.
            self._app = await patiently(open_application, CHANGE_OF_HANDS)
            await self._app(scope, receive, hold_back_the_end)
        for message in last:
            await send(message)
