"""Partner platforms: their clients, the secrets of these, and what they exchange them for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import FakeClock, TickingClock, ids
from credcore.accounts import CallerKind, Scope, token_hash
from credcore.errors import InvalidValue, NotFound, Unauthenticated
from credcore.memory import MemoryAudit, MemoryPartners, MemoryState, RandomIds
from credcore.partners import (
    Credentials,
    InvalidClient,
    InvalidScope,
    PartnerNameTaken,
    granted,
    parse_scopes,
    written,
)
from credcore.services.partners import ClientGrants, Partners

ALL = frozenset(Scope)
READ = frozenset({Scope.PROFILES_READ})


class Platforms:
    """The operator's side and the clients' side over one memory state."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.state = MemoryState(clock=self.clock)
        store = MemoryPartners(self.state)
        self.audit = MemoryAudit(self.state)
        self.partners = Partners(store=store, audit=self.audit, ids=RandomIds(TickingClock()))
        self.grants = ClientGrants(store=store)

    async def scopes(self, credentials: Credentials, scope: str | None = None) -> frozenset[Scope]:
        grant = await self.grants.grant(str(credentials.client_id), credentials.client_secret, scope)
        return grant.caller.scopes


@pytest.fixture
def platforms() -> Platforms:
    return Platforms()


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        ("profiles:read", READ),
        ("  profiles:read  profiles:read ", READ),
        (" ".join(Scope), ALL),
    ],
)
def test_scopes_are_words_in_any_order_and_number(text: str, scopes: frozenset[Scope]) -> None:
    assert parse_scopes(text) == scopes
    assert parse_scopes(written(scopes)) == scopes


@pytest.mark.parametrize("text", ["", "  ", "profiles:read everything", "profiles:read,assessments:write", "*"])
def test_what_is_no_scope_or_none_at_all_is_refused(text: str) -> None:
    with pytest.raises(InvalidScope):
        parse_scopes(text)


def test_scopes_are_written_in_one_order() -> None:
    assert written(reversed(Scope)) == written(Scope) == "assessments:write profiles:read recommendations:read"


def test_a_client_gets_what_it_has_or_the_part_it_asks_for_and_never_more() -> None:
    assert granted(ALL, None) == ALL
    assert granted(ALL, "profiles:read") == READ
    assert granted(READ, "profiles:read") == READ
    with pytest.raises(InvalidScope):
        granted(READ, "profiles:read assessments:write")


async def test_a_new_partner_s_first_client_speaks_for_it(platforms: Platforms) -> None:
    made = await platforms.partners.create(" Campus ", READ)
    partner = await platforms.partners.named("Campus")
    grant = await platforms.grants.grant(str(made.client_id), made.client_secret, None)
    assert grant.client_id == made.client_id
    assert (grant.caller.id, grant.caller.kind, grant.caller.scopes) == (partner.id, CallerKind.PARTNER, READ)
    assert [(client.id, client.secrets) for client in partner.clients] == [(made.client_id, 1)]


async def test_a_client_may_ask_for_less_than_it_has_and_gets_no_more(platforms: Platforms) -> None:
    made = await platforms.partners.create("Campus", ALL)
    assert await platforms.scopes(made, "profiles:read") == READ
    reader = await platforms.partners.add_client("Campus", READ)
    with pytest.raises(InvalidScope):
        await platforms.scopes(reader, "assessments:write")


async def test_a_secret_is_kept_as_its_hash_alone(platforms: Platforms) -> None:
    made = await platforms.partners.create("Campus", ALL)
    for credentials in (
        made,
        await platforms.partners.add_client("Campus", ALL),
        await platforms.partners.rotate(made.client_id),
    ):
        client_id, secret = credentials.client_id, credentials.client_secret
        assert (await platforms.grants.store.authenticate(client_id, token_hash(secret))).client_id == client_id
        with pytest.raises(InvalidClient):
            await platforms.grants.store.authenticate(client_id, secret.encode())


async def test_a_name_is_one_line_and_had_by_one_partner(platforms: Platforms) -> None:
    await platforms.partners.create("Campus", ALL)
    with pytest.raises(PartnerNameTaken):
        await platforms.partners.create(" Campus", ALL)
    for name in ("", "two\nlines", "x" * 201):
        with pytest.raises(InvalidValue) as refused:
            await platforms.partners.create(name, ALL)
        assert refused.value.pointer == "/name"


