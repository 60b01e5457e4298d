"""Who runs PostgreSQL: ourselves, or, since it refuses root, an account that can do less."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from credcore_app.embedded.errors import OWN_SERVER, EmbeddedError

# None is created for the purpose: the operator's own choice, then that of the distribution's PostgreSQL
# package, then the one that every system has.
CANDIDATES = ("credcore", "postgres", "nobody")


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user of this machine, by number; the name is needed since PostgreSQL asks for it."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]


def choose(data: Path, cluster: Path) -> Account:
    """The account for the server: whoever we are, unless we are root.

    As root, what is there decides first, so that neither a cluster nor a prepared directory ever changes
    hands: the owner of the cluster, then the owner of the data directory, then the first candidate that
    exists.
    """
    if os.geteuid() != 0:
        return _named(os.geteuid())
    for path in (cluster, data):
        owner = _owner(path)
        if owner:
            return _named(owner)
    found = next(_candidates(), None)
    if found is None:
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and none of the accounts {', '.join(CANDIDATES)} exists",
            f"start credcore as an ordinary user, {OWN_SERVER}",
        )
    return found


def _owner(path: Path) -> int | None:
    """The user id that owns the path; None where there is no such path, 0 for root."""
    try:
        return path.stat().st_uid
    except FileNotFoundError:
        return None


def _candidates() -> Iterator[Account]:
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            yield _account(entry)


def _named(uid: int) -> Account:
    try:
        return _account(pwd.getpwuid(uid))
    except KeyError:
        raise EmbeddedError(
            f"the user id {uid} has no name on this machine, and PostgreSQL needs one",
            f"add it to /etc/passwd, {OWN_SERVER}",
        ) from None


def _account(entry: pwd.struct_passwd) -> Account:
    groups = tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid, groups=groups)
