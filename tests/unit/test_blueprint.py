"""What a drawn form always is: complete, even over the domains, fresh, fit for the level, given by its seed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credcore.bank import Bank, read_bank
from credcore.blueprint import (
    BLUEPRINTS,
    DIFFICULTY_ODDS,
    Blueprint,
    ExperienceLevel,
    FormItem,
    FormName,
    _quotas,
    draw,
)
from credcore.errors import ContentFault, NotFound
from credcore.questions import Essay, Interest, QuestionType
from samples import DOMAINS, OTHER_ROLE, ROLE, bank_document, interest_document, small_bank

BANK = small_bank()
SEEDS = st.integers(0, 2**63 - 1)
ROLES = st.sampled_from(sorted(DOMAINS))
FORMS = st.sampled_from(list(FormName))
LEVELS = st.sampled_from(list(ExperienceLevel))
SEEN = st.lists(st.sampled_from(sorted(BANK.by_id)), max_size=60)


def drawn(
    seed: int = 1,
    *,
    role: str = ROLE,
    form: FormName = FormName.STANDARD,
    level: ExperienceLevel = ExperienceLevel.INTERMEDIATE,
    seen: list[str] | None = None,
    bank: Bank = BANK,
) -> tuple[FormItem, ...]:
    return draw(bank, role=role, form=form, level=level, seen=seen or [], seed=seed)


def scored(items: tuple[FormItem, ...]) -> list[FormItem]:
    return [item for item in items if item.type is not QuestionType.INTEREST]


@given(SEEDS, ROLES, FORMS, LEVELS, SEEN)
def test_a_form_has_the_counts_of_its_blueprint_and_no_question_twice(
    seed: int, role: str, form: FormName, level: ExperienceLevel, seen: list[str]
) -> None:
    items = drawn(seed, role=role, form=form, level=level, seen=seen)
    count = Counter(item.type for item in items)
    plan = BLUEPRINTS[form]
    assert (count[QuestionType.MCQ], count[QuestionType.ESSAY], count[QuestionType.INTEREST]) == (
        plan.multiple_choice,
        plan.essays,
        plan.interests,
    )
    assert len({item.question_id for item in items}) == len(items) == plan.total
    assert [item.position for item in items] == list(range(1, plan.total + 1))


@given(SEEDS, ROLES, LEVELS, SEEN)
def test_a_standard_form_asks_two_scored_questions_in_each_of_the_four_domains(
    seed: int, role: str, level: ExperienceLevel, seen: list[str]
) -> None:
    items = scored(drawn(seed, role=role, level=level, seen=seen))
    assert Counter(item.domain for item in items) == dict.fromkeys(DOMAINS[role], 2)


@given(SEEDS, ROLES, FORMS)
def test_the_domains_of_a_form_are_as_even_as_the_counts_allow(seed: int, role: str, form: FormName) -> None:
    items = scored(drawn(seed, role=role, form=form))
    each = Counter(item.domain for item in items)
    choices = Counter(item.domain for item in items if item.type is QuestionType.MCQ)
    for count in (each, choices):
        share = [count[domain] for domain in DOMAINS[role]]
        assert max(share) - min(share) <= 1


@given(
    st.builds(Blueprint, multiple_choice=st.integers(0, 20), essays=st.integers(0, 20), interests=st.just(0)),
    st.integers(1, 6),
    st.randoms(use_true_random=False),
)
def test_quotas_add_up_and_differ_by_at_most_one(plan: Blueprint, domains: int, random: object) -> None:
    quotas = _quotas(plan, [str(domain) for domain in range(domains)], random)  # type: ignore[arg-type]  # a Random
    assert sum(choices for _, choices, _ in quotas) == plan.multiple_choice
    assert sum(essays for _, _, essays in quotas) == plan.essays
    assert all(choices >= 0 and essays >= 0 for _, choices, essays in quotas)
    totals = [choices + essays for _, choices, essays in quotas]
    assert max(totals) - min(totals) <= 1


@given(SEEDS, ROLES, FORMS, LEVELS, SEEN)
def test_the_same_seed_gives_the_same_form(
    seed: int, role: str, form: FormName, level: ExperienceLevel, seen: list[str]
) -> None:
    first = drawn(seed, role=role, form=form, level=level, seen=seen)
    assert drawn(seed, role=role, form=form, level=level, seen=seen) == first


def test_other_seeds_give_other_forms() -> None:
    forms = {tuple(item.question_id for item in drawn(seed)) for seed in range(50)}
    assert len(forms) == 50


@given(SEEDS, ROLES, LEVELS, SEEDS)
def test_two_standard_forms_in_a_row_share_no_scored_question(
    seed: int, role: str, level: ExperienceLevel, next_seed: int
) -> None:
    first = scored(drawn(seed, role=role, level=level))
    again = scored(drawn(next_seed, role=role, level=level, seen=[item.question_id for item in first]))
    assert not {item.question_id for item in first} & {item.question_id for item in again}


def choice_of_a_screener(domain: str, seen: list[str], seed: int) -> str:
    [found] = [item.question_id for item in drawn(seed, form=FormName.SCREENER, seen=seen) if item.domain == domain]
    return found


@pytest.mark.parametrize("seed", range(5))
def test_seen_questions_come_back_only_when_nothing_else_is_left_and_the_longest_unseen_first(seed: int) -> None:
    ids = [question.id for question in BANK.multiple_choice(ROLE, "backend.apis")]
    seen = [ids[3], ids[0], ids[1], ids[5], ids[2], ids[4]]
    assert choice_of_a_screener("backend.apis", seen[:5], seed) == ids[4]
    assert choice_of_a_screener("backend.apis", seen, seed) == ids[3]


def test_a_question_seen_twice_counts_from_when_it_was_seen_last() -> None:
    ids = [question.id for question in BANK.multiple_choice(ROLE, "backend.apis")]
    assert choice_of_a_screener("backend.apis", [*ids, ids[0]], seed=1) == ids[1]


@given(SEEDS, ROLES, FORMS, SEEN)
def test_a_form_opens_with_a_choice_then_the_essays_and_closes_with_the_interests(
    seed: int, role: str, form: FormName, seen: list[str]
) -> None:
    plan = BLUEPRINTS[form]
    kinds = [item.type for item in drawn(seed, role=role, form=form, seen=seen)]
    assert kinds == [
        QuestionType.MCQ,
        *[QuestionType.ESSAY] * plan.essays,
        *[QuestionType.MCQ] * (plan.multiple_choice - 1),
        *[QuestionType.INTEREST] * plan.interests,
    ]


@given(SEEDS, ROLES, FORMS, SEEN)
def test_the_first_interest_question_carries_the_tags_that_a_recommendation_needs(
    seed: int, role: str, form: FormName, seen: list[str]
) -> None:
    items = [item for item in drawn(seed, role=role, form=form, seen=seen) if item.type is QuestionType.INTEREST]
    asked = [BANK.by_id[item.question_id] for item in items]
    assert isinstance(asked[0], Interest)
    assert asked[0].carries_interest_tags
    assert all(isinstance(q, Interest) and (not q.roles or role in q.roles) for q in asked)


@given(SEEDS, ROLES, FORMS)
def test_an_item_names_the_version_drawn_and_shows_every_option_once(seed: int, role: str, form: FormName) -> None:
    for item in drawn(seed, role=role, form=form):
        question = BANK.by_id[item.question_id]
        assert (item.question_version, item.type, item.domain) == (question.version, question.type, question.domain)
        options = [] if isinstance(question, Essay) else [option.id for option in question.options]
        assert sorted(item.option_order) == sorted(options)


def test_every_option_is_shown_first_about_as_often_as_any_other() -> None:
    first = Counter(item.option_order[0] for seed in range(250) for item in drawn(seed, form=FormName.SCREENER)[:4])
    assert set(first) == {"a", "b", "c", "d"}
    assert all(200 <= count <= 300 for count in first.values()), first


def difficulties(level: ExperienceLevel) -> Counter[int]:
    """Of the first choice drawn in each domain of many screeners; the small bank has each difficulty equally often."""
    found: Counter[int] = Counter()
    for seed in range(500):
        for item in scored(drawn(seed, level=level, form=FormName.SCREENER)):
            question = BANK.by_id[item.question_id]
            assert not isinstance(question, Interest)
            found[question.difficulty] += 1
    return found


@pytest.mark.parametrize("level", ExperienceLevel)
def test_difficulty_follows_the_odds_of_the_level(level: ExperienceLevel) -> None:
    found, odds = difficulties(level), DIFFICULTY_ODDS[level]
    for difficulty, weight in enumerate(odds, start=1):
        expected = 2000 * weight / sum(odds)
        # Four standard deviations of a binomial count; the seeds are fixed, so this either holds or does not.
        tolerance = 4 * (expected * (1 - expected / 2000)) ** 0.5
        assert abs(found[difficulty] - expected) <= tolerance, (level, found)


def test_no_level_is_asked_one_difficulty_alone() -> None:
    assert all(all(weight > 0 for weight in odds) for odds in DIFFICULTY_ODDS.values())


@pytest.mark.parametrize(
    ("kind", "where"), [("multiple_choice", "backend.apis"), ("essays", "backend.apis"), ("interests", "interests")]
)
def test_a_bank_too_small_for_a_form_is_named_with_what_it_lacks(kind: str, where: str) -> None:
    document = bank_document()
    if kind == "interests":
        document["interests"] = [interest_document(1, tagged=False), interest_document(2, tagged=False)]
    else:
        questions = document["questions"][ROLE]
        questions[kind] = [question for question in questions[kind] if question["domain"] != where]
    with pytest.raises(ContentFault) as fault:
        drawn(form=FormName.DEEP_DIVE, bank=read_bank(document))
    assert fault.value.where == f"{ROLE}, {where}"
    assert "the bank has 0" in fault.value.problem


def test_a_screener_needs_no_essays_and_a_form_without_interests_draws_none(monkeypatch: pytest.MonkeyPatch) -> None:
    document = bank_document()
    document["questions"][ROLE]["essays"] = []
    document["interests"] = []
    plan = Blueprint(multiple_choice=4, essays=0, interests=0)
    monkeypatch.setitem(BLUEPRINTS, FormName.SCREENER, plan)
    assert len(drawn(form=FormName.SCREENER, bank=read_bank(document))) == 4


def test_no_form_is_drawn_for_a_role_that_does_not_exist() -> None:
    with pytest.raises(NotFound):
        drawn(role="pilot")


def test_roles_are_drawn_from_their_own_questions() -> None:
    assert {item.domain for item in scored(drawn(role=OTHER_ROLE))} == set(DOMAINS[OTHER_ROLE])
