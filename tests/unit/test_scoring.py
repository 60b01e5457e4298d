"""Scores, bands and confidence: what holds for every form and every answer, not only for the ones we thought of."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credcore.catalogue import Band
from credcore.scoring import ScoredItem, band_of, confidence, domain_score, rounded, score

WEIGHTS = {"a": Fraction(2, 5), "b": Fraction(3, 10), "c": Fraction(1, 5), "d": Fraction(1, 10)}
SHARES = st.fractions(0, 1, max_denominator=1000)


@st.composite
def item(draw: st.DrawFn) -> ScoredItem:
    in_time = draw(st.booleans())
    return ScoredItem(
        domain=draw(st.sampled_from(sorted(WEIGHTS))),
        points=draw(SHARES) if in_time else Fraction(0),
        weight=draw(st.integers(1, 9)),
        in_time=in_time,
        reliability=draw(SHARES) if in_time else Fraction(0),
    )


ITEMS = st.lists(item(), min_size=1, max_size=20)


def one(domain: str = "a", points: Fraction | int = 1, **other: object) -> ScoredItem:
    defaults: dict[str, object] = {"weight": 1, "in_time": True, "reliability": Fraction(1)}
    return ScoredItem(domain=domain, points=Fraction(points), **(defaults | other))  # type: ignore[arg-type]  # by name


# --- properties for all inputs ----------------------------------------------------------------------------------------


@given(ITEMS)
def test_scores_lie_between_0_and_100_and_confidence_between_0_and_1(items: list[ScoredItem]) -> None:
    result = score(items, WEIGHTS)
    assert all(0 <= each <= 100 for each in (*result.domains.values(), result.overall))
    assert 0 <= result.confidence <= 1


@given(ITEMS, st.data())
def test_more_points_never_lower_any_score(items: list[ScoredItem], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(items) - 1))
    better = replace(items[place], points=data.draw(st.fractions(items[place].points, 1)))
    before, after = score(items, WEIGHTS), score([*items[:place], better, *items[place + 1 :]], WEIGHTS)
    assert after.overall >= before.overall
    assert all(after.domains[domain] >= before.domains[domain] for domain in before.domains)
    assert after.confidence == before.confidence


@given(ITEMS, st.data())
def test_the_order_of_the_questions_never_matters(items: list[ScoredItem], data: st.DataObject) -> None:
    assert score(data.draw(st.permutations(items)), WEIGHTS) == score(items, WEIGHTS)


@given(ITEMS)
def test_all_right_is_100_and_all_wrong_is_0(items: list[ScoredItem]) -> None:
    right = score([replace(item, points=Fraction(1)) for item in items], WEIGHTS)
    wrong = score([replace(item, points=Fraction(0)) for item in items], WEIGHTS)
    assert {right.overall, *right.domains.values()} == {100}
    assert {wrong.overall, *wrong.domains.values()} == {0}
    assert (right.band, wrong.band) == (Band.HIGH, Band.LOW)


@given(ITEMS, st.integers(1, 1000), st.fractions(Fraction(1, 1000), 1000))
def test_scaling_all_weights_changes_nothing(items: list[ScoredItem], questions: int, domains: Fraction) -> None:
    scaled = score(
        [replace(item, weight=item.weight * questions) for item in items],
        {domain: weight * domains for domain, weight in WEIGHTS.items()},
    )
    assert scaled == score(items, WEIGHTS)


@given(ITEMS, st.data())
def test_confidence_and_scores_never_rise_when_an_answer_is_removed(
    items: list[ScoredItem], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(items) - 1))
    removed = replace(items[place], points=Fraction(0), in_time=False, reliability=Fraction(0))
    before, after = score(items, WEIGHTS), score([*items[:place], removed, *items[place + 1 :]], WEIGHTS)
    assert after.confidence <= before.confidence
    assert after.overall <= before.overall


@given(ITEMS)
def test_the_overall_score_lies_between_the_worst_and_the_best_domain(items: list[ScoredItem]) -> None:
    result = score(items, WEIGHTS)
    assert min(result.domains.values()) <= result.overall <= max(result.domains.values())
    assert list(result.domains) == [domain for domain in WEIGHTS if any(item.domain == domain for item in items)]


@given(st.fractions(0, 100))
def test_the_band_follows_the_exact_score(overall: Fraction) -> None:
    expected = Band.LOW if overall < 50 else Band.MID if overall < 75 else Band.HIGH
    assert band_of(overall) is expected


@given(st.fractions(0, 100), st.integers(0, 4))
def test_rounding_is_half_up_and_at_most_half_a_unit_away(value: Fraction, places: int) -> None:
    shown, unit = rounded(value, places), Fraction(1, 10**places)
    assert -unit / 2 < Fraction(shown) - value <= unit / 2
    assert shown.as_tuple().exponent == -places


@given(st.decimals(0, 100, places=4))
def test_rounding_agrees_with_the_standard_library_where_that_can_round_exactly(value: Decimal) -> None:
    assert rounded(Fraction(value)) == value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_a_form_scored_by_hand() -> None:
    items = [
        one("a", 1),
        one("a", Fraction(7, 10), weight=2, reliability=Fraction(6, 10)),
        one("b", 0),
        one("b", Fraction(1, 2), weight=2, reliability=Fraction(6, 10)),
        one("c", 0, weight=2, in_time=False, reliability=Fraction(0)),
    ]
    result = score(items, WEIGHTS)
    assert result.domains == {"a": 80, "b": Fraction(100, 3), "c": 0}
    assert result.overall == (Fraction(2, 5) * 80 + Fraction(3, 10) * Fraction(100, 3)) / Fraction(9, 10)
    assert result.confidence == Fraction(1 + Fraction(12, 10) + 1 + Fraction(12, 10), 8)


def test_a_question_weighs_as_much_as_its_weight_says() -> None:
    assert domain_score([one("a", 1, weight=3), one("a", 0, weight=1)]) == 75
    assert confidence([one(weight=3), one(weight=1, in_time=False)]) == Fraction(3, 4)


@pytest.mark.parametrize(
    ("exact", "shown", "band"),
    [
        (Fraction("74.96"), "75.0", Band.MID),
        (Fraction("74.9999999999"), "75.0", Band.MID),
        (Fraction(75), "75.0", Band.HIGH),
        (Fraction("49.95"), "50.0", Band.LOW),
        (Fraction("49.95") - Fraction(1, 10**30), "49.9", Band.LOW),
        (Fraction(50), "50.0", Band.MID),
        (Fraction(200, 3), "66.7", Band.MID),
        (Fraction("0.05"), "0.1", Band.LOW),
        (Fraction("2.675"), "2.7", Band.LOW),
        (Fraction(0), "0.0", Band.LOW),
        (Fraction(100), "100.0", Band.HIGH),
    ],
)
def test_what_is_shown_is_rounded_and_the_band_is_not(exact: Fraction, shown: str, band: Band) -> None:
    assert (str(rounded(exact)), band_of(exact)) == (shown, band)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"points": Fraction(11, 10)}, "points are 11/10, not between 0 and 1"),
        ({"points": Fraction(-1, 10)}, "points are -1/10, not between 0 and 1"),
        ({"reliability": Fraction(2)}, "reliability is 2, not between 0 and 1"),
        ({"reliability": Fraction(-1)}, "reliability is -1, not between 0 and 1"),
        ({"weight": 0}, "weight is 0, not positive"),
    ],
)
def test_what_no_answer_can_earn_is_no_item(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        one(**change)  # type: ignore[arg-type]  # by name
