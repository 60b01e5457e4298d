"""The API's pages in a real browser that reaches this server and nothing else.

Run by the nox session ``browser``, which brings Debian's Chromium; the file's name keeps it out of the normal run.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, Request, async_playwright, expect

from running import Server, running_server

CHROMIUM = os.environ.get("CREDCORE_CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running_server() as running:
        yield running


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield await browser.new_page()
        await browser.close()


async def test_the_pages_show_every_call_and_ask_nobody_else(server: Server, page: Page) -> None:
    asked: list[str] = []
    complaints: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    here = f"http://127.0.0.1:{server.port}"
    await page.goto(f"{here}/schema")
    for text in ("/assessments/start", "/assessments/{assessmentId}/answer", "/profiles/{assessmentId}", "/roles"):
        await expect(page.get_by_text(text, exact=True).first).to_be_visible()
    elsewhere = [url for url in asked if not url.startswith((here, "data:", "blob:"))]
    assert elsewhere == []
    assert complaints == []


async def test_a_call_can_be_tried_from_the_pages(server: Server, page: Page) -> None:
    await page.goto(f"http://127.0.0.1:{server.port}/schema")
    await page.locator("#operations-Assessments-listRoles").click()
    await page.get_by_role("button", name="Try it out").click()
    await page.get_by_role("button", name="Execute").click()
    await expect(page.locator(".live-responses-table td.response-col_status").nth(1)).to_contain_text("200")
    await expect(page.locator(".live-responses-table .microlight").first).to_contain_text("backend-developer")
