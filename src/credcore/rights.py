"""Who may do what at all; whose a thing is, is asked by the stores, in the query that fetches it."""

from __future__ import annotations

from credcore.accounts import Caller, CallerKind, Scope, UserRole
from credcore.errors import Forbidden


def require_scope(caller: Caller, scope: Scope) -> None:
    """A person's own token is good for all of their own; a partner's for its scopes. Raises Forbidden."""
    if caller.kind is CallerKind.PARTNER and scope not in caller.scopes:
        raise Forbidden(scope)


def require_person(caller: Caller) -> None:
    """What only makes sense for somebody with an account. Raises Forbidden."""
    if caller.kind is not CallerKind.USER:
        raise Forbidden("person")


def require_role(caller: Caller, *roles: UserRole) -> None:
    """Raises Forbidden."""
    require_person(caller)
    if caller.role not in roles:
        raise Forbidden(", ".join(roles))
