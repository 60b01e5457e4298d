"""How the text of one environment variable becomes a value, and in which words its limits are told."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

Value_co = TypeVar("Value_co", covariant=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader(Generic[Value_co]):
    """``parse`` raises ValueError for what is not as ``must_be`` says. Complaints repeat no value: it may be secret."""

    must_be: str
    parse: Callable[[str], Value_co]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """So many in ``seconds``."""

    count: int
    seconds: int

    def __str__(self) -> str:
        return f"{self.count}/{_NAMES[self.seconds]}"


_LONGEST_NAME, _LONGEST_PATH = 255, 4000
_SPANS = {"second": 1, "minute": 60, "hour": 3600}
_NAMES = {seconds: name for name, seconds in _SPANS.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Argon2Cost:
    """What one hash costs: ``memory_kib`` KiB, gone over ``passes`` times, in ``lanes`` at once."""

    memory_kib: int
    passes: int
    lanes: int

    def __str__(self) -> str:
        return f"{self.memory_kib},{self.passes},{self.lanes}"


CHEAPEST_COST = Argon2Cost(memory_kib=19_456, passes=2, lanes=1)
"""OWASP's minimum for Argon2id; measured 25 ms of one core. More memory would let a few log-ins fill the machine."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelPrice:
    """US dollars for a million tokens."""

    model: str
    tokens_in: Decimal
    tokens_out: Decimal

    def __str__(self) -> str:
        return f"{self.model}={self.tokens_in}/{self.tokens_out}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def whole(least: int, most: int) -> Reader[int]:
    def parse(raw: str) -> int:
        return _within(least, int(_matching(r"-?[0-9]{1,12}", raw)[0]), most)

    return Reader(must_be=f"a whole number from {least} to {most}", parse=parse)


def number(least: float, most: float) -> Reader[float]:
    def parse(raw: str) -> float:
        return _within(least, float(_matching(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?", raw)[0]), most)

    return Reader(must_be=f"a number from {least:.12g} to {most:.12g}", parse=parse)


def one_of(*names: str) -> Reader[str]:
    def parse(raw: str) -> str:
        _require(raw.lower() in names)
        return raw.lower()

    return Reader(must_be=f"one of {', '.join(names)}", parse=parse)


def _database_url(raw: str) -> str:
    _require(raw.startswith(("postgresql://", "postgres://")))
    return raw


def _web_address(raw: str) -> str:
    parts = urlsplit(raw)
    _require(parts.scheme in ("http", "https") and not re.search(r"[\s#]", raw))
    _matching(r"[a-z0-9._-]+|[0-9a-f:.]+", parts.hostname or "")
    _require(parts.port != 0)  # raises ValueError itself where it is no port at all
    return raw.rstrip("/")


def _path(raw: str) -> Path:
    _require(all(len(os.fsencode(part)) <= _LONGEST_NAME for part in raw.split(os.sep)) and len(raw) <= _LONGEST_PATH)
    try:
        return Path(raw).expanduser()
    except RuntimeError as nobody:  # the ~ of somebody whom this machine does not know
        raise ValueError from nobody


def _folder(raw: str) -> Path:
    found = _path(raw)
    _require(found.is_dir())
    return found


def _token(raw: str) -> str:
    """Something that goes into a header or a request as it is."""
    return _matching(r"[!-~]{1,1000}", raw)[0]


def _listening(raw: str) -> Address:
    match = _matching(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})", raw)
    return Address(host=match[1] or match[2], port=_within(1, int(match[3]), 65_535))


def _addresses(raw: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.strip() for entry in raw.split(",") if entry.strip()))


def _networks(raw: str) -> tuple[str, ...]:
    entries = _addresses(raw)
    for entry in entries:
        ipaddress.ip_network(entry)
    return entries


def _origins(raw: str) -> tuple[str, ...]:
    """As a browser sends them: nothing behind the port."""
    entries = _addresses(raw)
    for entry in entries:
        _require(_web_address(entry) == f"{urlsplit(entry).scheme}://{urlsplit(entry).netloc}" == entry)
    return entries


def _argon2_cost(raw: str) -> Argon2Cost:
    match = _matching(r"([0-9]{4,7}),([1-9]),([1-4])", raw)
    cost = Argon2Cost(memory_kib=int(match[1]), passes=int(match[2]), lanes=int(match[3]))
    _within(47_104 if cost.passes == 1 else CHEAPEST_COST.memory_kib, cost.memory_kib, 1_048_576)
    return cost


def _rate(raw: str) -> Rate:
    match = _matching(r"([1-9][0-9]{0,5})/(second|minute|hour)", raw)
    return Rate(count=int(match[1]), seconds=_SPANS[match[2]])


def _prices(raw: str) -> tuple[ModelPrice, ...]:
    return tuple(_price(entry) for entry in _addresses(raw))


def _price(entry: str) -> ModelPrice:
    amount = r"([0-9]{1,6}(?:\.[0-9]{1,6})?)"
    match = _matching(rf"([^=\s]+)={amount}/{amount}", entry)
    return ModelPrice(model=match[1], tokens_in=Decimal(match[2]), tokens_out=Decimal(match[3]))


token = Reader(must_be="letters, digits and signs of ASCII, without a space", parse=_token)
exporters = Reader(must_be="exporters that are installed, such as console, separated by commas", parse=_token)
path = Reader(must_be="a path of this machine", parse=_path)
folder = Reader(must_be="a folder that is there", parse=_folder)
database_url = Reader(must_be="like postgresql://user:password@host:5432/database", parse=_database_url)
web_address = Reader(must_be="an address that begins with https:// (or http://)", parse=_web_address)
listening = Reader(must_be="like 127.0.0.1:9464 or [::1]:9464", parse=_listening)
# Not "*": then every client could choose the address that it is counted by.
networks = Reader(must_be="IP addresses or networks such as 10.0.0.0/24, separated by commas", parse=_networks)
origins = Reader(must_be="like https://lms.example.org, without a path, separated by commas", parse=_origins)
prices = Reader(must_be="like gpt-6-luna=0.10/0.50, several separated by commas", parse=_prices)
argon2_cost = Reader(
    must_be="like 19456,2,1: at least 19456 KiB, or 47104 with one pass; 1 to 9 passes, 1 to 4 lanes",
    parse=_argon2_cost,
)
rate = Reader(must_be="like 10/minute (or /second, /hour)", parse=_rate)

Number = TypeVar("Number", int, float)


def _within(least: Number, value: Number, most: Number) -> Number:
    _require(least <= value <= most)  # false for a NaN, too
    return value


def _matching(pattern: str, raw: str) -> re.Match[str]:
    match = re.fullmatch(pattern, raw)
    if match is None:
        raise ValueError
    return match


def _require(fits: bool) -> None:
    if not fits:
        raise ValueError
