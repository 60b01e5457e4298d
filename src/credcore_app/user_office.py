"""What an operator does with people's accounts, each deed with its audit entry."""

from __future__ import annotations

import getpass
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from credcore.accounts import Account, Origin, UserRole, parse_email, parse_name
from credcore.audit import Actor, Deed
from credcore.memory import RandomIds
from credcore.passwords import Owner
from credcore.services.administration import Trail
from credcore_app.account_wiring import AccountServices, account_services
from credcore_app.database import Progress, ready_database, stores_at
from credcore_app.mail import ConsoleMailer
from credcore_app.passwords import Argon2Passwords
from credcore_app.settings import Settings
from credcore_app.signing import rotated
from credcore_pg import PostgresStores, SigningKey


def operator() -> Actor:
    """Whoever runs this process, as far as the system knows them."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as containers have them
        name = str(os.getuid())
    return Actor(origin=Origin(address=f"{name}@{socket.gethostname()}"))


@dataclass(frozen=True, kw_only=True)
class UserOffice:
    services: AccountServices
    stores: PostgresStores
    actor: Actor

    async def make(self, *, email: str, name: str, role: UserRole, password: str) -> Account:
        """The account as stored; nobody is signed in. Raises InvalidValue, EmailTaken."""
        ids = self.services.accounts.ids
        account = Account(
            id=ids.new_id(),
            email=parse_email(email),
            name=parse_name(name),
            role=role,
            ai_consent=False,
            created_at=datetime.fromtimestamp(0, UTC),  # the store puts its own time
        )
        owner = Owner(email=account.email, name=account.name)
        hashed = await self.services.accounts.new_passwords.hashed(password, owner)
        stored = await self.stores.accounts.add(account, hashed)
        await self.stores.audit.record(
            self.actor, ids.new_id(), Deed.ACCOUNT_CREATED, subject_id=stored.id, detail=f"as {stored.role}"
        )
        return stored

    async def all(self) -> list[Account]:
        """Newest first."""
        found: list[Account] = []
        after = None
        while True:
            page = await self.services.administration.page(self.actor, limit=1000, after=after)
            found += page.items
            after = page.next_after
            if after is None:
                return found

    async def set_role(self, email: str, role: UserRole) -> Account:
        """Raises InvalidValue, NotFound."""
        account = await self.services.administration.by_email(self.actor, email)
        return await self.services.administration.set_role(self.actor, account.id, role)

    async def remove_second_factor(self, email: str) -> Account:
        """Raises InvalidValue, NotFound."""
        account = await self.services.administration.by_email(self.actor, email)
        return await self.services.administration.remove_second_factor(self.actor, account.id)

    async def send_reset(self, email: str) -> None:
        """Raises InvalidValue, NotFound."""
        await self.services.credentials.send_reset(self.actor, email)

    async def trail(self, *, limit: int, since: datetime | None) -> Trail:
        """The newest audit entries."""
        return await self.services.administration.trail(self.actor, limit=limit, since=since)


@asynccontextmanager
async def user_office(settings: Settings, progress: Progress) -> AsyncIterator[UserOffice]:
    """Over the configured database, for as long as the block lasts. Raises what ``explain`` explains."""
    passwords = Argon2Passwords(settings.password_cost)
    try:
        async with ready_database(settings, progress) as place, stores_at(settings, place.dsn) as stores:
            services = await account_services(settings, stores, passwords, ConsoleMailer(sys.stdout))
            yield UserOffice(services=services, stores=stores, actor=operator())
    finally:
        passwords.close()


async def rotate_keys(settings: Settings, progress: Progress) -> SigningKey:
    """Raises Fault where the keys are in the operator's own file."""
    async with ready_database(settings, progress) as place, stores_at(settings, place.dsn) as stores:
        key = await rotated(stores.keys, settings.signing_keys)
        await stores.audit.record(operator(), RandomIds().new_id(), Deed.KEYS_ROTATED, detail=f"to {key.kid}")
        return key
