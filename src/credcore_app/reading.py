"""How the text of one environment variable becomes a value: each reader says in one clause what is wrong with it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class Unfit(ValueError):
    """The text is no such value; ``str()`` says what it must be, and never repeats the text: it may be a secret."""


def text(raw: str) -> str:
    return raw


def path(raw: str) -> Path:
    return Path(raw).expanduser()


def whole(least: int, most: int) -> Callable[[str], int]:
    def read(raw: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", raw) or not least <= int(raw) <= most:
            raise Unfit(f"must be a whole number from {least} to {most}")
        return int(raw)

    return read


def number(least: float, most: float) -> Callable[[str], float]:
    def read(raw: str) -> float:
        try:
            value = float(raw)
        except ValueError:
            value = math.nan
        if not least <= value <= most:  # false for a NaN, too
            raise Unfit(f"must be a number from {least:g} to {most:g}")
        return value

    return read


def one_of(*names: str) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if raw.lower() not in names:
            raise Unfit(f"must be one of {', '.join(names)}")
        return raw.lower()

    return read


def database_url(raw: str) -> str:
    if not raw.startswith(("postgresql://", "postgres://")):
        raise Unfit("must look like postgresql://user:password@host:5432/database")
    return raw


def web_address(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unfit("must be an address that begins with https:// (or http://)")
    return raw.rstrip("/")


def addresses(raw: str) -> tuple[str, ...]:
    """``127.0.0.1, 10.0.0.7``; the order and repetitions do not matter."""
    return tuple(dict.fromkeys(entry.strip() for entry in raw.split(",") if entry.strip()))


def origins(raw: str) -> tuple[str, ...]:
    """Web origins as a browser sends them: scheme, host and port, nothing behind."""
    entries = addresses(raw)
    for entry in entries:
        parts = urlsplit(entry)
        if parts.scheme not in ("http", "https") or not parts.netloc or entry != f"{parts.scheme}://{parts.netloc}":
            raise Unfit("must be origins such as https://lms.example.org, separated by commas, without a path")
    return entries


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """So many in ``seconds``."""

    count: int
    seconds: int

    def __str__(self) -> str:
        return f"{self.count}/{_SPAN_NAMES[self.seconds]}"


_SPANS = {"second": 1, "minute": 60, "hour": 3600}
_SPAN_NAMES = {seconds: name for name, seconds in _SPANS.items()}


def rate(raw: str) -> Rate:
    match = re.fullmatch(r"([1-9][0-9]{0,5})/(second|minute|hour)", raw)
    if match is None:
        raise Unfit("must look like 10/minute (or /second, /hour)")
    return Rate(count=int(match[1]), seconds=_SPANS[match[2]])
