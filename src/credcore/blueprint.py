"""Which questions make a form: counts by type, domains as even as the counts allow, difficulty to the learner's level.

A form is drawn once, from a seed, and kept with the assessment; the same arguments always give the same form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TypeVar

from credcore.bank import Bank
from credcore.errors import ContentFault
from credcore.questions import Essay, Interest, MultipleChoice, Question, QuestionType


class FormName(StrEnum):
    STANDARD = "standard"
    SCREENER = "screener"
    DEEP_DIVE = "deep-dive"


class ExperienceLevel(StrEnum):
    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


@dataclass(frozen=True, kw_only=True, slots=True)
class Blueprint:
    """How many questions of each type a form has."""

    multiple_choice: int
    essays: int
    interests: int

    @property
    def total(self) -> int:
        return self.multiple_choice + self.essays + self.interests


BLUEPRINTS = {
    FormName.STANDARD: Blueprint(multiple_choice=3, essays=5, interests=2),
    FormName.SCREENER: Blueprint(multiple_choice=4, essays=0, interests=1),
    FormName.DEEP_DIVE: Blueprint(multiple_choice=6, essays=10, interests=4),
}

# The odds of difficulty 1, 2 and 3. Never zero: a level is the learner's own guess, and a form that holds one kind of
# difficulty alone cannot tell a learner who guessed wrong from one who guessed right.
DIFFICULTY_ODDS = {
    ExperienceLevel.BEGINNER: (6, 3, 1),
    ExperienceLevel.INTERMEDIATE: (2, 6, 2),
    ExperienceLevel.ADVANCED: (1, 3, 6),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FormItem:
    """One place in a form: which version of which question, and the order its options are shown in."""

    position: int
    question_id: str
    question_version: str
    type: QuestionType
    domain: str
    option_order: tuple[str, ...]


def draw(
    bank: Bank, *, role: str, form: FormName, level: ExperienceLevel, seen: Sequence[str], seed: int
) -> tuple[FormItem, ...]:
    """The form's items in the order they are asked, positions from 1.

    ``seen``: ids of questions that this learner was asked before, oldest first. They come back only where a domain
    has nothing else left, and then the longest unseen one first.

    Raises:
        ContentFault: the bank has too few questions for this form.
    """
    random = Random(seed)  # noqa: S311 - fair draws that can be repeated, not secrets
    blueprint = BLUEPRINTS[form]
    domains = [domain.id for domain in bank.role(role).domains]
    chooser = _Chooser(random=random, odds=DIFFICULTY_ODDS[level], age={id: age for age, id in enumerate(seen)})
    choices: list[MultipleChoice] = []
    essays: list[Essay] = []
    for domain, choice_count, essay_count in _quotas(blueprint, domains, random):
        choices += chooser.take(bank.multiple_choice(role, domain), choice_count, f"{role}, {domain}")
        essays += chooser.take(bank.essays(role, domain), essay_count, f"{role}, {domain}")
    random.shuffle(choices)
    random.shuffle(essays)
    interests = _draw_interests(bank.interests_for(role), blueprint.interests, chooser, role)
    # One quick question to warm up, then the essays, so that their grading runs while the learner goes on.
    asked: list[Question] = [*choices[:1], *essays, *choices[1:], *interests]
    return tuple(_item(question, position, random) for position, question in enumerate(asked, start=1))


def _quotas(blueprint: Blueprint, domains: list[str], random: Random) -> list[tuple[str, int, int]]:
    """For each domain how many multiple-choice and how many essay questions; neither sums differ by more than one."""
    order = list(domains)
    random.shuffle(order)
    scored = _spread(blueprint.multiple_choice + blueprint.essays, len(order))
    choices = _spread(blueprint.multiple_choice, len(order))
    return [(domain, choice, total - choice) for domain, total, choice in zip(order, scored, choices, strict=True)]


def _spread(count: int, places: int) -> list[int]:
    share, rest = divmod(count, places)
    return [share + (place < rest) for place in range(places)]


def _draw_interests(pool: Sequence[Interest], count: int, chooser: _Chooser, role: str) -> list[Interest]:
    """The first one drawn carries interest tags, since the recommendation is looked up by one."""
    if count == 0:
        return []
    tagged = chooser.take([question for question in pool if question.carries_interest_tags], 1, f"{role}, interests")
    rest = [question for question in pool if question not in tagged]
    return tagged + chooser.take(rest, count - 1, f"{role}, interests")


def _item(question: Question, position: int, random: Random) -> FormItem:
    order = [] if isinstance(question, Essay) else [option.id for option in question.options]
    random.shuffle(order)
    return FormItem(
        position=position,
        question_id=question.id,
        question_version=question.version,
        type=question.type,
        domain=question.domain,
        option_order=tuple(order),
    )


AnyQuestion = TypeVar("AnyQuestion", bound=MultipleChoice | Essay | Interest)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Chooser:
    """Draws without replacement: fresh questions first by the odds of their difficulty, then the longest unseen."""

    random: Random
    odds: tuple[int, int, int]
    age: dict[str, int]

    def take(self, pool: Sequence[AnyQuestion], count: int, where: str) -> list[AnyQuestion]:
        if len(pool) < count:
            raise ContentFault(where, f"needs {count} questions of a type for this form, the bank has {len(pool)}")
        fresh = [question for question in pool if question.id not in self.age]
        taken: list[AnyQuestion] = []
        while fresh and len(taken) < count:
            [question] = self.random.choices(fresh, weights=[self._odds_of(candidate) for candidate in fresh])
            fresh.remove(question)
            taken.append(question)
        stale = sorted((q for q in pool if q.id in self.age), key=lambda q: self.age[q.id])
        return taken + stale[: count - len(taken)]

    def _odds_of(self, question: AnyQuestion) -> int:
        return 1 if isinstance(question, Interest) else self.odds[question.difficulty - 1]
