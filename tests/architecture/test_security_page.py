"""The page on security has every requirement that applies, and the pages name tests that exist.

A promise whose test was renamed or dropped is noticed.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
DOCS = TESTS.parent / "docs"
PAGE = (DOCS / "security.md").read_text(encoding="utf-8")
PAGES = sorted(DOCS.rglob("*.md"))
NAMED = sorted(
    {
        named
        for page in PAGES
        for named in re.findall(r"`(?:tests/)?([\w/]+\.py)::(\w+)`", page.read_text(encoding="utf-8"))
    }
)
LINKS = sorted(
    {
        (page.relative_to(DOCS).as_posix(), link)
        for page in PAGES
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
        if "://" not in link
    }
)

# OWASP ASVS 5.0.0, level 2 (which has level 1 in it): what applies to an HTTP API without a browser front end.
APPLICABLE = re.findall(
    r"\S+",
    """
1.2.4 1.5.2 2.1.3 2.2.1 2.2.2 2.2.3 2.3.1 2.3.2 2.3.3 2.3.4 2.4.1 3.4.1 3.4.2 3.4.4 4.1.1 4.1.3 4.2.1
6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.8 6.2.9 6.2.10 6.2.11 6.2.12 6.3.1 6.3.3 6.4.3 6.5.1 6.5.5
7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.3 7.5.2 8.2.1 8.2.2 8.2.3 8.4.1 9.1.1 9.1.2 9.1.3 9.2.1 9.2.2 9.2.3
10.4.5 10.4.8 10.4.9 11.4.2 11.5.1 13.2.2 13.3.1 13.4.2 13.4.5 14.2.1 14.2.4 14.3.2
15.1.3 15.2.2 15.3.1 15.3.3 15.3.4 15.3.7
16.2.1 16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 16.4.1 16.5.1 16.5.2 16.5.3
    """,
)


@cache
def named_in(file: str) -> frozenset[str]:
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)\(", (TESTS / file).read_text(encoding="utf-8"), re.M))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_exists(file: str, name: str) -> None:
    assert name in named_in(file)


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_a_link_between_pages_leads_somewhere(page: str, link: str) -> None:
    file, _, anchor = link.partition("#")
    target = (DOCS / page).parent / file if file else DOCS / page
    assert target.exists()
    if anchor:
        assert anchor in headings(target)


def headings(page: Path) -> set[str]:
    """As they are linked to."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_every_requirement_has_a_test_or_a_word_why_not() -> None:
    rows = re.findall(r"^\| (\d[\d., ]*) \| (.+) \| (.+) \|$", PAGE, re.M)
    assert len(rows) > 40
    for numbers, how, shown in rows:
        assert how, numbers
        assert "::test_" in shown or shown == "(nothing does it)", numbers


@pytest.mark.parametrize("number", APPLICABLE)
def test_every_requirement_that_applies_is_met_or_said_to_be_relaxed(number: str) -> None:
    met = {number for row in re.findall(r"^\| (\d[\d., ]*) \|", PAGE, re.M) for number in row.split(", ")}
    relaxed = set(re.findall(r"\d+\.\d+\.\d+", PAGE.partition("## What is relaxed, and why")[2]))
    assert number in met | relaxed
