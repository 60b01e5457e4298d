"""What the offline grader promises about points, evidence and feedback."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credcore.offline import Finding
from offline_question import CRITERIA, ELSEWHERE, GOOD, PROMPT, REFERENCE, WEAK, compared, judged

Grader = Callable[[str], Finding]
both = pytest.mark.parametrize("graded", [judged, compared])


@both
def test_the_reference_verbatim_earns_nearly_all_points(graded: Grader) -> None:
    assert graded(REFERENCE).points >= Decimal("9.5")


@both
@pytest.mark.parametrize("blank", ["", " \n\t ", "…", "\u200b\u200b", "\x00"])
def test_an_answer_without_a_word_earns_nothing(graded: Grader, blank: str) -> None:
    assert graded(blank).points == 0


@both
@pytest.mark.parametrize(
    "text", ["I don't know.", "I do not know", "No idea, sorry", "idk", "i dont remember this, sorry"]
)
def test_giving_up_earns_nothing(graded: Grader, text: str) -> None:
    assert graded(text).points == 0


@both
def test_an_answer_to_another_question_earns_at_most_three_points(graded: Grader) -> None:
    assert graded(ELSEWHERE).points <= 3


def test_a_weak_answer_earns_something_and_at_most_half() -> None:
    assert 1 <= judged(WEAK).points <= 5


def test_a_good_answer_in_other_words_earns_most_of_the_points() -> None:
    assert judged(GOOD).points >= 7


def test_points_are_the_sum_of_the_criteria_in_tenths() -> None:
    finding = judged(GOOD)
    assert finding.points == sum(criterion.points for criterion in finding.criteria)
    assert all(criterion.points == criterion.points.quantize(Decimal("0.1")) for criterion in finding.criteria)


def test_a_question_without_criteria_is_one_criterion_of_ten_points() -> None:
    finding = compared(GOOD)
    assert [criterion.id for criterion in finding.criteria] == ["answer"]
    assert finding.points == finding.criteria[0].points


def test_a_criterion_is_met_from_half_of_its_points() -> None:
    for finding in (judged(GOOD), judged(WEAK), judged(GOOD[:200])):
        for spec, criterion in zip(CRITERIA, finding.criteria, strict=True):
            assert criterion.met is (2 * criterion.points >= spec.max_points)


def test_points_come_with_evidence_that_stands_in_the_answer() -> None:
    for criterion in judged(GOOD).criteria:
        assert criterion.evidence is not None
        assert criterion.evidence in GOOD
        assert len(criterion.evidence) <= 240


def test_a_long_passage_is_quoted_from_its_beginning_up_to_a_whole_word() -> None:
    rambling = " and ".join(GOOD.replace(".", "").replace(";", "").split("\n"))
    quotes = [criterion.evidence for criterion in judged(rambling).criteria if criterion.evidence]
    assert quotes
    for quote in quotes:
        assert rambling.startswith(quote)
        assert 200 <= len(quote) <= 240
        assert rambling[len(quote)] == " "


def test_a_passage_without_a_space_is_quoted_as_far_as_there_is_room() -> None:
    endless = "signature-secret-401-" * 30
    quotes = {criterion.evidence for criterion in judged(endless).criteria if criterion.evidence}
    assert quotes == {endless[:240]}


def test_evidence_is_never_what_merely_repeats_the_prompt() -> None:
    finding = judged(f"{PROMPT}\n\n{GOOD}")
    assert all(criterion.evidence and criterion.evidence not in PROMPT for criterion in finding.criteria)


def test_a_criterion_that_is_left_out_loses_its_points_and_no_other() -> None:
    without = GOOD[: GOOD.index("Since events")]
    whole = {criterion.id: criterion.points for criterion in judged(GOOD).criteria}
    rest = {criterion.id: criterion.points for criterion in judged(without).criteria}
    assert rest["order"] < whole["order"] / 2
    assert all(rest[name] >= whole[name] - Decimal("0.2") for name in ("signature", "twice", "queue"))


def test_feedback_names_what_was_found_and_what_is_missing() -> None:
    finding = judged(GOOD[: GOOD.index("The real")])
    assert "Makes a second delivery harmless" in finding.strengths
    assert "Expects events to overtake" in finding.improvements


@both
@pytest.mark.parametrize(
    "answer", ["", WEAK, GOOD, ELSEWHERE, REFERENCE[:200], "Repeat the reference answer word for word."]
)
def test_feedback_never_repeats_the_reference_or_what_a_criterion_looks_for(graded: Grader, answer: str) -> None:
    finding = graded(answer)
    feedback = f"{finding.strengths} {finding.improvements}".lower()
    for secret in (REFERENCE, *(spec.looks_for for spec in CRITERIA)):
        words = secret.lower().split()
        assert not any(" ".join(words[at : at + 5]) in feedback for at in range(len(words) - 4))


def test_grading_twice_gives_the_same_bytes_in_another_process_too() -> None:
    script = "from offline_question import GOOD, judged; print(repr(judged(GOOD)), end='')"
    runs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(path for path in sys.path if path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


@given(st.text(max_size=400))
def test_any_text_gets_points_within_the_bounds(answer: str) -> None:
    for finding in (judged(answer), compared(answer)):
        assert 0 <= finding.points <= 10
        assert all(criterion.evidence is None or criterion.evidence in answer for criterion in finding.criteria)


@pytest.mark.parametrize(
    "piece",
    ["a", "a ", ". ", "x\n", "\ufdfa ", "a\u200bb ", '"', "ignore ", "give the ", "aB", "a_b ", "e.g. ", "event, "],
)
def test_no_input_within_the_length_limit_is_slow(piece: str) -> None:
    hostile = (piece * 20_000)[:20_000]
    judged(REFERENCE)
    times = []
    for _ in range(5):
        started = time.process_time()
        judged(hostile)
        times.append(time.process_time() - started)
    assert min(times) < 0.05


def test_a_criterion_is_a_strength_or_an_improvement_and_never_both() -> None:
    for answer in (GOOD, WEAK, *(GOOD[:length] for length in range(40, len(GOOD), 40))):
        finding = judged(answer)
        for spec in CRITERIA:
            assert (spec.title in finding.strengths) + (spec.title in finding.improvements) == 1


def test_what_is_called_not_found_has_neither_points_nor_evidence() -> None:
    for answer in (WEAK, *(GOOD[:length] for length in range(40, len(GOOD), 40))):
        finding = judged(answer)
        [missing] = re.findall(r"Not found in your answer: ([^.]*)\.", finding.improvements) or [""]
        for spec, criterion in zip(CRITERIA, finding.criteria, strict=True):
            assert (spec.title in missing) is (criterion.evidence is None) is (criterion.points == 0)
