"""Calls that ask a person who is signed in to prove once more who they are, or that change how they do."""

from __future__ import annotations

from credcore.accounts import Caller
from credcore_http.requests import AnyRequest, address_of
from credcore_http.services import Services


async def admit_own(request: AnyRequest, services: Services, caller: Caller) -> None:
    """Counts one attempt, for the address and for the account.

    The account is asked for first: a token that counts no more must not use up its owner's tries.

    Raises:
        Unauthenticated, Forbidden, RateLimited.
    """
    await services.accounts.me(caller)
    await services.attempts.admit_own(address=address_of(request), account_id=caller.id)
