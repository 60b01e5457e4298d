"""Errors that an operator can put right, each as one line that names the thing and the remedy."""

from __future__ import annotations

import errno
import os
import re

import asyncpg

from credcore.errors import ContentFault, Unavailable
from credcore_app.embedded.errors import EmbeddedError
from credcore_app.fault import Fault
from credcore_app.reading import database_url
from credcore_app.serving import StartFailed
from credcore_pg import SchemaNotOurs

_CHECK_URL = "check CREDCORE_DATABASE_URL, and that PostgreSQL runs there"


def explain(error: BaseException) -> str | None:
    """The line for ``error``; None where it is a defect of ours, whose traceback is the better answer."""
    match error:
        case Fault() | EmbeddedError() | SchemaNotOurs():
            return _line(str(error))
        case ContentFault():
            return _line(f"{error}; `credcore content check` tells all that is wrong")
        case StartFailed():
            remedy = "; choose another with --host and --port" if str(error).startswith("cannot listen") else ""
            return _line(f"{error}{remedy}")
        case asyncpg.ClientConfigurationError():
            return f"CREDCORE_DATABASE_URL is not understood; it must be {database_url.must_be}"
        case Unavailable():
            return _line(f"the {error.what} cannot be used{_reason(error.__cause__)}; {_CHECK_URL}")
        case OSError(filename=str() | bytes() as file):
            return _line(f"{os.fsdecode(file)} cannot be used: {error.strerror}")
        case OSError(errno=errno.ENOSPC | errno.EDQUOT | errno.EFBIG | errno.EIO):
            return f"the output cannot be written: {error.strerror}"
        case _:
            return None


def _reason(cause: BaseException | None) -> str:
    """Only what comes from the server or the system: our own client's complaints may repeat a password."""
    match cause:
        case TimeoutError():
            return " (no answer in time)"
        case OSError():
            reason = _of_the_system(cause)
            return f" ({reason})" if reason else ""
        case asyncpg.PostgresError():
            return f" ({cause})"
        case _:
            return ""


def _of_the_system(cause: OSError) -> str:
    """asyncio's own words for a refused connection repeat the address; for a name that has several addresses it gives
    those of all attempts as one text, and no number."""
    numbers = [cause.errno] if cause.errno else map(int, re.findall(r"\[Errno (\d+)\]", str(cause)))
    known = dict.fromkeys(os.strerror(number) for number in numbers if number > 0)
    return ", ".join(known) or cause.strerror or ""


def _line(text: str) -> str:
    return " ".join(text.split())
