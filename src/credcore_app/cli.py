"""Where the program begins, and how it ends: by an exit code, with one line where something is wrong."""

from __future__ import annotations

import os
import signal
import sys
from importlib.util import find_spec
from typing import NoReturn

INTERRUPTED = 128 + signal.SIGINT
LIBRARY_ALONE = "only the library is installed, which `import credcore` gives; the program is in credcore[server]"


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs the command line and ends the process."""
    _end_silently_on_interrupt()
    _stand_in_for_closed_streams()
    sys.exit(_run(arguments))


def _end_silently_on_interrupt() -> None:
    """Until a command has something to undo (``console.interruptible``) Ctrl-C ends the process as SIGTERM does.

    As an exception it would come out of whatever import it happens to hit, with a traceback.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def _stand_in_for_closed_streams() -> None:
    """Where a standard stream was closed (``<&-``) the next file that is opened would take its place, and its words."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, which is this one
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115 - for good


def _run(arguments: list[str] | None) -> int:
    """The exit code: 0 done, 1 failed, 2 wrong usage."""
    if not find_spec("click"):
        print(f"credcore: {LIBRARY_ALONE}", file=sys.stderr)
        return 1

    import click

    from credcore_app.commands import cli

    try:
        code = cli.main(arguments, prog_name="credcore", standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except click.Abort as end:
        # ``__context__``: a prompt raises it from None.
        return INTERRUPTED if isinstance(end.__context__, KeyboardInterrupt) else _failed("given up")
    except KeyboardInterrupt:
        return INTERRUPTED
    # Broad on purpose: what an operator can put right becomes one line, everything else is raised on.
    except Exception as error:
        from credcore_app.explain import explain

        line = explain(error)
        if line is None:
            raise
        return _failed(line)
    return code if isinstance(code, int) else 0


def _failed(line: str) -> int:
    import click

    click.echo(f"credcore: {line}", err=True)
    return 1
