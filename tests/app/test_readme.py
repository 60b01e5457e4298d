"""What the README says of the program is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from credcore.offline_grader import OFFLINE
from credcore_app.content import read_content

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PACKAGES = {path.parent.name for path in (ROOT / "src").glob("*/__init__.py")}


def part(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", README, re.DOTALL | re.MULTILINE)
    assert found, f"the README has no part {title}"
    return found[1]


def block(title: str, language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", part(title), re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def rows(title: str) -> list[list[str]]:
    lines = [line for line in part(title).splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_quick_start_is_two_commands_that_bring_all_they_need() -> None:
    first, second = block("Quick start", "sh").splitlines()
    for line in (first, second):
        assert line.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert first.endswith("&& .venv/bin/credcore demo")
    assert second.endswith("&& .venv/bin/pytest")


def profile() -> str:
    return re.sub(r"\s+", " ", block("Quick start", "text"))


def test_the_profile_shown_is_one_that_this_version_prints() -> None:
    bank = read_content(None).bank
    domains = bank.role("backend-developer").domains
    assert all(domain.title in profile() for domain in domains)
    assert f"grader, version {OFFLINE.version} ({OFFLINE.reliability:.2f})" in profile()
    titles = {criterion.title for domain in domains for essay in essays(domain.id) for criterion in essay.criteria}
    named = re.findall(r"(?:clearly|touched): (.*?)\. (?=\d|-|Courses|Worth|Hardly)", profile())
    missed = [re.sub(r" \([\d.]+ of \d+\)$", "", one) for listed in named for one in listed.split("; ")]
    assert len(missed) >= 4
    assert [one for one in missed if one not in titles] == []
    urls = re.findall(r"https://\S+", profile())
    assert 2 <= len(urls) <= 3
    assert set(urls) <= {course.url for course in bank.courses.values()}


def essays(domain: str) -> tuple:  # type: ignore[type-arg]  # of essays
    return read_content(None).bank.essays("backend-developer", domain)


def test_the_picture_shows_every_package() -> None:
    shown = block("Architecture", "text")
    assert {name for name in PACKAGES if re.search(rf"\b{name}\b", shown)} == PACKAGES


def test_the_glossary_has_fifteen_lines() -> None:
    words = [row[0] for row in rows("Glossary")]
    assert len(words) == len(set(words)) == 15


@pytest.mark.parametrize("row", rows("Where each rule lives"), ids=lambda row: row[0])
def test_each_rule_lives_where_it_is_said_to(row: list[str]) -> None:
    rule, modules, what = row
    assert rule
    assert what
    package = ""
    for name in re.findall(r"`([^`]+)`", modules):
        package = name.partition("/")[0] if "/" in name and name.partition("/")[0] in PACKAGES else package
        place = name if name.startswith(package) else f"{package}/{name}"
        assert (ROOT / "src" / place).exists(), place


def test_the_licence_is_the_mit_licence() -> None:
    text = re.sub(r"\s+", " ", (ROOT / "LICENSE").read_text("utf-8"))
    assert text.startswith("MIT License Copyright (c) ")
    assert "Permission is hereby granted, free of charge, to any person obtaining a copy" in text
    assert 'THE SOFTWARE IS PROVIDED "AS IS"' in text
    assert "MIT" in README
