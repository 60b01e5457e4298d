"""Let attempts at authentication through as often as the policy says, for each account and each client address."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from credcore.access_ports import RateLimits
from credcore.accounts import parse_email
from credcore.errors import InvalidValue
from credcore.rate_limits import Demand, Rate, RateLimited, network_of

PER_ACCOUNT = Rate(count=10, per=timedelta(minutes=1))
PER_ADDRESS = Rate(count=300, per=timedelta(minutes=1))
"""A class sits behind one address."""


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """``key`` (32 secret bytes, the same in all processes) hides who is counted: no e-mail or address is stored."""

    limits: RateLimits
    key: bytes
    per_account: Rate = PER_ACCOUNT
    per_address: Rate = PER_ADDRESS

    async def admit(self, *, address: str | None, account: str | None = None) -> None:
        """Counts one attempt. ``account`` is what the client says it is, an e-mail address or a client id, and need
        not exist: the answer must not tell.

        Raises:
            RateLimited: there were too many.
        """
        demands = [self._demand("address", network_of(address), self.per_address)]
        if account is not None:
            demands.append(self._demand("account", _spelled(account), self.per_account))
        standings = await self.limits.hit(demands)
        if not all(standing.admitted for standing in standings):
            raise RateLimited(standings)

    def _demand(self, limit: str, text: str, rate: Rate) -> Demand:
        named = f"{limit}\n{text}".encode("utf-8", "surrogatepass")
        return Demand(limit=limit, subject=hmac.digest(self.key, named, hashlib.sha256), rate=rate)


def _spelled(account: str) -> str:
    """One spelling for one account, or each way to write an e-mail address would have a limit of its own."""
    try:
        return parse_email(account)
    except InvalidValue:
        return account
