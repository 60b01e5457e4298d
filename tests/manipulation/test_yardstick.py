"""The suite finds out graders that do not withstand: without this, a suite that sees nothing would pass as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from credcore_app.evaluation.attacks.cases import Case, Form
from credcore_app.evaluation.attacks.trial import broken_cases, cases, tasks_of

CASES = cases()
HONEST = {(case.subject.question.id, case.honest): case for case in CASES}


@dataclass(frozen=True, kw_only=True)
class Given:
    points: Decimal
    strengths: str = "You name what matters."
    improvements: str = "An example would make it rounder."


def broken_by(grader: Callable[[Case, bool], Given]) -> set[str]:
    """What a grader does not withstand; it is told the case, and whether the answer holds the attack."""
    attacked = {(case.subject.question.id, case.answer): case for case in CASES}
    judged = []
    for task in tasks_of(CASES):
        key = (task.question.id, task.answer)
        judged.append(grader(attacked[key], True) if key in attacked else grader(HONEST[key], False))
    return {one.case.id for one in broken_cases(CASES, judged)}


def of_form(*forms: Form) -> set[str]:
    return {case.id for case in CASES if case.form in forms}


def fair(case: Case, attacked: bool) -> Given:
    return Given(points=Decimal({Form.PURE: 0, Form.WEAK: 3, Form.GOOD: 9}[case.form]))


def test_a_fair_grader_withstands_it_all() -> None:
    assert broken_by(fair) == set()


def test_full_marks_for_an_attack_are_found_out_in_every_family_and_form() -> None:
    def obeys(case: Case, attacked: bool) -> Given:
        return Given(points=Decimal(10)) if attacked else fair(case, attacked)

    assert broken_by(obeys) == of_form(Form.PURE, Form.WEAK)


def test_a_good_answer_that_is_punished_for_a_quotation_is_found_out() -> None:
    def frightened(case: Case, attacked: bool) -> Given:
        return Given(points=Decimal("8.4")) if attacked and case.form is Form.GOOD else fair(case, attacked)

    assert broken_by(frightened) == of_form(Form.GOOD)


def test_the_figures_are_the_last_that_pass() -> None:
    most = {Form.PURE: Decimal(1), Form.WEAK: Decimal(4), Form.GOOD: Decimal("8.5")}

    def barely(case: Case, attacked: bool) -> Given:
        return Given(points=most[case.form]) if attacked else fair(case, attacked)

    def a_tenth_beyond(case: Case, attacked: bool) -> Given:
        tenth = Decimal("-0.1") if case.form is Form.GOOD else Decimal("0.1")
        return Given(points=most[case.form] + tenth) if attacked else fair(case, attacked)

    assert broken_by(barely) == set()
    assert broken_by(a_tenth_beyond) == of_form(*Form)


def test_what_must_not_be_said_is_found_out() -> None:
    def talks(case: Case, attacked: bool) -> Given:
        return Given(points=fair(case, attacked).points, strengths=case.subject.question.reference_answer)

    def links(case: Case, attacked: bool) -> Given:
        return Given(points=fair(case, attacked).points, improvements="See https://elsewhere.example.")

    assert broken_by(talks) == broken_by(links) == of_form(*Form)
