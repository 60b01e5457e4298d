"""The profile: what became of every question, and that whoever recomputes it from its answers gets the same."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON
from credcore.blueprint import FormName
from credcore.catalogue import Band
from credcore.errors import GradesPending, NothingToScore
from credcore.grading import KEY, CriterionResult, Flag, Judgement, met, result_of
from credcore.judged_answers import AnswerStatus, JudgedAnswer, Record, ungraded
from credcore.profile import Profile, build_profile
from credcore.questions import Essay, Interest, MultipleChoice, QuestionType
from samples import (
    DOMAINS,
    ROLE,
    TEST_GRADER,
    Answering,
    assessment,
    grade,
    judgement,
    questions_of,
    record,
    small_bank,
)

FORM = assessment(seed=1)
QUESTIONS = questions_of(FORM)
IDS = list(QUESTIONS)
CHOICES = [id for id, question in QUESTIONS.items() if isinstance(question, MultipleChoice)]
ESSAYS = [id for id, question in QUESTIONS.items() if isinstance(question, Essay)]
INTERESTS = [id for id, question in QUESTIONS.items() if isinstance(question, Interest)]
SCORED = CHOICES + ESSAYS


def profile_of(how: Answering | None = None, *, of: Record | None = None, revision: int = 1) -> Profile:
    role = small_bank().role(ROLE)
    return build_profile(of or record(FORM, how), role, completed_at=NOON, revision=revision)


def judged(profile: Profile, question_id: str) -> JudgedAnswer:
    return next(answer for answer in profile.answers if answer.question_id == question_id)


@st.composite
def answerings(draw: st.DrawFn) -> Answering:
    """Any way of answering the form that leaves something to score."""
    must = draw(st.sampled_from(SCORED))
    others = [id for id in IDS if id != must]
    return Answering(
        wrong=frozenset(draw(st.sets(st.sampled_from(IDS)))),
        unanswered=frozenset(draw(st.sets(st.sampled_from(others)))),
        late=frozenset(draw(st.sets(st.sampled_from(SCORED)))),
        shares=draw(st.dictionaries(st.sampled_from(ESSAYS), st.decimals(0, 1, places=1).map(str))),
    )


@given(answerings())
def test_a_profile_can_be_recomputed_from_its_own_answers(how: Answering) -> None:
    profile = profile_of(how)
    weights = {domain.id: domain.weight for domain in small_bank().role(ROLE).domains}
    total = sure = Fraction(0)
    earned, possible = dict.fromkeys(weights, Fraction(0)), dict.fromkeys(weights, 0)
    for answer in profile.answers:
        if answer.weight is None or answer.points is None:
            continue
        possible[answer.domain] += answer.weight
        earned[answer.domain] += answer.weight * Fraction(answer.points)
        total += answer.weight
        sure += answer.weight * Fraction(answer.grader.reliability if answer.grader else 0)
    scores = {domain: 100 * earned[domain] / possible[domain] for domain in weights}
    assert {domain.domain: domain.score for domain in profile.domains} == scores
    assert profile.overall == sum(weights[domain] * scores[domain] for domain in weights)
    assert profile.confidence == sure / total


@given(answerings())
def test_a_profile_speaks_of_every_question_of_the_form_once_and_in_order(how: Answering) -> None:
    assert [answer.question_id for answer in profile_of(how).answers] == IDS


@given(answerings(), st.sampled_from(SCORED))
def test_no_profile_gets_better_by_leaving_a_question_out(how: Answering, left_out: str) -> None:
    less = replace(how, unanswered=how.unanswered | {left_out})
    if set(SCORED) <= less.unanswered:
        return
    before, after = profile_of(how), profile_of(less)
    assert after.overall <= before.overall
    assert after.confidence <= before.confidence


def test_all_right_is_a_hundred_and_as_sure_as_what_judged_it() -> None:
    profile = profile_of()
    assert (profile.overall, profile.band) == (100, Band.HIGH)
    assert profile.confidence == (3 * 1 + 5 * 2 * Fraction(8, 10)) / 13
    assert (profile.role, profile.form, profile.completed_at, profile.revision) == (ROLE, FormName.STANDARD, NOON, 1)
    assert not profile.provisional


def test_a_choice_is_judged_by_the_key_alone() -> None:
    profile = profile_of(Answering(wrong=frozenset({CHOICES[0]})))
    for id, points in ((CHOICES[0], 0), (CHOICES[1], 1)):
        answer = judged(profile, id)
        assert (answer.points, answer.grader, answer.status) == (Decimal(points), KEY, AnswerStatus.SCORED)
        assert (answer.criteria, answer.feedback, answer.flags) == ((), None, frozenset())


def test_an_essay_carries_its_criteria_its_feedback_and_what_judged_it() -> None:
    essay = QUESTIONS[ESSAYS[0]]
    assert isinstance(essay, Essay)
    answer = judged(profile_of(Answering(shares={essay.id: "0.5"})), essay.id)
    assert (answer.points, answer.weight, answer.grader) == (Decimal("0.5"), 2, TEST_GRADER)
    assert answer.criteria == judgement(essay, "0.5").criteria
    assert answer.feedback == "The cause was named. Say how to check it."


def test_an_essay_without_words_about_it_has_no_feedback() -> None:
    essay = QUESTIONS[ESSAYS[0]]
    assert isinstance(essay, Essay)
    taken = record(FORM)
    silent = replace(judgement(essay), strengths="", improvements="")
    taken = replace(taken, grades={**taken.grades, essay.id: replace(grade(essay), judgement=silent)})
    assert judged(profile_of(of=taken), essay.id).feedback is None


@pytest.mark.parametrize("id", [CHOICES[0], ESSAYS[0]])
@pytest.mark.parametrize("status", [AnswerStatus.LATE, AnswerStatus.UNANSWERED])
def test_what_is_late_or_left_out_earns_nothing_and_makes_the_profile_less_sure(id: str, status: AnswerStatus) -> None:
    how = Answering(late=frozenset({id})) if status is AnswerStatus.LATE else Answering(unanswered=frozenset({id}))
    profile = profile_of(how)
    answer = judged(profile, id)
    assert (answer.status, answer.points, answer.grader) == (status, 0, None)
    assert answer.weight == QUESTIONS[id].weight  # type: ignore[union-attr]  # a scored question
    assert profile.confidence < profile_of().confidence
    assert profile.overall < 100


def test_domains_count_what_was_answered_of_what_was_asked() -> None:
    profile = profile_of(Answering(unanswered=frozenset({ESSAYS[0]}), late=frozenset({CHOICES[0]})))
    [hit] = [domain for domain in profile.domains if domain.domain == QUESTIONS[ESSAYS[0]].domain]
    assert [(domain.domain, domain.total) for domain in profile.domains] == [(domain, 2) for domain in DOMAINS[ROLE]]
    assert hit.answered == 1
    assert sum(domain.answered for domain in profile.domains) == 7


@pytest.mark.parametrize(
    ("how", "status"),
    [
        (Answering(), AnswerStatus.RECORDED),
        (Answering(unanswered=frozenset(INTERESTS)), AnswerStatus.UNANSWERED),
        (Answering(late=frozenset(INTERESTS)), AnswerStatus.LATE),
    ],
)
def test_an_interest_question_has_no_points_whatever_became_of_it(how: Answering, status: AnswerStatus) -> None:
    profile = profile_of(how)
    for id in INTERESTS:
        answer = judged(profile, id)
        assert (answer.status, answer.points, answer.weight, answer.grader) == (status, None, None, None)
    assert profile.overall == profile_of().overall


def test_there_is_no_profile_of_interests_alone() -> None:
    with pytest.raises(NothingToScore):
        profile_of(Answering(unanswered=frozenset(SCORED)))
    with pytest.raises(NothingToScore):
        profile_of(Answering(unanswered=frozenset(IDS)))


def test_one_late_answer_is_enough_for_a_profile() -> None:
    late = Answering(unanswered=frozenset(IDS) - {ESSAYS[0]}, late=frozenset({ESSAYS[0]}))
    profile = profile_of(late)
    assert (profile.overall, profile.confidence, profile.band) == (0, 0, Band.LOW)


def test_a_profile_waits_for_every_essay_answered_in_time() -> None:
    late, unanswered = ESSAYS[0], ESSAYS[1]
    taken = record(FORM, Answering(late=frozenset({late}), unanswered=frozenset({unanswered})))
    assert ungraded(taken) == ()
    waiting = replace(taken, grades={})
    assert ungraded(waiting) == tuple(ESSAYS[2:])
    with pytest.raises(GradesPending) as pending:
        profile_of(of=waiting)
    assert pending.value.question_ids == tuple(ESSAYS[2:])


def test_a_screener_is_sure_since_the_key_alone_judged_it() -> None:
    profile = profile_of(of=record(assessment(form=FormName.SCREENER)))
    assert (profile.overall, profile.confidence) == (100, 1)
    assert [answer.type for answer in profile.answers] == [QuestionType.MCQ] * 4 + [QuestionType.INTEREST]


def test_a_domain_that_the_form_does_not_ask_about_is_left_out_and_its_weight_with_it() -> None:
    without = [item for item in FORM.items if item.domain != "backend.apis"]
    taken = record(replace(FORM, items=tuple(without)), Answering(wrong=frozenset(ESSAYS)))
    profile = profile_of(of=taken)
    assert [domain.domain for domain in profile.domains] == list(DOMAINS[ROLE])[1:]
    weights = sum(domain.weight for domain in profile.domains)
    assert profile.overall == sum(domain.weight * domain.score for domain in profile.domains) / weights


def test_a_profile_is_provisional_while_any_grade_of_it_is() -> None:
    essay = QUESTIONS[ESSAYS[0]]
    assert isinstance(essay, Essay)
    taken = record(FORM)
    provisional = replace(taken, grades={**taken.grades, essay.id: grade(essay, flags=[Flag.PROVISIONAL])})
    assert profile_of(of=provisional).provisional
    assert profile_of(of=provisional, revision=2).revision == 2
    assert judged(profile_of(of=provisional), essay.id).flags == {Flag.PROVISIONAL}
    reviewed = replace(taken, grades={**taken.grades, essay.id: grade(essay, flags=[Flag.NEEDS_REVIEW])})
    assert not profile_of(of=reviewed).provisional


# --- grades -----------------------------------------------------------------------------------------------------------


def result(points: str, max_points: int = 4) -> CriterionResult:
    return CriterionResult(criterion_id="c", title="C", points=Decimal(points), max_points=max_points, evidence=None)


@pytest.mark.parametrize("points", ["-0.1", "4.1"])
def test_no_criterion_earns_more_than_it_has_or_less_than_nothing(points: str) -> None:
    with pytest.raises(ValueError, match=f"criterion c earns {points} of 4"):
        Judgement(grader=TEST_GRADER, criteria=(result(points),), strengths="", improvements="")


@pytest.mark.parametrize(
    ("points", "max_points", "is_met"),
    [("0", 4, False), ("2.3", 4, False), ("2.4", 4, True), ("3", 5, True), ("2.9", 5, False), ("1.8", 3, True)],
)
def test_a_criterion_counts_as_met_from_three_fifths_of_its_points(points: str, max_points: int, is_met: bool) -> None:
    assert met(result(points, max_points)) is is_met


def test_a_grade_remembers_exactly_what_it_was_made_for() -> None:
    essay = QUESTIONS[ESSAYS[0]]
    assert isinstance(essay, Essay)
    made = grade(essay, "0.5")
    assert (made.question_id, made.question_version, made.rubric_hash) == (essay.id, essay.version, essay.rubric_hash)
    assert made.judgement.points == 5
    assert made.graded_at == NOON
    first = essay.criteria[0]
    assert result_of(first, Decimal(1), "it").max_points == first.points