async def test_a_partner_has_clients_with_scopes_of_their_own(platforms: Platforms) -> None:
    writer = await platforms.partners.create("Campus", ALL)
    reader = await platforms.partners.add_client("Campus", READ)
    assert await platforms.scopes(writer) == ALL
    assert await platforms.scopes(reader) == READ
    with pytest.raises(NotFound):
        await platforms.partners.add_client("Nobody", READ)


@pytest.mark.parametrize("client_id", ["", "no id", "'; --", "00000000000000000000000000000000"])
async def test_a_malformed_client_id_is_an_invalid_client(platforms: Platforms, client_id: str) -> None:
    with pytest.raises(InvalidClient):
        await platforms.grants.grant(client_id, "secret", None)


async def test_an_unknown_client_is_not_told_from_a_wrong_secret(platforms: Platforms) -> None:
    made = await platforms.partners.create("Campus", ALL)
    other = await platforms.partners.create("School", ALL)
    for client_id, secret in (
        (made.client_id, "wrong"),
        (made.client_id, other.client_secret),
        (ids.new_id(), made.client_secret),
    ):
        with pytest.raises(InvalidClient) as refused:
            await platforms.grants.grant(str(client_id), secret, None)
        assert str(refused.value) == ""


async def test_a_rotated_secret_works_beside_the_new_one_for_a_day(platforms: Platforms) -> None:
    made = await platforms.partners.create("Campus", ALL)
    new = await platforms.partners.rotate(made.client_id)
    platforms.clock.move(hours=24, microseconds=-1)
    assert await platforms.scopes(made) == await platforms.scopes(new) == ALL
    platforms.clock.move(microseconds=1)
    with pytest.raises(InvalidClient):
        await platforms.scopes(made)
    assert await platforms.scopes(new) == ALL


async def test_a_leaked_secret_is_replaced_at_once_and_its_tokens_are_dead(platforms: Platforms) -> None:
    made = await platforms.partners.create("Campus", ALL)
    token = (await platforms.grants.grant(str(made.client_id), made.client_secret, None)).caller
    new = await platforms.partners.rotate(made.client_id, overlap=timedelta())
    with pytest.raises(InvalidClient):
        await platforms.scopes(made)
    with pytest.raises(Unauthenticated):
        platforms.state.admit(token)
    platforms.state.admit((await platforms.grants.grant(str(new.client_id), new.client_secret, None)).caller)


async def test_a_disabled_partner_is_out_with_all_its_clients(platforms: Platforms) -> None:
    made = await platforms.partners.create("Campus", ALL)
    second = await platforms.partners.add_client("Campus", READ)
    await platforms.partners.disable((await platforms.partners.named("Campus")).id)
    for credentials in (made, second):
        with pytest.raises(InvalidClient):
            await platforms.scopes(credentials)
    with pytest.raises(NotFound):
        await platforms.partners.rotate(made.client_id)
    assert (await platforms.partners.named("Campus")).disabled_at == platforms.clock.now


async def test_a_disabled_client_leaves_the_others_in(platforms: Platforms) -> None:
    made = await platforms.partners.create("Campus", ALL)
    second = await platforms.partners.add_client("Campus", READ)
    await platforms.partners.disable(made.client_id)
    with pytest.raises(InvalidClient):
        await platforms.scopes(made)
    assert await platforms.scopes(second) == READ


async def test_what_there_is_not_is_neither_rotated_nor_disabled(platforms: Platforms) -> None:
    with pytest.raises(NotFound):
        await platforms.partners.rotate(ids.new_id())
    with pytest.raises(NotFound):
        await platforms.partners.disable(ids.new_id())


async def test_a_grant_has_the_epoch_that_stores_check(platforms: Platforms) -> None:
    made = await platforms.partners.create("Campus", ALL)
    caller = (await platforms.grants.grant(str(made.client_id), made.client_secret, "profiles:read")).caller
    platforms.state.admit(caller)
    with pytest.raises(Unauthenticated):
        platforms.state.admit(replace(caller, epoch=caller.epoch + 1))
