"""What people do with their own accounts: change them, choose a password, see their sessions, have all, leave."""

from __future__ import annotations

import httpx
import pytest
from tests.http.driving import PASSWORD, FakeClock, World, completed, refusal, start

NEW = "seven brass kettles under a bridge"


async def _signed_in(world: World, email: str = "ada@example.org") -> dict[str, str]:
    async with world.client(**{"User-Agent": "A browser"}) as anonymous:
        body = {"email": email, "name": "Ada Lovelace", "password": PASSWORD, "aiConsent": True}
        return dict((await anonymous.post("/auth/register", json=body)).json())


async def _login(world: World, password: str, email: str = "ada@example.org") -> httpx.Response:
    async with world.client() as anonymous:
        return await anonymous.post("/auth/login", json={"email": email, "password": password})


async def _refresh(world: World, token: str) -> httpx.Response:
    async with world.client() as anonymous:
        return await anonymous.post("/auth/refresh", json={"refreshToken": token})


async def test_a_patch_changes_what_it_names_and_nothing_else(student: httpx.AsyncClient) -> None:
    before = (await student.get("/users/me")).json()
    assert (await student.patch("/users/me", json={})).json() == before
    named = (await student.patch("/users/me", json={"name": "Another Name"})).json()
    assert named == {**before, "name": "Another Name"}
    agreed = (await student.patch("/users/me", json={"aiConsent": True})).json()
    assert agreed == {**named, "aiConsent": True} == (await student.get("/users/me")).json()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": None}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"aiConsent": None}, "/aiConsent"),
        ({"aiConsent": "yes"}, "/aiConsent"),
        ({"email": "b@example.org"}, "/email"),
        ({"role": "admin"}, "/role"),
    ],
)
async def test_nothing_else_can_be_patched(student: httpx.AsyncClient, body: dict[str, object], pointer: str) -> None:
    before = (await student.get("/users/me")).json()
    answer = await student.patch("/users/me", json=body)
    assert refusal(answer) == (422, "validation-failed")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await student.get("/users/me")).json() == before


async def test_a_new_password_ends_other_sessions_and_all_access_tokens(world: World) -> None:
    mine = await _signed_in(world)
    other = (await _login(world, PASSWORD)).json()
    async with world.client(mine["accessToken"]) as student:
        body = {"currentPassword": PASSWORD, "newPassword": NEW}
        assert (await student.post("/users/me/password", json=body)).status_code == 204
        assert refusal(await student.get("/users/me")) == (401, "unauthenticated")
    assert refusal(await _login(world, PASSWORD)) == (401, "invalid-credentials")
    assert (await _login(world, NEW)).status_code == 200
    assert refusal(await _refresh(world, other["refreshToken"])) == (401, "unauthenticated")
    refreshed = await _refresh(world, mine["refreshToken"])
    async with world.client(refreshed.json()["accessToken"]) as student:
        assert (await student.get("/users/me")).status_code == 200


async def test_a_wrong_password_changes_nothing(world: World, student: httpx.AsyncClient) -> None:
    wrong = {"currentPassword": NEW, "newPassword": NEW}
    assert refusal(await student.post("/users/me/password", json=wrong)) == (401, "invalid-credentials")
    weak = {"currentPassword": PASSWORD, "newPassword": "iloveyouiloveyou"}
    answer = await student.post("/users/me/password", json=weak)
    assert refusal(answer) == (422, "validation-failed")
    assert answer.json()["errors"][0]["pointer"] == "/newPassword"
    assert (await student.get("/users/me")).status_code == 200


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short but good", "at least 15"),
        ("x9" * 65, "at most 128"),
        ("correcthorsebatterystaple", "stolen"),
        ("CorrectHorseBatteryStaple", "stolen"),
        ("administrator123", "stolen"),
        ("AdaLovelace-1815", "your name"),
        ("ada.lovelace@example.org!", "your name"),
        ("Credcore-Credcore-2", "your name"),
        ("abcabcabcabcabcabc", "repeated"),
        ("abcdefghijklmnopqrstuvw", "in a row"),
        ("987654321098765432", "repeated"),
    ],
)
async def test_a_password_that_a_guesser_tries_early_is_refused_with_a_reason(
    world: World, password: str, reason: str
) -> None:
    body = {"email": "ada.lovelace@example.org", "name": "Ada Lovelace", "password": password}
    async with world.client() as anonymous:
        answer = await anonymous.post("/auth/register", json=body)
    assert refusal(answer) == (422, "validation-failed")
    [error] = answer.json()["errors"]
    assert error["pointer"] == "/password"
    assert reason in error["detail"]
    assert password not in answer.text


@pytest.mark.parametrize(
    "password",
    [
        "Ada likes long walks",
        "fünfzehn\u00a0Zeichen",
        "пароль из многих слов",
        "x1!" + "long enough " * 10,
        " leading and trailing ",
    ],
)
async def test_any_other_password_of_fifteen_to_128_characters_is_taken(world: World, password: str) -> None:
    body = {"email": "ada@example.org", "name": "Ada", "password": password}
    async with world.client() as anonymous:
        assert (await anonymous.post("/auth/register", json=body)).status_code == 201
        again = {"email": "ada@example.org", "password": password}
        assert (await anonymous.post("/auth/login", json=again)).status_code == 200


