"""Let attempts at authentication through as often as the policy says, for each account and each client address."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from credcore.access_ports import RateLimits
from credcore.accounts import parse_email
from credcore.errors import InvalidValue, NotFound
from credcore.ids import parse_id
from credcore.rate_limits import Demand, DemandOf, Rate, network_of, require_admitted

PER_ACCOUNT = Rate(count=10, per=timedelta(minutes=1))
PER_ADDRESS = Rate(count=300, per=timedelta(minutes=1))
"""A class sits behind one address."""
CODES_SLOWER = 60
"""One-time codes have as many tries at once, and so many times longer until one more: of a million codes three are
right at any moment, and with ten tries a minute somebody who has the password would be in within weeks."""


class TokenUse(StrEnum):
    """What a token is used for. Each counts by itself."""

    REFRESH = "refresh"
    LOGOUT = "logout"
    RESET = "reset"


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """``key`` (32 secret bytes, the same in all processes) hides who is counted: no e-mail or address is stored.

    What counts for an account counts by what was shown for it: a name that anybody can give, an access token, a token
    of one use. So nobody uses up the tries of those who can show more.
    """

    limits: RateLimits
    key: bytes
    per_account: Rate = PER_ACCOUNT
    per_address: Rate = PER_ADDRESS

    async def admit(self, *, address: str | None, account: str | None = None) -> None:
        """Counts one attempt. ``account`` is what the client says it is, an e-mail address or a client id, and need
        not exist: the answer must not tell. What the address is refused costs no account a try: from one address nobody
        keeps more accounts busy than it has tries.

        Raises:
            RateLimited: there were too many.
        """
        demands = [self._by_address(address)]
        if account is not None:
            demands.append(self._by_account("account", _spelled(account)))
        await self._admit(*demands)

    async def admit_own(self, *, address: str | None, account_id: UUID) -> None:
        """Counts one attempt of whoever holds an access token of the account that counts. Raises RateLimited."""
        await self._admit(self._by_address(address), self._by_account("own", str(account_id)))

    async def admit_token(self, use: TokenUse, account_id: UUID) -> None:
        """Counts one use of a token that was found to be the account's. Raises RateLimited."""
        await self._admit(self.of(use)(account_id))

    async def admit_code(self, account_id: UUID) -> None:
        """Counts one try of a one-time code for an account, by somebody who has its password. Raises RateLimited."""
        slower = replace(self.per_account, per=self.per_account.per * CODES_SLOWER)
        await self._admit(self._demand("account", "code", str(account_id), slower))

    def of(self, use: TokenUse) -> DemandOf:
        """The same, for a store to count together with the use itself."""
        return lambda account_id: self._by_account(use, str(account_id))

    async def refuse(self, token: str) -> None:
        """Counts one try of a token that was good for nothing, whosever it may have been. Raises RateLimited."""
        await self._admit(self._demand("token", "token", token, self.per_account))

    async def _admit(self, *demands: Demand) -> None:
        require_admitted(await self.limits.hit(demands))

    def _by_address(self, address: str | None) -> Demand:
        return self._demand("address", "address", network_of(address), self.per_address)

    def _by_account(self, shown: str, text: str) -> Demand:
        return self._demand("account", shown, text, self.per_account)

    def _demand(self, limit: str, shown: str, text: str, rate: Rate) -> Demand:
        named = f"{shown}\n{text}".encode("utf-8", "surrogatepass")
        return Demand(limit=limit, subject=hmac.digest(self.key, named, hashlib.sha256), rate=rate)


def _spelled(account: str) -> str:
    """One spelling for one account, or each way to write an address or an id would have a limit of its own."""
    with suppress(InvalidValue):
        return parse_email(account)
    with suppress(NotFound):
        return str(parse_id(account, "client"))
    return account
