"""Learners of three kinds take assessments from the shipped bank, judged by key and offline grader alone.

The strong one gives keys and reference answers, the weak one a wrong option and the weak sample answers, and the one
off the topic gives the essays of another role. Whoever knows more has to come out ahead, in every role.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest

from builders import ids
from credcore.accounts import Caller
from credcore.assessment_ports import Completed
from credcore.bank import Bank
from credcore.blueprint import FormName
from credcore.catalogue import Band
from credcore.grading import GradingTask
from credcore.judged_answers import AnswerStatus
from credcore.offline_grader import OFFLINE, OfflineGrader, judge_offline
from credcore.questions import Essay, Question, QuestionType
from credcore.responses import Answer, Text
from credcore_app.content import read_content
from samples import right_answer, wrong_answer
from world import World

BANK: Bank = read_content(None).bank
ROLES = [role.id for role in BANK.roles]


@dataclass(frozen=True)
class Answers:
    """How one kind of learner answers a question of the role they are assessed for."""

    name: str
    give: Callable[[str, Question], Answer]


@cache
def essays_of(role: str) -> list[Essay]:
    return [question for question in BANK.questions[role] if isinstance(question, Essay)]


def off_topic(role: str, question: Question) -> Answer:
    """A good answer to a question of the next role, and a wrong option."""
    if not isinstance(question, Essay):
        return wrong_answer(question)
    elsewhere = essays_of(ROLES[(ROLES.index(role) + 1) % len(ROLES)])
    other = elsewhere[essays_of(role).index(question) % len(elsewhere)]
    return Text(text=other.reference_answer[: question.max_length])


STRONG = Answers("strong", lambda _, question: right_answer(question))
WEAK = Answers("weak", lambda _, question: wrong_answer(question))
OFF_TOPIC = Answers("off-topic", off_topic)


async def taken(role: str, form: FormName, answers: Answers) -> Completed:
    world = World(bank=BANK, grader=OfflineGrader(), fallback=judge_offline)
    await world.open()
    caller: Caller = (await world.student()).caller
    id = await world.started(caller, form, role)
    await world.answer_all(caller, id, lambda question: answers.give(role, question))
    return await world.completion.complete(caller, id)


@pytest.mark.parametrize("role", ROLES)
async def test_strong_answers_beat_weak_ones_and_weak_ones_beat_those_off_the_topic(role: str) -> None:
    strong, weak, elsewhere = [
        (await taken(role, FormName.STANDARD, kind)).profile for kind in (STRONG, WEAK, OFF_TOPIC)
    ]
    assert strong.overall > weak.overall > elsewhere.overall
    assert (strong.band, elsewhere.band) == (Band.HIGH, Band.LOW)
    assert strong.overall - weak.overall >= 40
    for better, worse in zip(strong.domains, weak.domains, strict=True):
        assert better.score > worse.score, better.domain


@pytest.mark.parametrize("role", ROLES)
async def test_a_profile_from_the_shipped_bank_can_be_recomputed_from_its_answers(role: str) -> None:
    profile = (await taken(role, FormName.DEEP_DIVE, WEAK)).profile
    weights = {domain.id: domain.weight for domain in BANK.role(role).domains}
    scored = [(answer, answer.points, answer.weight) for answer in profile.answers if answer.type != "interest"]
    by_domain: dict[str, Fraction] = {}
    for domain in weights:
        own = [(points or Decimal(0), weight or 0) for answer, points, weight in scored if answer.domain == domain]
        by_domain[domain] = 100 * sum(w * Fraction(p) for p, w in own) / sum(w for _, w in own)
    assert {domain.domain: domain.score for domain in profile.domains} == by_domain
    assert profile.overall == sum(weights[domain] * by_domain[domain] for domain in weights)
    sure = sum((weight or 0) * Fraction(a.grader.reliability) for a, _, weight in scored if a.grader)
    assert profile.confidence == sure / sum(weight or 0 for _, _, weight in scored)


@pytest.mark.parametrize("role", ROLES)
async def test_a_profile_says_what_was_found_and_leads_to_courses_with_reasons(role: str) -> None:
    done = await taken(role, FormName.STANDARD, WEAK)
    assert done.profile.improvements
    assert 2 <= len(done.bundle) <= 3
    assert all(found.reason and found.url.startswith("https://") for found in done.bundle)
    essays = [answer for answer in done.profile.answers if answer.type is QuestionType.ESSAY]
    for answer in essays:
        assert (answer.status, answer.grader) == (AnswerStatus.SCORED, OFFLINE)
        assert answer.feedback
        assert sum(criterion.max_points for criterion in answer.criteria) == 10


@pytest.mark.parametrize("role", ROLES)
async def test_a_screener_is_judged_by_the_key_alone(role: str) -> None:
    strong = (await taken(role, FormName.SCREENER, STRONG)).profile
    weak = (await taken(role, FormName.SCREENER, WEAK)).profile
    assert (strong.overall, weak.overall) == (100, 0)
    assert (strong.confidence, weak.confidence) == (1, 1)


@pytest.mark.parametrize("role", ROLES)
def test_evidence_stands_word_for_word_in_what_the_learner_wrote(role: str) -> None:
    for essay in essays_of(role)[:4]:
        for written in (essay.reference_answer, essay.weak_answer):
            task = GradingTask(assessment_id=ids.new_id(), question=essay, answer=written, ai_consent=False)
            for criterion in judge_offline(task).criteria:
                assert criterion.evidence is None or criterion.evidence in written
