"""Which grade stands when the AI and the offline grader disagree, or something about the answer is suspicious."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credcore.defence.verdict import Case, Opinion
from credcore.grading import CriterionResult, Flag, GraderRef, Judgement

AI = GraderRef(name="a-model", version="1", reliability=Decimal("0.59"))
OFFLINE = GraderRef(name="offline", version="1", reliability=Decimal("0.5"))
LONG, SHORT = 200, 30


def judged(points: float, grader: GraderRef = AI) -> Judgement:
    result = CriterionResult(criterion_id="c", title="C", points=Decimal(str(points)), max_points=10, evidence="e")
    return Judgement(grader=grader, criteria=(result,), strengths="", improvements="")


def opinion(points: float, *, claimed: float | None = None, doubtful: bool = False, unfounded: bool = False) -> Opinion:
    claim = Decimal(str(points if claimed is None else claimed))
    return Opinion(judgement=judged(points), claimed=claim, doubtful=doubtful, unfounded=unfounded)


def case(ai: Opinion, offline: float, *, addressed: bool = False, words: int = LONG) -> Case:
    return Case(first=ai, offline=judged(offline, OFFLINE), addressed=addressed, words=words)


def stands(case: Case, second: Opinion | None = None) -> tuple[str, Decimal, bool]:
    judgement = case.standing(second)
    return judgement.grader.name, judgement.points, Flag.NEEDS_REVIEW in judgement.flags


def test_an_ai_grade_that_nothing_speaks_against_stands_without_a_flag() -> None:
    assert stands(case(opinion(8), 6)) == ("a-model", 8, False)


@pytest.mark.parametrize(("ai", "offline"), [(9.5, 2), (1, 9)])
def test_distance_alone_only_flags(ai: float, offline: float) -> None:
    assert stands(case(opinion(ai), offline)) == ("a-model", Decimal(str(ai)), True)


def test_a_suspicious_sentence_alone_only_flags() -> None:
    assert stands(case(opinion(10), 7, addressed=True)) == ("a-model", 10, True)


def test_evidence_that_failed_alone_only_flags() -> None:
    assert stands(case(opinion(6, doubtful=True), 4)) == ("a-model", 6, True)


@pytest.mark.parametrize("points", [4, 8])
def test_what_the_offline_grader_found_as_well_is_not_lost_by_quotes_that_failed(points: float) -> None:
    suspect = case(opinion(points, claimed=10, doubtful=True), 9.5, addressed=True)
    assert not suspect.wants_second
    assert stands(suspect) == ("offline", Decimal("9.5"), True)


@pytest.mark.parametrize(("claimed", "offline"), [(10, 8), (6, 7), (8, 6)], ids=["far", "all founded", "lower"])
def test_otherwise_the_offline_grade_replaces_no_higher_or_founded_one(claimed: float, offline: float) -> None:
    assert stands(case(opinion(6, claimed=claimed, doubtful=True), offline)) == ("a-model", 6, True)


@pytest.mark.parametrize(
    "suspect",
    [
        case(opinion(10), 2, addressed=True),
        case(opinion(10, doubtful=True), 2),
        case(opinion(9), 2, words=SHORT),
        case(opinion(4, claimed=10, doubtful=True), 2),
    ],
    ids=["addressed", "evidence failed", "nine for few words", "claimed far more than it could show"],
)
def test_suspicion_and_distance_let_the_lower_grade_stand(suspect: Case) -> None:
    assert suspect.wants_second
    assert stands(suspect) == ("offline", 2, True)


def test_exactly_four_points_are_not_yet_a_distance() -> None:
    assert stands(case(opinion(9), 5, words=SHORT)) == ("a-model", 9, False)


def test_a_second_call_that_agrees_within_one_point_is_accepted() -> None:
    assert stands(case(opinion(10), 2, addressed=True), opinion(9)) == ("a-model", 9, True)


def test_a_second_call_that_does_not_agree_lets_the_lower_of_both_stand() -> None:
    assert stands(case(opinion(10), 2, addressed=True), opinion(5)) == ("a-model", 5, True)


def test_a_second_call_that_is_suspicious_itself_is_no_help() -> None:
    assert stands(case(opinion(10), 2, addressed=True), opinion(10, doubtful=True)) == ("offline", 2, True)
    assert stands(case(opinion(10), 2, addressed=True), opinion(0, unfounded=True)) == ("offline", 2, True)


def test_unfounded_points_are_no_grade() -> None:
    unfounded = opinion(0, claimed=10, doubtful=True, unfounded=True)
    assert stands(case(unfounded, 8.5)) == ("offline", Decimal("8.5"), True)
    assert stands(case(unfounded, 8.5), opinion(9)) == ("a-model", 9, True)


points = st.integers(0, 100).map(lambda tenths: tenths / 10)
opinions = st.builds(opinion, points, doubtful=st.booleans())


@given(opinions, points, st.booleans(), st.integers(0, 100), st.none() | opinions)
def test_the_standing_grade_is_one_of_those_given_and_never_above_the_first(
    first: Opinion, offline: float, addressed: bool, words: int, second: Opinion | None
) -> None:
    one = case(first, offline, addressed=addressed, words=words)
    judgement = one.standing(second if one.wants_second else None)
    given_points = {first.judgement.points, Decimal(str(offline))} | ({second.judgement.points} if second else set())
    assert judgement.points in given_points
    assert judgement.points <= first.judgement.points + 1
