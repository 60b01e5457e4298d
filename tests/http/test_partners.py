"""The token endpoint speaks OAuth 2.0, and a partner's token is good for that partner's own, within its scopes."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID

import httpx
import jwt
import pytest
from tests.http.driving import World, completed, refusal, start

from credcore.accounts import Scope
from credcore.partners import Credentials

GRANT = {"grant_type": "client_credentials"}


async def ask(world: World, form: Any, auth: tuple[str, str] | None = None, **headers: str) -> httpx.Response:
    async with world.client(**headers) as anonymous:
        return await anonymous.post("/auth/token", data=form, auth=auth or httpx.USE_CLIENT_DEFAULT)


def basic(made: Credentials) -> tuple[str, str]:
    return str(made.client_id), made.client_secret


def in_form(made: Credentials) -> dict[str, str]:
    return {"client_id": str(made.client_id), "client_secret": made.client_secret}


def oauth_error(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"
    assert ("www-authenticate" in answer.headers) == (answer.status_code == 401)
    assert answer.json().keys() == {"error", "error_description"}
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize("way", ["basic", "form"])
async def test_client_credentials_give_a_token(world: World, way: str) -> None:
    made = await world.platform()
    form = GRANT if way == "basic" else {**GRANT, **in_form(made)}
    answer = await ask(world, form, basic(made) if way == "basic" else None)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()
    assert {**token, "access_token": ""} == {
        "access_token": "",
        "token_type": "Bearer",
        "expires_in": 86400,
        "scope": "assessments:write profiles:read recommendations:read",
    }
    claims = jwt.decode(token["access_token"], options={"verify_signature": False})
    assert claims["client_id"] == str(made.client_id)
    assert claims["sub"] != claims["client_id"]
    assert claims["scope"] == token["scope"]


async def test_both_halves_of_basic_may_be_percent_encoded(world: World) -> None:
    made = await world.platform()
    halves = ["".join(f"%{byte:02X}" for byte in half.encode()) for half in basic(made)]
    header = "Basic " + base64.b64encode(":".join(halves).encode()).decode()
    assert (await ask(world, GRANT, Authorization=header)).status_code == 200


async def test_a_client_gets_the_scopes_it_asks_for_and_no_other(world: World) -> None:
    made = await world.platform(frozenset({Scope.PROFILES_READ, Scope.ASSESSMENTS_WRITE}))
    less = await ask(world, {**GRANT, "scope": "profiles:read"}, basic(made))
    assert less.json()["scope"] == "profiles:read"
    assert (await ask(world, GRANT, basic(made))).json()["scope"] == "assessments:write profiles:read"
    for scope in ("recommendations:read", "profiles:read admin", "PROFILES:READ", " "):
        assert oauth_error(await ask(world, {**GRANT, "scope": scope}, basic(made))) == (400, "invalid_scope")


async def test_no_refusal_tells_an_unknown_client_from_a_wrong_secret(world: World) -> None:
    made = await world.platform()
    other = await world.platform()
    wrong = [
        (str(made.client_id), "wrong"),
        (str(made.client_id), other.client_secret),
        (str(made.client_id), ""),
        (str(world.services.ids.new_id()), made.client_secret),
        ("not-a-client", made.client_secret),
        ("", ""),
    ]
    answers = [await ask(world, GRANT, pair) for pair in wrong]
    assert {oauth_error(answer) for answer in answers} == {(401, "invalid_client")}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "invalid_request"),
        ("scope=profiles:read", "invalid_request"),
        ("grant_type=", "invalid_request"),
        ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        ("grant_type=client_credentials&scope=a&scope=b", "invalid_request"),
        ("grant_type=client_credentials&scope=%FF", "invalid_request"),
        ("grant_type=client_credentials&" + "&".join(f"a{n}=1" for n in range(60)), "invalid_request"),
        ("grant_type=password&username=a&password=b", "unsupported_grant_type"),
        ("grant_type=authorization_code&code=x", "unsupported_grant_type"),
        ("grant_type=client_credentials%00", "unsupported_grant_type"),
        ("grant_type=client_credentials&scope=%00", "invalid_scope"),
    ],
)
async def test_a_form_that_is_none_is_refused_in_the_words_of_oauth(world: World, body: str, error: str) -> None:
    made = await world.platform()
    async with world.client() as anonymous:
        answer = await anonymous.post(
            "/auth/token",
            content=body,
            auth=basic(made),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
    assert oauth_error(answer) == (400, error)


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Basic bm8tY29sb24=", "Basic /////w==", "Bearer x", "Digest x"]
)
async def test_a_header_that_is_not_basic_authenticates_no_client(world: World, header: str) -> None:
    assert oauth_error(await ask(world, GRANT, Authorization=header)) == (401, "invalid_client")


async def test_a_client_that_does_not_authenticate_is_refused(world: World) -> None:
    made = await world.platform()
    assert oauth_error(await ask(world, GRANT)) == (401, "invalid_client")
    assert oauth_error(await ask(world, {**GRANT, "client_id": str(made.client_id)})) == (401, "invalid_client")


async def test_a_client_authenticates_in_one_way_only(world: World) -> None:
    made, other = await world.platform(), await world.platform()
    both = {**GRANT, **in_form(made)}
    assert oauth_error(await ask(world, both, basic(made))) == (400, "invalid_request")
    another = {**GRANT, "client_id": str(other.client_id)}
    assert oauth_error(await ask(world, another, basic(made))) == (400, "invalid_request")
    same = {**GRANT, "client_id": str(made.client_id)}
    assert (await ask(world, same, basic(made))).status_code == 200
    encoded = quote_plus(base64.b64encode(":".join(basic(made)).encode()).decode(), safe="=")
    twice = [("Authorization", f"Basic {encoded}")] * 2
    async with world.client() as anonymous:
        answer = await anonymous.post("/auth/token", data=GRANT, headers=twice)
    assert oauth_error(answer) == (400, "invalid_request")


async def test_the_token_endpoint_takes_nothing_but_a_form(world: World) -> None:
    made = await world.platform()
    async with world.client() as anonymous:
        answer = await anonymous.post("/auth/token", json={**GRANT, **in_form(made)})
    assert refusal(answer) == (415, "malformed-body")


async def test_parameters_that_nobody_knows_are_ignored(world: World) -> None:
    made = await world.platform()
    assert (await ask(world, {**GRANT, "audience": "x", "resource": "y"}, basic(made))).status_code == 200


async def test_a_secret_is_replaced_without_an_outage(world: World) -> None:
    made = await world.platform()
    anew = await world.partners.rotate(made.client_id, overlap=timedelta(hours=1))
    assert (await ask(world, GRANT, basic(made))).status_code == 200
    assert (await ask(world, GRANT, basic(anew))).status_code == 200
    world.clock.advance(hours=1)
    assert oauth_error(await ask(world, GRANT, basic(made))) == (401, "invalid_client")
    assert (await ask(world, GRANT, basic(anew))).status_code == 200


async def test_a_partner_takes_a_learner_through_an_assessment_by_its_own_name_for_them(world: World) -> None:
    async with await world.partner() as partner:
        profile = await completed(partner, learnerRef="learner 7", aiConsent=True)
        assert (await partner.get(f"/profiles/{profile['assessmentId']}")).json() == profile
        found = await partner.get("/recommendations", params={"assessmentId": profile["assessmentId"]})
        assert found.json()["items"] == profile["recommendations"]
        [listed] = (await partner.get("/assessments")).json()["items"]
        assert listed["learnerRef"] == "learner 7"


async def test_a_partner_lists_one_learners_assessments(world: World) -> None:
    async with await world.partner() as partner:
        for learner in ("a", "b", "a"):
            await start(partner, learnerRef=learner)
        first = (await partner.get("/assessments", params={"learnerRef": "a", "limit": 1})).json()
        second = (await partner.get("/assessments", params={"learnerRef": "a", "cursor": first["nextCursor"]})).json()
        assert [entry["learnerRef"] for page in (first, second) for entry in page["items"]] == ["a", "a"]
        assert second["nextCursor"] is None
        assert (await partner.get("/assessments", params={"learnerRef": "c"})).json()["items"] == []
        assert refusal(await partner.get("/assessments?learnerRef=a&learnerRef=b")) == (422, "validation-failed")
        assert refusal(await partner.get("/assessments?learnerRef=%00")) == (422, "validation-failed")


async def test_a_partner_sees_only_its_own(world: World, student: httpx.AsyncClient) -> None:
    async with await world.partner() as one, await world.partner() as other:
        theirs = (await completed(one, learnerRef="same"))["assessmentId"]
        students = (await completed(student))["assessmentId"]
        for id in (theirs, students):
            for path in (f"/assessments/{id}", f"/profiles/{id}", f"/recommendations?assessmentId={id}"):
                assert refusal(await other.get(path)) == (404, "not-found")
        assert (await other.get("/assessments")).json()["items"] == []
        assert refusal(await student.get(f"/assessments/{theirs}")) == (404, "not-found")


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("assessments:write", {"/assessments"}),
        ("profiles:read", {"/profiles"}),
        ("recommendations:read", {"/recommendations"}),
    ],
)
async def test_a_token_is_good_for_its_scopes_alone(world: World, scope: str, allowed: set[str]) -> None:
    made = await world.platform()

    async def client(scope: str) -> httpx.AsyncClient:
        token = (await ask(world, {**GRANT, "scope": scope}, basic(made))).json()["access_token"]
        return world.client(token)

    async with await client("assessments:write") as writer:
        id = (await completed(writer))["assessmentId"]
    paths = {
        "/assessments": f"/assessments/{id}",
        "/profiles": f"/profiles/{id}",
        "/recommendations": f"/recommendations?assessmentId={id}",
    }
    async with await client(scope) as narrow:
        for name, path in paths.items():
            answer = await narrow.get(path)
            if name in allowed:
                assert answer.status_code == 200
            else:
                assert refusal(answer) == (403, "forbidden")


async def test_a_disabled_partners_token_is_dead_at_once(world: World) -> None:
    made = await world.platform()
    token = (await ask(world, GRANT, basic(made))).json()["access_token"]
    async with world.client(token) as partner:
        assert (await partner.get("/assessments")).status_code == 200
        claims = jwt.decode(token, options={"verify_signature": False})
        await world.partners.disable(UUID(claims["sub"]))
        assert refusal(await partner.get("/assessments")) == (401, "unauthenticated")
    assert oauth_error(await ask(world, GRANT, basic(made))) == (401, "invalid_client")
