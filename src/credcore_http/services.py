"""What the HTTP adapter drives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from litestar.di import NamedDependency

from credcore.bank import Bank
from credcore.ports import HealthProbe, IdempotencyStore, IdSource
from credcore.services.accounts import Accounts
from credcore.services.administration import Administration
from credcore.services.assessments import Assessments
from credcore.services.attempts import Attempts
from credcore.services.completion import Completion
from credcore.services.credentials import Credentials
from credcore.services.own_account import OwnAccount
from credcore.services.partners import ClientGrants
from credcore.services.profiles import Profiles
from credcore.services.second_factor import SecondFactors
from credcore.services.sharing import Sharing
from credcore_http.tokens import AccessTokens


def nothing_degraded() -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Services:
    """``degraded`` says, in short sentences, what works only in part: shown by readiness, which stays ready.

    ``metrics`` gives the figures as Prometheus reads them; None: they are not for this port.
    """

    accounts: Accounts
    own_account: OwnAccount
    credentials: Credentials
    second_factors: SecondFactors
    administration: Administration
    assessments: Assessments
    completion: Completion
    profiles: Profiles
    sharing: Sharing
    clients: ClientGrants
    attempts: Attempts
    idempotency: IdempotencyStore
    tokens: AccessTokens
    bank: Callable[[], Bank]
    health: HealthProbe
    ids: IdSource
    degraded: Callable[[], tuple[str, ...]] = nothing_degraded
    metrics: Callable[[], Awaitable[bytes]] | None = None


Injected = NamedDependency[Services]
"""How a handler names the services it wants."""
