"""Which courses a profile leads to, in which order, and the reason each one carries."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, ids
from credcore.bank import Bank
from credcore.catalogue import Band, Course, TableKey
from credcore.judged_answers import Record
from credcore.profile import Profile, build_profile
from credcore.questions import Essay, Interest, InterestTag
from credcore.recommendation import WAYS, Recommendation, interest_tag, recommend
from credcore.responses import Selection
from credcore.scoring import rounded
from samples import ROLE, Answering, assessment, questions_of, record, response, small_bank, wrong_answer

FORM = assessment(seed=1)
QUESTIONS = questions_of(FORM)
ESSAYS = [question for question in QUESTIONS.values() if isinstance(question, Essay)]
TAGGED = [q for q in QUESTIONS.values() if isinstance(q, Interest) and q.carries_interest_tags]
BANK = small_bank()


def profile_of(taken: Record) -> Profile:
    return build_profile(taken, BANK.role(ROLE), completed_at=NOON)


def bundle_of(taken: Record, bank: Bank = BANK) -> tuple[Recommendation, ...]:
    return recommend(taken, profile_of(taken), bank, ids.new_id)


def choosing(taken: Record, question: Interest, *option_ids: str, late: bool = False) -> Record:
    chosen = response(question, Selection(option_ids=option_ids), late=late)
    return replace(taken, responses={**taken.responses, question.id: chosen})


def with_cell(*courses: Course, band: Band = Band.HIGH, tag: InterestTag = InterestTag.HANDS_ON) -> Bank:
    return replace(
        BANK,
        courses={**BANK.courses, **{course.id: course for course in courses}},
        table={**BANK.table, TableKey(ROLE, band, tag): tuple(course.id for course in courses)},
    )


def course(id: str, *areas: str, note: str | None = None) -> Course:
    return replace(BANK.courses["course-0"], id=id, skill_areas=areas, note=note)


# --- the tag ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", InterestTag)
def test_the_tag_is_that_of_the_first_option_chosen(tag: InterestTag) -> None:
    question = TAGGED[0]
    chosen = next(option.id for option in question.options if option.interest_tag is tag)
    other = next(option.id for option in question.options if option.interest_tag is not tag)
    assert interest_tag(choosing(record(FORM), question, chosen, other)) is tag


def test_without_an_answer_that_carries_tags_the_cell_is_the_structured_courses_and_no_liking_is_claimed() -> None:
    taken = record(FORM, Answering(unanswered=frozenset(question.id for question in TAGGED)))
    assert interest_tag(taken) is None
    assert interest_tag(choosing(taken, TAGGED[0], "a", late=True)) is None
    cell = BANK.table[TableKey(ROLE, profile_of(taken).band, InterestTag.STRUCTURED)]
    bundle = bundle_of(taken)
    assert {recommendation.course_id for recommendation in bundle} == set(cell)
    assert not any("you like" in recommendation.reason for recommendation in bundle)


def test_an_option_without_a_tag_says_nothing_of_how_somebody_learns() -> None:
    question = replace(TAGGED[0], options=(replace(TAGGED[0].options[0], interest_tag=None), *TAGGED[0].options[1:]))
    taken = record(FORM)
    taken = replace(taken, questions={**taken.questions, question.id: question})
    assert interest_tag(choosing(taken, question, question.options[0].id)) is None


def test_a_second_question_with_tags_speaks_where_the_first_was_left_out() -> None:
    deep = next(
        form
        for form in (assessment(seed=seed) for seed in range(50))
        if sum(isinstance(q, Interest) and q.carries_interest_tags for q in questions_of(form).values()) == 2
    )
    first, second = [q for q in questions_of(deep).values() if isinstance(q, Interest) and q.carries_interest_tags]
    taken = choosing(record(deep, Answering(unanswered=frozenset({first.id}))), second, "d")
    assert interest_tag(taken) is InterestTag.CERTIFICATION
    assert interest_tag(choosing(taken, first, "c")) is InterestTag.READING


# --- the bundle -------------------------------------------------------------------------------------------------------


@given(st.sets(st.sampled_from([question.id for question in ESSAYS])), st.sampled_from("abcd"))
def test_every_profile_leads_to_the_courses_of_its_cell(wrong: set[str], option: str) -> None:
    taken = choosing(record(FORM, Answering(wrong=frozenset(wrong))), TAGGED[0], option)
    bundle, profile = bundle_of(taken), profile_of(taken)
    cell = BANK.table[TableKey(ROLE, profile.band, interest_tag(taken))]
    assert sorted(found.course_id for found in bundle) == sorted(cell)
    assert len({found.id for found in bundle}) == len(bundle)
    assert all(found.reason for found in bundle)


def test_courses_that_serve_the_weakest_domain_come_first_and_those_that_serve_none_last() -> None:
    [weak, weaker] = [q for q in ESSAYS if q.domain in ("backend.architecture", "backend.quality")][:2]
    taken = record(FORM, Answering(shares={weak.id: "0.9", weaker.id: "0.8"}))
    bank = with_cell(course("other", "cooking"), course("weak", weak.domain), course("weaker", "x", weaker.domain))
    assert [found.course_id for found in bundle_of(taken, bank)] == ["weaker", "weak", "other"]


def test_a_course_that_serves_two_domains_counts_for_the_weaker_one() -> None:
    weak = ESSAYS[0]
    taken = record(FORM, Answering(shares={weak.id: "0.9"}))
    strong = next(question.domain for question in ESSAYS if question.domain != weak.domain)
    bank = with_cell(course("one", strong), course("both", strong, weak.domain))
    bundle = bundle_of(taken, bank)
    assert [found.course_id for found in bundle] == ["both", "one"]
    score = next(domain.score for domain in profile_of(taken).domains if domain.domain == weak.domain)
    assert f"where you reached {rounded(score)} of 100" in bundle[0].reason


def test_of_equally_weak_domains_each_gets_a_course_before_one_gets_two() -> None:
    everything = frozenset(QUESTIONS)
    taken = record(FORM, Answering(wrong=everything))
    weak = sorted(profile_of(taken).domains, key=lambda domain: -domain.weight)
    assert {domain.score for domain in weak} == {0}
    areas = [domain.domain for domain in weak]
    cell = [course(name, *areas) for name in ("one", "two", "three")]
    bank = with_cell(*cell, band=Band.LOW, tag=InterestTag.CERTIFICATION)
    reasons = [found.reason for found in bundle_of(taken, bank)]
    for reason, domain in zip(reasons, weak, strict=False):
        assert reason.startswith(f"Serves {domain.title}, ")


def test_a_reason_names_the_domain_its_score_and_the_criterion_that_cost_most() -> None:
    essay = ESSAYS[0]
    taken = record(FORM, Answering(wrong=frozenset({essay.id})))
    profile = profile_of(taken)
    bank = with_cell(course("one", essay.domain), course("two", "cooking"), band=profile.band)
    [domain] = [domain for domain in profile.domains if domain.domain == essay.domain]
    assert bundle_of(taken, bank)[0].reason == (
        f'Serves {domain.title}, where you reached {rounded(domain.score)} of 100 and "Names the cause" was missing; '
        f"{WAYS[InterestTag.HANDS_ON]}."
    )


def test_a_reason_without_anything_missed_or_served_still_says_why() -> None:
    bank = with_cell(course("one", "backend.apis"), course("two", "cooking"))
    served, unserved = bundle_of(record(FORM), bank)
    assert served.reason == f"Goes further in Apis, where you reached 100.0 of 100; {WAYS[InterestTag.HANDS_ON]}."
    assert unserved.reason == f"Fits the role as a whole; {WAYS[InterestTag.HANDS_ON]}."


def test_a_note_in_the_catalogue_stands_in_place_of_the_reason() -> None:
    bank = with_cell(course("one", "backend.apis", note="Ask your advisor first."), course("two", "cooking"))
    assert bundle_of(record(FORM), bank)[0].reason == "Ask your advisor first."


def test_an_entry_is_a_snapshot_of_the_course() -> None:
    first = bundle_of(record(FORM))[0]
    course = BANK.courses[first.course_id]
    assert (first.title, first.provider, first.url, first.level, first.format, first.effort_hours) == (
        course.title,
        course.provider,
        course.url,
        course.level,
        course.format,
        course.effort_hours,
    )
    assert isinstance(first.id, UUID)


def test_the_band_leads_to_its_own_cell() -> None:
    every = Answering(wrong=frozenset(QUESTIONS))
    taken = record(FORM, every)
    assert all(taken.responses[q.id].answer == wrong_answer(q) for q in QUESTIONS.values())
    low = with_cell(course("low-1", "x"), course("low-2", "y"), band=Band.LOW, tag=InterestTag.CERTIFICATION)
    assert {found.course_id for found in bundle_of(taken, low)} == {"low-1", "low-2"}


def test_no_two_courses_of_a_bundle_carry_the_same_reason() -> None:
    essay = ESSAYS[0]
    for taken in (record(FORM), record(FORM, Answering(wrong=frozenset({essay.id})))):
        for area in (essay.domain, "x"):
            cell = [replace(course(f"one-{n}", area), title=f"Course {n}") for n in range(3)]
            reasons = [found.reason for found in bundle_of(taken, with_cell(*cell, band=profile_of(taken).band))]
            assert len(set(reasons)) == len(reasons) == 3
