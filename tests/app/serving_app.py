"""A small application and program for the tests of ``credcore_app.serving``; run as a script it is one server.

Arguments: ``one`` or ``workers``; the port; what to break (``nothing``, ``start``, ``drain``).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from credcore_app.serving import StartFailed, run, run_workers, server
from credcore_http.edge import BodyGuard, RequestIds
from credcore_http.edge.asgi import App, Receive, Scope, Send


def application() -> App:
    return RequestIds(BodyGuard(_inner), log=lambda line: None)


def failing_application() -> App:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("the content is missing")

    return fail


async def _inner(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    if scope["path"] == "/hold":
        print("holding", flush=True)
        await asyncio.sleep(0.5)
    if scope["path"] == "/forever":
        print("holding", flush=True)
        await asyncio.Event().wait()
    message = await receive()
    body = b"%d %d" % (os.getpid(), len(message["body"]))
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def main(kind: str, port: int, broken: str) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if broken == "drain":
        server.DRAIN_SECONDS = 1
    factory = failing_application if broken == "start" else application
    try:
        if kind == "one":
            await run(factory, host="127.0.0.1", port=port, on_ready=_say, stop=stop)
        else:
            target = f"serving_app:{factory.__name__}"
            await run_workers(target, 2, host="127.0.0.1", port=port, on_ready=_say, stop=stop)
    except StartFailed as error:
        print(f"failed: {error}", flush=True)
        return 1
    return 0


def _say(url: str) -> None:
    print(url, flush=True)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3])))
