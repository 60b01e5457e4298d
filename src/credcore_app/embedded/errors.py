"""Why the embedded PostgreSQL could not be had."""

from __future__ import annotations


class EmbeddedError(Exception):
    """The embedded PostgreSQL is not to be had; ``what`` happened and its ``remedy`` are one line each."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what = " ".join(what.split())
        self.remedy = " ".join(remedy.split())
        super().__init__(f"{self.what}; {self.remedy}")


class Stopped(Exception):
    """A start was told to stop before there was anything to give; what it had begun is undone."""


OWN_SERVER = "or set CREDCORE_DATABASE_URL to a PostgreSQL of your own"
