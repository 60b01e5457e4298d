"""Ten thousand forms drawn from the bank as shipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import product
from random import Random

import pytest
from tests.content.small_content import CONTENT

from credcore import questions
from credcore.bank import Bank
from credcore.blueprint import ExperienceLevel, FormItem, FormName, draw
from credcore.questions import QuestionType
from credcore_app.content import read_content

LEARNERS = 5_000


@pytest.fixture(scope="module")
def bank() -> Iterator[Bank]:
    """The bank with each version computed once: drawing is what is tested, and it asks for them every time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(questions, "content_hash", cache(questions.content_hash))
        yield read_content(CONTENT).bank


def scored(items: tuple[FormItem, ...]) -> list[FormItem]:
    return [item for item in items if item.type is not QuestionType.INTEREST]


def test_two_standard_forms_in_a_row_ask_each_domain_twice_and_share_no_scored_question(bank: Bank) -> None:
    random = Random(20261122)
    learners = list(product(bank.roles, ExperienceLevel))
    for number in range(LEARNERS):
        role, level = learners[number % len(learners)]
        seen: list[str] = []
        for _ in range(2):
            items = draw(
                bank, role=role.id, form=FormName.STANDARD, level=level, seen=seen, seed=random.getrandbits(62)
            )
            form = scored(items)
            assert Counter(item.domain for item in form) == {domain.id: 2 for domain in role.domains}
            assert not {item.question_id for item in form}.intersection(seen)
            seen += [item.question_id for item in items]


@pytest.mark.parametrize("form", FormName)
def test_every_form_can_be_drawn_for_every_role_and_level(bank: Bank, form: FormName) -> None:
    for role, level, seed in product(bank.roles, ExperienceLevel, range(20)):
        items = draw(bank, role=role.id, form=form, level=level, seen=[], seed=seed)
        assert {item.domain for item in scored(items)} == {domain.id for domain in role.domains}
