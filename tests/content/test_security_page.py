"""The page on security names tests that exist: a promise whose test was renamed or dropped is noticed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", PAGE)))


@cache
def named_in(file: str) -> frozenset[str]:
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)\(", (TESTS / file).read_text(encoding="utf-8"), re.M))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_exists(file: str, name: str) -> None:
    assert name in named_in(file)


def test_every_requirement_has_a_test_or_a_word_why_not() -> None:
    rows = re.findall(r"^\| (\d[\d., ]*) \| (.+) \| (.+) \|$", PAGE, re.M)
    assert len(rows) > 40
    for numbers, how, shown in rows:
        assert how, numbers
        assert "::test_" in shown or shown == "(nothing does it)", numbers
