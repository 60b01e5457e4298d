"""Who can ever make a call, and in which order a call is refused: 401, 403, 404, 422, whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any

from credcore.accounts import Caller, Scope, UserRole
from credcore.errors import Forbidden, InvalidValue, NotFound
from credcore.rate_limits import RateLimited
from credcore.rights import require_person, require_role, require_scope
from credcore_http.requests import caller_of

Handler = Callable[..., Coroutine[Any, Any, Any]]  # Any: Litestar injects what a handler's signature names

MAYBE_UNSEEN = (Forbidden, InvalidValue, NotFound, RateLimited)
"""Refusals that may come before any query has asked whether the caller's account stands. All others come after one."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """``scope``: people, and partners whose token has it. Without one people alone, with ``role`` those who have it."""

    scope: Scope | None = None
    role: UserRole | None = None

    def require(self, caller: Caller) -> None:
        """Raises Forbidden."""
        if self.scope is not None:
            require_scope(caller, self.scope)
        elif self.role is not None:
            require_role(caller, self.role)
        else:
            require_person(caller)


PEOPLE = Access()


def in_order(handler: Handler, access: Access) -> Handler:
    """``handler`` behind its access rule.

    A good token is verified without a query, since the call's own asks whether the account stands. What is refused
    without one is worth a query of its own: nobody whose account is gone is told anything else than that.
    """

    @wraps(handler)
    async def ordered(**given: Any) -> Any:  # Any: as above
        services = given["services"]
        caller = caller_of(given["request"], services.tokens)
        try:
            access.require(caller)
            return await handler(**given)
        except MAYBE_UNSEEN:
            await services.accounts.admit(caller)
            raise

    return ordered