async def test_sessions_show_where_the_account_is_signed_in(world: World, clock: FakeClock) -> None:
    first = await _signed_in(world)
    clock.advance(minutes=5)
    await _login(world, PASSWORD)
    async with world.client(first["accessToken"]) as student:
        page = (await student.get("/users/me/sessions")).json()
        assert [(s["current"], s["startedAt"], s["address"]) for s in page["items"]] == [
            (False, "2026-11-22T09:35:00Z", "127.0.0.1"),
            (True, "2026-11-22T09:30:00Z", "127.0.0.1"),
        ]
        assert page["items"][1]["userAgent"] == "A browser"
        assert page["nextCursor"] is None
        one = (await student.get("/users/me/sessions", params={"limit": 1})).json()
        rest = (await student.get("/users/me/sessions", params={"cursor": one["nextCursor"]})).json()
        assert one["items"] + rest["items"] == page["items"]


async def test_an_ended_session_is_over_at_once_and_others_go_on(world: World) -> None:
    mine, other = await _signed_in(world), (await _login(world, PASSWORD)).json()
    async with world.client(mine["accessToken"]) as student, world.client(other["accessToken"]) as elsewhere:
        items = (await student.get("/users/me/sessions")).json()["items"]
        [theirs] = [session["sessionId"] for session in items if not session["current"]]
        assert (await elsewhere.get("/users/me")).status_code == 200
        assert (await student.delete(f"/users/me/sessions/{theirs}")).status_code == 204
        assert refusal(await elsewhere.get("/users/me")) == (401, "unauthenticated")
        assert refusal(await _refresh(world, other["refreshToken"])) == (401, "unauthenticated")
        assert refusal(await student.delete(f"/users/me/sessions/{theirs}")) == (404, "not-found")
        assert len((await student.get("/users/me/sessions")).json()["items"]) == 1
        assert (await _refresh(world, mine["refreshToken"])).status_code == 200


async def test_logging_out_ends_the_access_token_too(world: World) -> None:
    tokens = await _signed_in(world)
    async with world.client(tokens["accessToken"]) as student:
        assert (await student.get("/users/me")).status_code == 200
        await student.post("/auth/logout", json={"refreshToken": tokens["refreshToken"]})
        assert refusal(await student.get("/users/me")) == (401, "unauthenticated")


@pytest.mark.parametrize("id", ["019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11", "nonsense"])
async def test_a_session_that_is_not_the_callers_is_not_found(student: httpx.AsyncClient, id: str) -> None:
    assert refusal(await student.delete(f"/users/me/sessions/{id}")) == (404, "not-found")


async def test_an_export_is_one_document_to_keep(world: World) -> None:
    tokens = await _signed_in(world)
    async with world.client(tokens["accessToken"]) as student:
        profile = await completed(student)
        answer = await student.get("/users/me/export")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="credcore-export.json"'
    assert answer.headers["cache-control"] == "no-store"
    document = answer.json()
    assert (document["format"], document["exportedAt"]) == ("credcore-export-1", "2026-11-22T09:30:00Z")
    [account] = document["held"]["account"]
    assert (account["email"], account["aiConsent"]) == ("ada@example.org", True)
    assert account["aiConsentVersion"]
    assert len(document["held"]["answers"]) == len(profile["answers"])
    assert PASSWORD not in answer.text


async def test_erasing_takes_the_password_and_ends_everything_at_once(world: World) -> None:
    tokens = await _signed_in(world)
    async with world.client(tokens["accessToken"]) as student:
        begun = await start(student, form="screener")
        wrong = await student.request("DELETE", "/users/me", json={"password": NEW})
        assert refusal(wrong) == (401, "invalid-credentials")
        assert (await student.get("/users/me")).status_code == 200
        assert (await student.request("DELETE", "/users/me", json={"password": PASSWORD})).status_code == 204
        for path in ("/users/me", "/users/me/export", "/assessments", f"/assessments/{begun['assessmentId']}"):
            assert refusal(await student.get(path)) == (401, "unauthenticated")
    assert refusal(await _refresh(world, tokens["refreshToken"])) == (401, "unauthenticated")
    assert refusal(await _login(world, PASSWORD)) == (401, "invalid-credentials")
    assert (await _signed_in(world))["userId"] != tokens["userId"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/users/me"),
        ("DELETE", "/users/me"),
        ("POST", "/users/me/password"),
        ("POST", "/users/me/totp/confirm"),
    ],
)
async def test_a_dead_token_is_told_so_before_its_body_is_complained_about(
    world: World, student: httpx.AsyncClient, method: str, path: str
) -> None:
    assert (await student.request("DELETE", "/users/me", json={"password": PASSWORD})).status_code == 204
    assert refusal(await student.request(method, path, json={"unknown": 1})) == (401, "unauthenticated")
