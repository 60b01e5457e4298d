"""Who was let in and who was not stands in the log: each request is one line, with its route and its status."""

from __future__ import annotations

from tests.http.driving import PASSWORD, World

from credcore.accounts import Scope


async def test_who_was_let_in_and_who_was_refused_are_lines_alike(world: World) -> None:
    email = {"email": "ada@example.org"}
    async with world.client() as anonymous:
        await anonymous.post("/auth/register", json={**email, "name": "Ada", "password": PASSWORD})
        for password in (PASSWORD, "wrong"):
            await anonymous.post("/auth/login", json={**email, "password": password})
        await anonymous.get("/users/me")
        for _ in range(8):
            await anonymous.post("/auth/login", json={**email, "password": "wrong"})
    async with await world.partner(Scope.PROFILES_READ) as platform:
        await platform.post("/assessments/start", json={"role": "backend-developer"})
        await platform.get("/profiles/019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11")
    lines = [(line.method, line.route, line.status) for line in world.lines]
    assert lines[:4] == [
        ("POST", "/auth/register", 201),
        ("POST", "/auth/login", 200),
        ("POST", "/auth/login", 401),
        ("GET", "/users/me", 401),
    ]
    assert lines[4:12] == [("POST", "/auth/login", 401)] * 7 + [("POST", "/auth/login", 429)]
    assert lines[12:] == [
        ("POST", "/auth/token", 200),
        ("POST", "/assessments/start", 403),
        ("GET", "/profiles/{assessment_id}", 404),
    ]
