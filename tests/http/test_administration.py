"""Administrators give roles and let people back in; whoever sees other people's data is reminded of a second factor."""

from __future__ import annotations

import re

import httpx
import pyotp
import pytest
from tests.http.driving import PASSWORD, FakeClock, World, refusal
from tests.http.people import Mailbox

from credcore.accounts import UserRole
from credcore.audit import Deed

NEW = "seven brass kettles under a bridge"
NOBODY = "019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11"


async def _person(world: World, role: UserRole, email: str) -> tuple[httpx.AsyncClient, str]:
    signed_in = await world.services.accounts.register(email=email, name="A Person", password=PASSWORD, role=role)
    return world.client(world.tokens.issue(signed_in.caller)), str(signed_in.account.id)


async def _login(world: World, email: str, password: str = PASSWORD) -> httpx.Response:
    async with world.client() as anonymous:
        return await anonymous.post("/auth/login", json={"email": email, "password": password})


async def _reset(world: World, token: str, password: str = NEW) -> httpx.Response:
    async with world.client() as anonymous:
        return await anonymous.post("/auth/reset", json={"token": token, "newPassword": password})


def _mailed_token(world: World) -> str:
    mailer = world.services.credentials.mailer
    assert isinstance(mailer, Mailbox)
    found = re.search(r"^[\w-]{43}$", mailer.mails[-1].text, re.MULTILINE)
    assert found
    return found[0]


async def test_a_role_counts_from_the_next_token_on_and_is_recorded(world: World) -> None:
    admin, admin_id = await _person(world, UserRole.ADMIN, "root@example.org")
    student, student_id = await _person(world, UserRole.STUDENT, "ada@example.org")
    async with admin, student:
        answer = await admin.patch(f"/admin/users/{student_id}", json={"role": "advisor"})
        assert (answer.status_code, answer.json()["role"]) == (200, "advisor")
        assert refusal(await student.get("/users/me")) == (401, "unauthenticated")
    anew = (await _login(world, "ada@example.org")).json()["accessToken"]
    async with world.client(anew) as advisor:
        assert (await advisor.get("/users/me")).json()["role"] == "advisor"
    [entry] = world.state.audit
    assert (entry.deed, str(entry.actor_id), str(entry.subject_id)) == (Deed.ROLE_CHANGED, admin_id, student_id)
    assert (entry.detail, entry.address, entry.at) == ("from student to advisor", "127.0.0.1", world.clock())


@pytest.mark.parametrize("role", [UserRole.STUDENT, UserRole.ADVISOR])
async def test_nobody_else_administers(world: World, role: UserRole) -> None:
    client, id = await _person(world, role, "ada@example.org")
    async with client:
        for path in (f"/admin/users/{id}", f"/admin/users/{NOBODY}", "/admin/users/nonsense"):
            assert refusal(await client.patch(path, json={"role": "admin"})) == (403, "forbidden")
            assert refusal(await client.patch(path, json={"nonsense": 1})) == (403, "forbidden")
            assert refusal(await client.post(f"{path}/reset")) == (403, "forbidden")
    assert world.state.audit == []


@pytest.mark.parametrize("id", [NOBODY, "nonsense"])
async def test_who_is_not_there_is_not_found_whatever_the_body(world: World, id: str) -> None:
    admin, _ = await _person(world, UserRole.ADMIN, "root@example.org")
    async with admin:
        for body in ({"role": "advisor"}, {"role": "emperor"}):
            assert refusal(await admin.patch(f"/admin/users/{id}", json=body)) == (404, "not-found")
        assert refusal(await admin.post(f"/admin/users/{id}/reset")) == (404, "not-found")


async def test_a_role_that_there_is_not_is_refused(world: World) -> None:
    admin, id = await _person(world, UserRole.ADMIN, "root@example.org")
    async with admin:
        answer = await admin.patch(f"/admin/users/{id}", json={"role": "emperor"})
    assert refusal(answer) == (422, "validation-failed")


async def test_a_forgotten_password_is_replaced_with_a_link_that_is_good_once(world: World) -> None:
    admin, _ = await _person(world, UserRole.ADMIN, "root@example.org")
    student, id = await _person(world, UserRole.STUDENT, "ada@example.org")
    async with admin, student:
        assert (await admin.post(f"/admin/users/{id}/reset")).status_code == 204
        token = _mailed_token(world)
        weak = await _reset(world, token, "iloveyouiloveyou")
        assert refusal(weak) == (422, "validation-failed")
        assert (await _reset(world, token)).status_code == 204
        assert refusal(await student.get("/users/me")) == (401, "unauthenticated")
    assert refusal(await _reset(world, token)) == (401, "unauthenticated")
    assert refusal(await _login(world, "ada@example.org")) == (401, "invalid-credentials")
    assert (await _login(world, "ada@example.org", NEW)).status_code == 200
    assert Deed.RESET_ISSUED in {entry.deed for entry in world.state.audit}


async def test_a_link_is_good_for_an_hour(world: World, clock: FakeClock) -> None:
    admin, _ = await _person(world, UserRole.ADMIN, "root@example.org")
    _, id = await _person(world, UserRole.STUDENT, "ada@example.org")
    async with admin:
        await admin.post(f"/admin/users/{id}/reset")
    clock.advance(hours=1)
    assert refusal(await _reset(world, _mailed_token(world))) == (401, "unauthenticated")


@pytest.mark.parametrize("token", ["", "unknown", "x" * 1000, "nul\x00"])
async def test_an_unknown_token_is_refused_before_the_password_is_looked_at(world: World, token: str) -> None:
    answers = [await _reset(world, token, password) for password in (NEW, "short")]
    assert [refusal(answer) for answer in answers] == [(401, "unauthenticated")] * 2
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("role", "reminded"), [(UserRole.STUDENT, False), (UserRole.ADVISOR, True), (UserRole.ADMIN, True)]
)
async def test_whoever_sees_others_is_reminded_until_they_have_a_second_factor(
    world: World, clock: FakeClock, role: UserRole, reminded: bool
) -> None:
    client, _ = await _person(world, role, "ada@example.org")
    async with client:
        for answer in (await _login(world, "ada@example.org"), await client.get("/users/me")):
            assert answer.headers.get("credcore-reminder") == ("second-factor" if reminded else None)
        secret = (await client.post("/users/me/totp")).json()["secret"]
        await client.post("/users/me/totp/confirm", json={"code": pyotp.TOTP(secret).at(clock())})
        assert "credcore-reminder" not in (await client.get("/users/me")).headers
