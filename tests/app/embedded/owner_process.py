"""A process of its own that starts the embedded PostgreSQL, says what it got, and does as it is told on stdin.

    python owner_process.py DATA_DIR PG_BIN     (an empty string: unset)

Says ``progress …`` lines, then ``ready owned=… dsn=…`` or ``error …``. Understands ``close`` and ``fork``; ends with
its stdin.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from credcore_app.embedded import EmbeddedError, EmbeddedSettings, start


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    data_dir, pg_bin = (Path(argument) if argument else None for argument in sys.argv[1:3])
    try:
        server = start(
            EmbeddedSettings(data_dir=data_dir, pg_bin=pg_bin), on_progress=lambda line: say(f"progress {line}")
        )
    except EmbeddedError as error:
        say(f"error {error}")
        return
    # Only after the start: what Ctrl-C does to the database is the question, not what it does to us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    say(f"ready owned={server.owned} dsn={server.dsn}")
    for order in sys.stdin:
        if order == "close\n":
            server.close()
            say("closed")
        elif order == "fork\n":
            child = os.fork()
            if child == 0:
                signal.pause()
            say(f"forked {child}")


if __name__ == "__main__":
    main()
