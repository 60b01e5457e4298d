"""The bank is checked as a whole: what one entry says of another has to be true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from credcore.bank import load_bank, read_bank
from credcore.errors import ContentFault, NotFound
from credcore.questions import Essay, MultipleChoice
from samples import (
    CHOICES_IN_DOMAIN,
    DOMAINS,
    ESSAYS_IN_DOMAIN,
    OTHER_ROLE,
    ROLE,
    bank_document,
    choice_document,
    essay_document,
    interest_document,
    small_bank,
)

Spoil = Callable[[dict[str, Any]], object]
FIRST_CELL = f"recommendations, {ROLE}/low/hands-on-projects"


def cell(document: dict[str, Any]) -> list[str]:
    found: list[str] = document["recommendations"][ROLE]["low"]["hands-on-projects"]
    return found


@pytest.mark.parametrize(
    ("spoil", "where", "problem"),
    [
        (lambda d: d.pop("courses"), "content", "field 'courses' is missing"),
        (lambda d: d.update(extras=[]), "content", "unknown field 'extras'"),
        (lambda d: d.update(roles={}), "content, roles", "must be a list, is a mapping"),
        (lambda d: d["roles"].append(d["roles"][0]), "roles", "a role stands twice"),
        (lambda d: d["roles"][0]["domains"][0].update(weight="0.5"), f"role {ROLE}", "add up to 1.1, not 1"),
        (
            lambda d: d["roles"][0]["domains"].append(d["roles"][0]["domains"][0]),
            f"role {ROLE}",
            "a domain stands twice",
        ),
        (lambda d: d["questions"].pop(OTHER_ROLE), f"role {OTHER_ROLE}", "has no question file"),
        (
            lambda d: d["questions"].update({"pilot": {"multiple_choice": [], "essays": []}}),
            "questions of pilot",
            "no such role",
        ),
        (
            lambda d: d["questions"][ROLE]["essays"].append(essay_document("data.sql", 9)),
            "question data-sql-essay-9",
            "domain 'data.sql' is not one of the role's",
        ),
        (
            lambda d: d["questions"][ROLE]["essays"].append(essay_document("backend.apis", 1)),
            "question backend-apis-essay-1",
            "its id stands twice in the bank",
        ),
        (
            lambda d: d["interests"].append(interest_document(1, tagged=True)),
            "question interest-1",
            "its id stands twice in the bank",
        ),
        (
            lambda d: d["interests"].append(interest_document(9, tagged=True, roles=["pilot"])),
            "question interest-9",
            "no such role: 'pilot'",
        ),
        (
            lambda d: d["questions"][ROLE]["multiple_choice"].append(choice_document("backend.apis", 9) | {"key": "z"}),
            "backend-apis-choice-9",
            "key 'z' is not one of its options",
        ),
        (lambda d: d["courses"].append(d["courses"][0]), "courses", "a course id stands twice"),
        (lambda d: d["recommendations"].pop(ROLE), FIRST_CELL, "the cell is missing"),
        (lambda d: cell(d).clear(), FIRST_CELL, "needs two or three different courses"),
        (lambda d: cell(d).__delitem__(slice(1, None)), FIRST_CELL, "needs two or three different courses"),
        (lambda d: cell(d).append("course-7"), FIRST_CELL, "needs two or three different courses"),
        (lambda d: cell(d).__setitem__(0, cell(d)[1]), FIRST_CELL, "needs two or three different courses"),
        (lambda d: cell(d).__setitem__(0, "course-99"), FIRST_CELL, "no such course: 'course-99'"),
    ],
)
def test_a_contradiction_in_the_bank_is_named_with_its_entry(spoil: Spoil, where: str, problem: str) -> None:
    document = bank_document()
    spoil(document)
    with pytest.raises(ContentFault) as fault:
        read_bank(document)
    assert fault.value.where == where
    assert problem in fault.value.problem


def test_questions_are_found_by_role_domain_and_kind() -> None:
    bank = small_bank()
    for role, domains in DOMAINS.items():
        for domain in domains:
            choices, essays = bank.multiple_choice(role, domain), bank.essays(role, domain)
            assert (len(choices), len(essays)) == (CHOICES_IN_DOMAIN, ESSAYS_IN_DOMAIN)
            assert {question.domain for question in (*choices, *essays)} == {domain}
            assert all(isinstance(question, MultipleChoice) for question in choices)
            assert all(isinstance(question, Essay) for question in essays)


def test_an_interest_question_without_roles_is_for_every_role() -> None:
    ids = {role: {question.id for question in small_bank().interests_for(role)} for role in DOMAINS}
    assert ids[OTHER_ROLE] - ids[ROLE] == {"interest-6"}
    assert ids[ROLE] == {f"interest-{number}" for number in range(1, 6)}


def test_every_question_is_found_by_its_id() -> None:
    bank = small_bank()
    everything = list(bank.all_questions())
    assert len(bank.by_id) == len(everything) == 2 * 4 * (CHOICES_IN_DOMAIN + ESSAYS_IN_DOMAIN) + 6
    assert all(bank.by_id[question.id] is question for question in everything)


def test_a_role_that_does_not_exist_is_not_found() -> None:
    assert small_bank().role(ROLE).id == ROLE
    with pytest.raises(NotFound) as refused:
        small_bank().role("pilot")
    assert refused.value.what == "role"


class Resource:
    """What the wheel would carry at ``credcore/bank.json``."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    def joinpath(self, name: str) -> Resource:
        assert name == "bank.json"
        return self

    def read_text(self, encoding: str) -> str:
        if self.text is None:
            raise FileNotFoundError
        return self.text


def test_an_installation_that_carries_a_bank_can_load_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    monkeypatch.setattr("credcore.bank.files", lambda package: Resource(json.dumps(bank_document())))
    assert load_bank() == small_bank()


def test_an_installation_without_a_bank_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credcore.bank.files", lambda package: Resource(None))
    with pytest.raises(ContentFault, match=r"bank.json: this installation carries no compiled bank"):
        load_bank()
