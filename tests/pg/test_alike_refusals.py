"""Unknown and wrong cost the same: the same statements in the same order, and as many hashes.

How long they take is measured in tests/faults/test_timing_tells_nothing.py.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from tests.pg.counted import Counted

from builders import FakeClock, account, ids
from credcore.accounts import Scope, token_hash
from credcore.audit import OPERATOR
from credcore.errors import InvalidCredentials, Refused, Unauthenticated
from credcore.partners import InvalidClient
from credcore.services.partners import ClientGrants
from credcore_app.account_wiring import AccountServices, account_services
from credcore_app.mail import ConsoleMailer
from credcore_app.settings import Settings
from credcore_pg import DatabaseSettings, PostgresStores, open_stores
from world import PlainHasher

PASSWORD, WRONG, LONG = "correct horse battery", "a wrong one of some length", "x" * 1000
HOUR = timedelta(hours=1)


class CountingHasher(PlainHasher):
    def __init__(self) -> None:
        super().__init__()
        self.hashed = 0

    async def hash(self, password: str) -> str:
        self.hashed += 1
        return await super().hash(password)

    def take(self) -> tuple[int, int]:
        """Comparisons and new hashes since it was asked last."""
        made = len(self.verified), self.hashed
        self.verified, self.hashed = [], 0
        return made


@dataclass(frozen=True, kw_only=True)
class Door:
    stores: PostgresStores
    services: AccountServices
    hasher: CountingHasher
    clients: ClientGrants

    async def cost(self, attempt: Awaitable[object], refusal: type[Refused]) -> tuple[list[str], tuple[int, int]]:
        """What goes to the database, and which hashes are made, until the refusal."""
        self.hasher.take()
        async with Counted(self.stores).statements() as seen:
            with pytest.raises(refusal) as refused:
                await attempt
        assert type(refused.value) is refusal
        assert not refused.value.args
        return seen, self.hasher.take()

    async def settle(self) -> None:
        """What falls to whoever comes first, whoever it is: the driver learns its types, old limits are swept away."""
        await self.services.attempts.admit(address="192.0.2.8")

    async def log_in(self, email: str, password: str = WRONG, code: str | None = None) -> None:
        await self.services.attempts.admit(address="192.0.2.7", account=email)
        await self.services.accounts.login(email=email, password=password, code=code)

    async def reset(self, token: str) -> None:
        await self.services.attempts.admit(address="192.0.2.7")
        await self.services.credentials.reset(token, "seven brass kettles under a bridge")

    async def grant(self, client_id: object, secret: str) -> None:
        await self.services.attempts.admit(address="192.0.2.7", account=str(client_id))
        await self.clients.grant(str(client_id), secret, None)


@pytest.fixture
async def door(clean_dsn: str, clock: FakeClock) -> AsyncIterator[Door]:
    async with open_stores(DatabaseSettings(dsn=clean_dsn, pool_size=1), clock=clock) as stores:
        hasher = CountingHasher()
        services = await account_services(Settings(), stores, hasher, ConsoleMailer(sys.stdout))
        made = Door(stores=stores, services=services, hasher=hasher, clients=ClientGrants(store=stores.partners))
        await made.settle()
        yield made


async def _account(door: Door, email: str, *, second_factor: bool = False) -> None:
    made = await door.stores.accounts.add(account(email), await PlainHasher().hash(PASSWORD))
    if second_factor:
        await door.stores.second_factors.begin(made.caller, "SECRET")
        await door.stores.second_factors.confirm(made.caller, 1, [b"recovery"])


@pytest.mark.parametrize("code", [None, "123456", "not a code at all"])
@pytest.mark.parametrize("password", [WRONG, LONG, "", "\x00\ud800"])
async def test_an_unknown_address_costs_what_a_wrong_password_costs(
    door: Door, password: str, code: str | None
) -> None:
    await _account(door, "ada@example.org")
    await _account(door, "eve@example.org", second_factor=True)
    emails = ("ada@example.org", "eve@example.org", "nobody@example.org")
    costs = [await door.cost(door.log_in(email, password, code), InvalidCredentials) for email in emails]
    statements, hashes = costs[0]
    assert costs == [costs[0]] * 3
    assert (len(statements), hashes) == (2, (1, 0)), "a try that is counted, an account that is looked for; one hash"


async def test_a_right_password_costs_more_so_that_the_count_counts(door: Door) -> None:
    await _account(door, "ada@example.org")
    async with Counted(door.stores).statements() as seen:
        await door.log_in("ada@example.org", PASSWORD)
    assert len(seen) > 2


async def test_an_unknown_reset_costs_what_one_that_is_void_spent_or_too_old_costs(
    door: Door, clock: FakeClock
) -> None:
    for name in ("void", "spent", "old"):
        await _account(door, f"{name}@example.org")
        await _reset(door, name, f"token {name}")
    await _reset(door, "void", "the next token")
    assert await door.stores.passwords.spend_reset(token_hash("token spent"), "a hash")
    tokens = ("nobody's", "token void", "token spent")
    costs = [await door.cost(door.reset(token), Unauthenticated) for token in tokens]
    clock.move(hours=2)
    await door.settle()
    costs.append(await door.cost(door.reset("token old"), Unauthenticated))
    statements, hashes = costs[0]
    assert costs == [costs[0]] * 4
    assert (len(statements), hashes) == (3, (0, 0))


async def _reset(door: Door, name: str, token: str) -> None:
    opened = await door.stores.passwords.open_reset(
        OPERATOR, ids.new_id(), f"{name}@example.org", token_hash(token), HOUR
    )
    assert opened


async def test_an_unknown_client_costs_what_a_wrong_secret_costs(door: Door, clock: FakeClock) -> None:
    clients = {name: ids.new_id() for name in ("lms", "other", "disabled", "rotated")}
    for name, id in clients.items():
        await door.stores.partners.add(ids.new_id(), name, id, frozenset(Scope), token_hash(f"secret {name}"))
    await door.stores.partners.disable(clients["disabled"])
    await door.stores.partners.add_secret(clients["rotated"], token_hash("a new one"), HOUR)
    clock.move(hours=2)
    await door.settle()
    tries = [
        (ids.new_id(), "secret lms"),
        (clients["lms"], "wrong"),
        (clients["lms"], "secret other"),
        (clients["lms"], ""),
        (clients["disabled"], "secret disabled"),
        (clients["rotated"], "secret rotated"),
    ]
    costs = [await door.cost(door.grant(*one), InvalidClient) for one in tries]
    statements, hashes = costs[0]
    assert costs == [costs[0]] * len(tries)
    assert (len(statements), hashes) == (2, (0, 0))
