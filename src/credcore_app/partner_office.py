"""Partner platforms are let in by the operator, and their learners forgotten: there is no call for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from credcore.erasures import ledger_key
from credcore.errors import NotFound
from credcore.ids import parse_id
from credcore.memory import RandomIds
from credcore.services.learners import Learners
from credcore.services.partners import Partners
from credcore_app.account_wiring import server_key
from credcore_app.database import Progress, ready_database, stores_at
from credcore_app.fault import Fault
from credcore_app.settings import Settings
from credcore_app.user_office import operator


@dataclass(frozen=True, kw_only=True)
class PartnerOffice:
    partners: Partners
    learners: Learners

    async def forget(self, which: str, learner: str | UUID) -> int:
        """How many assessments there were. Raises InvalidValue, NotFound."""
        return await self.learners.forget(self.partners.actor, await id_of(self.partners, which), learner)


@asynccontextmanager
async def partner_office(settings: Settings, progress: Progress) -> AsyncIterator[PartnerOffice]:
    """The use cases on the configured database, with what is unknown said in one line. Raises what it explains."""
    async with ready_database(settings, progress) as place, stores_at(settings, place.dsn) as stores:
        ids, key = RandomIds(), ledger_key(await server_key(stores))
        try:
            yield PartnerOffice(
                partners=Partners(store=stores.partners, audit=stores.audit, ids=ids, actor=operator()),
                learners=Learners(store=stores.learners, ids=ids, key=key),
            )
        except NotFound as missing:
            raise Fault(f"there is no such {missing.what} in use; `credcore partner list` shows all") from None


def client_id_of(text: str) -> UUID:
    """Raises NotFound."""
    return parse_id(text, "client")


async def id_of(partners: Partners, which: str) -> UUID:
    """The partner of that name, or whose id or client's id ``which`` is. Raises NotFound."""
    for partner in await partners.store.all():
        if which in {partner.name, str(partner.id), *(str(client.id) for client in partner.clients)}:
            return partner.id
    raise NotFound("partner")
