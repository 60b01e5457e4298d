"""A password that is about to be chosen: held to the rules, then hashed."""

from __future__ import annotations

from dataclasses import dataclass

from credcore.account_ports import StolenPasswords
from credcore.accounts import parse_password
from credcore.errors import InvalidValue
from credcore.passwords import STOLEN, Owner, require_unguessable
from credcore.sign_in_ports import PasswordHasher


@dataclass(frozen=True, kw_only=True)
class NewPasswords:
    """``stolen`` None: there is no list of common and stolen passwords to ask."""

    hasher: PasswordHasher
    stolen: StolenPasswords | None
    min_length: int = 15

    async def hashed(self, text: str, owner: Owner, pointer: str = "/password") -> str:
        """The hash. Raises InvalidValue, with a reason that helps, for what a guesser would try early."""
        password = parse_password(text, min_length=self.min_length, pointer=pointer)
        require_unguessable(password, owner, pointer)
        if self.stolen is not None and await self.stolen.holds(password):
            raise InvalidValue(pointer, STOLEN)
        return await self.hasher.hash(password)


async def matches(hasher: PasswordHasher, stored: str | None, text: str) -> bool:
    """Whether ``text`` is the password behind ``stored``; takes as long where there is none."""
    try:
        # Whoever chose theirs under an older, shorter minimum still gets in.
        candidate = parse_password(text, min_length=1)
    except InvalidValue:
        candidate = ""
    return await hasher.verify(stored, candidate)
