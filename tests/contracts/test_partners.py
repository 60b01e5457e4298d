"""PartnerStore and ClientStore: a secret opens its own client's partner, until it is replaced or disabled."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from builders import FakeClock, ids
from credcore.accounts import CallerKind, Scope, token_hash
from credcore.errors import NotFound, Unauthenticated
from credcore.partners import InvalidClient, PartnerNameTaken

ALL = frozenset(Scope)
READ = frozenset({Scope.PROFILES_READ})


async def made(stores, name: str = "A platform", scopes: frozenset[Scope] = ALL) -> tuple[UUID, UUID]:
    """Partner and client, with the secret ``first``."""
    partner_id, client_id = ids.new_id(), ids.new_id()
    await stores.partners.add(partner_id, name, client_id, scopes, token_hash(f"first {client_id}"))
    return partner_id, client_id


async def caller(stores, client_id: UUID, secret: str = "first"):
    return (await stores.partners.authenticate(client_id, token_hash(f"{secret} {client_id}"))).caller


async def test_a_secret_opens_its_client_with_all_its_scopes(stores):
    partner_id, client_id = await made(stores, scopes=READ)
    grant = await stores.partners.authenticate(client_id, token_hash(f"first {client_id}"))
    assert grant.client_id == client_id
    assert grant.caller == await caller(stores, client_id)
    assert (grant.caller.id, grant.caller.kind, grant.caller.scopes) == (partner_id, CallerKind.PARTNER, READ)
    assert (await stores.assessments.page(grant.caller, limit=1, after=None)).items == ()


async def test_no_other_secret_does(stores):
    _, client_id = await made(stores)
    _, other_id = await made(stores, "Another")
    for wrong in (token_hash("wrong"), token_hash(f"first {other_id}"), b""):
        with pytest.raises(InvalidClient):
            await stores.partners.authenticate(client_id, wrong)
    with pytest.raises(InvalidClient):
        await stores.partners.authenticate(ids.new_id(), token_hash(f"first {client_id}"))


async def test_a_name_is_had_by_one_partner(stores):
    await made(stores)
    with pytest.raises(PartnerNameTaken):
        await made(stores)
    assert len(await stores.partners.all()) == 1


async def test_a_partner_has_several_clients_with_scopes_of_their_own(stores):
    partner_id, client_id = await made(stores)
    second = ids.new_id()
    await stores.partners.add_client(partner_id, second, READ, token_hash(f"first {second}"))
    assert (await caller(stores, second)).id == (await caller(stores, client_id)).id == partner_id
    assert (await caller(stores, second)).scopes == READ
    with pytest.raises(NotFound):
        await stores.partners.add_client(ids.new_id(), ids.new_id(), READ, b"x")


async def test_a_rotated_secret_works_beside_the_new_one_until_the_overlap_is_over(stores, clock: FakeClock):
    _, client_id = await made(stores)
    before = await caller(stores, client_id)
    await stores.partners.add_secret(client_id, token_hash(f"second {client_id}"), timedelta(hours=24))
    clock.move(hours=23, minutes=59)
    assert await caller(stores, client_id) == await caller(stores, client_id, "second") == before
    clock.move(minutes=1)
    with pytest.raises(InvalidClient):
        await caller(stores, client_id)
    assert await caller(stores, client_id, "second") == before


async def test_a_later_rotation_never_makes_a_secret_live_longer(stores, clock: FakeClock):
    _, client_id = await made(stores)
    await stores.partners.add_secret(client_id, token_hash(f"second {client_id}"), timedelta(hours=1))
    await stores.partners.add_secret(client_id, token_hash(f"third {client_id}"), timedelta(hours=24))
    clock.move(hours=1)
    with pytest.raises(InvalidClient):
        await caller(stores, client_id)
    await caller(stores, client_id, "second")
    await caller(stores, client_id, "third")


async def test_a_rotation_without_overlap_ends_the_old_secret_and_the_tokens_it_got(stores):
    _, client_id = await made(stores)
    token = await caller(stores, client_id)
    await stores.partners.add_secret(client_id, token_hash(f"second {client_id}"), timedelta())
    with pytest.raises(InvalidClient):
        await caller(stores, client_id)
    with pytest.raises(Unauthenticated):
        await stores.assessments.page(token, limit=1, after=None)
    await stores.assessments.page(await caller(stores, client_id, "second"), limit=1, after=None)


async def test_a_disabled_partner_is_out_at_once_and_stays_out(stores):
    partner_id, client_id = await made(stores)
    token = await caller(stores, client_id)
    await stores.partners.disable(partner_id)
    await stores.partners.disable(partner_id)
    with pytest.raises(InvalidClient):
        await caller(stores, client_id)
    with pytest.raises(Unauthenticated):
        await stores.assessments.page(token, limit=1, after=None)
    with pytest.raises(NotFound):
        await stores.partners.add_secret(client_id, b"x", timedelta(hours=1))
    with pytest.raises(NotFound):
        await stores.partners.add_client(partner_id, ids.new_id(), ALL, b"x")


async def test_a_disabled_client_is_out_at_once_and_the_others_fetch_a_new_token(stores):
    partner_id, client_id = await made(stores)
    second = ids.new_id()
    await stores.partners.add_client(partner_id, second, READ, token_hash(f"first {second}"))
    token = await caller(stores, client_id)
    await stores.partners.disable(client_id)
    with pytest.raises(InvalidClient):
        await caller(stores, client_id)
    with pytest.raises(Unauthenticated):
        await stores.assessments.page(token, limit=1, after=None)
    await stores.assessments.page(await caller(stores, second), limit=1, after=None)
    with pytest.raises(NotFound):
        await stores.partners.add_secret(client_id, b"x", timedelta(hours=1))


async def test_a_client_of_a_disabled_partner_can_still_be_disabled_and_that_lets_nobody_in(stores, clock: FakeClock):
    partner_id, client_id = await made(stores)
    await stores.partners.disable(partner_id)
    out_since = clock.now
    clock.move(hours=1)
    await stores.partners.disable(client_id)
    [listed] = await stores.partners.all()
    assert (listed.disabled_at, listed.clients[0].disabled_at) == (out_since, clock.now)
    with pytest.raises(InvalidClient):
        await caller(stores, client_id)


@pytest.mark.parametrize("whose", ["nobody's", "a person's"])
async def test_only_partners_and_clients_can_be_disabled(stores, whose):
    person = await stores.person()
    with pytest.raises(NotFound):
        await stores.partners.disable(person.id if whose == "a person's" else ids.new_id())
    await stores.accounts.of(person)


async def test_all_partners_are_listed_with_their_clients_oldest_first(stores, clock: FakeClock):
    first, client_id = await made(stores, "First", READ)
    second, _ = await made(stores, "Second")
    begun = clock.now
    await stores.partners.add_secret(client_id, b"x", timedelta(hours=1))
    await stores.partners.disable(second)
    listed = await stores.partners.all()
    assert [(p.id, p.name, p.created_at, p.disabled_at) for p in listed] == [
        (first, "First", begun, None),
        (second, "Second", begun, begun),
    ]
    [client] = listed[0].clients
    assert (client.id, client.scopes, client.created_at, client.disabled_at) == (client_id, READ, begun, None)
    assert client.secrets == 2
    clock.move(hours=2)
    assert (await stores.partners.all())[0].clients[0].secrets == 1


async def test_a_partner_lists_what_one_of_its_learners_did(stores):
    partner, other = await stores.partner(), await stores.partner()
    first = await stores.begin(partner, learner_ref="a")
    await stores.begin(partner, learner_ref="b")
    second = await stores.begin(partner, learner_ref="a")
    await stores.begin(other, learner_ref="a")
    page = await stores.assessments.page(partner, limit=1, after=None, learner_ref="a")
    assert [shown.assessment.id for shown in page.items] == [second.id]
    rest = await stores.assessments.page(partner, limit=9, after=page.next_after, learner_ref="a")
    assert [shown.assessment.id for shown in rest.items] == [first.id]
    assert (await stores.assessments.page(partner, limit=9, after=None, learner_ref="c")).items == ()
