"""Starting an assessment, going through it and answering, as its owner and as anybody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from builders import ids, partner
from credcore.accounts import Caller, CallerKind, Scope
from credcore.assessment import Status
from credcore.blueprint import BLUEPRINTS, FormName
from credcore.consent import CONSENT_VERSION
from credcore.errors import (
    AlreadyAnswered,
    AssessmentCompleted,
    AssessmentExpired,
    Forbidden,
    InvalidValue,
    NotFound,
    QuestionNotInForm,
    Unauthenticated,
)
from credcore.questions import MultipleChoice
from credcore.responses import ResponseStatus
from credcore.services.assessments import Beginning
from samples import DOMAINS, ROLE, right_answer, wrong_answer
from world import World, opened


@pytest.fixture
async def world() -> World:
    return await opened()


@pytest.fixture
async def caller(world: World) -> Caller:
    return (await world.student()).caller


@pytest.fixture
def lms(world: World) -> Caller:
    caller = partner()
    world.state.partners[caller.id] = 1
    return caller


# --- start ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FormName)
@pytest.mark.parametrize("role", DOMAINS)
async def test_an_assessment_starts_with_its_first_question_delivered(
    world: World, caller: Caller, role: str, form: FormName
) -> None:
    started = await world.assessments.start(caller, Beginning(role=role, form=form))
    assessment, delivery = started.overview.assessment, started.delivery
    assert (assessment.role, assessment.form, assessment.owner_id) == (role, form, caller.id)
    assert assessment.expires_at - assessment.started_at == timedelta(hours=2)
    assert assessment.status(world.clock.now) is Status.IN_PROGRESS
    assert len(assessment.items) == delivery.total == BLUEPRINTS[form].total
    assert delivery.item == assessment.items[0]
    assert delivery.question is not None
    assert (delivery.question.id, delivery.delivered_at) == (assessment.items[0].question_id, world.clock.now)
    assert (started.overview.answered, started.overview.pending_grades) == (0, 0)


async def test_a_role_that_does_not_exist_starts_nothing(world: World, caller: Caller) -> None:
    with pytest.raises(InvalidValue, match="/role: is not one of the roles"):
        await world.assessments.start(caller, Beginning(role="pilot"))
    assert world.state.assessments == {}


async def test_starting_again_with_the_same_id_finds_the_first_one_s_work(world: World, caller: Caller) -> None:
    id = world.ids.new_id()
    first = await world.assessments.start(caller, Beginning(role=ROLE), id)
    again = await world.assessments.start(caller, Beginning(role=ROLE), id)
    assert again == first
    assert len(world.state.assessments) == 1


async def test_an_id_that_is_somebody_else_s_starts_nothing(world: World, caller: Caller) -> None:
    id = await world.started(caller)
    eve = (await world.student()).caller
    with pytest.raises(NotFound):
        await world.assessments.start(eve, Beginning(role=ROLE), id)


async def test_the_second_form_asks_nothing_scored_that_the_first_asked(world: World, caller: Caller) -> None:
    forms = []
    for _ in range(2):
        items = world.state.assessments[await world.started(caller)].assessment.items
        forms.append({item.question_id for item in items if item.type != "interest"})
        world.clock.move(seconds=1)
    assert not forms[0] & forms[1]


async def test_the_consent_of_a_person_is_their_account_s_and_not_for_the_request_to_say(world: World) -> None:
    for consents in (True, False):
        caller = (await world.student(ai_consent=consents)).caller
        started = await world.assessments.start(caller, Beginning(role=ROLE))
        assert started.overview.assessment.ai_consent is consents
        with pytest.raises(InvalidValue, match="/aiConsent"):
            await world.assessments.start(caller, Beginning(role=ROLE, ai_consent=False))
        with pytest.raises(InvalidValue, match="/learnerRef"):
            await world.assessments.start(caller, Beginning(role=ROLE, learner_ref="x"))


@pytest.mark.parametrize(("said", "consents"), [(None, False), (False, False), (True, True)])
async def test_a_partner_says_for_its_learner_whether_ai_may_judge(
    world: World, lms: Caller, said: bool | None, consents: bool
) -> None:
    beginning = Beginning(role=ROLE, learner_ref="learner-7", ai_consent=said)
    assessment = (await world.assessments.start(lms, beginning)).overview.assessment
    assert (assessment.ai_consent, assessment.learner_ref) == (consents, "learner-7")
    assert assessment.ai_consent_version == (CONSENT_VERSION if consents else None)


async def test_a_partner_s_learners_are_told_apart_by_what_they_have_seen(world: World, lms: Caller) -> None:
    for learner in ("one", "two", None):
        await world.assessments.start(lms, Beginning(role=ROLE, learner_ref=learner))
    for learner in ("one", "two", None):
        assert len(await world.store.seen(lms, learner)) == 10


@pytest.mark.parametrize("reference", ["", "x" * 201, "a\nb", "\x00"])
async def test_a_learner_s_reference_is_one_short_line(world: World, lms: Caller, reference: str) -> None:
    with pytest.raises(InvalidValue, match="/learnerRef"):
        await world.assessments.start(lms, Beginning(role=ROLE, learner_ref=reference))


async def test_a_partner_lists_what_it_started_for_one_learner(world: World, lms: Caller) -> None:
    for learner in ("one", "two", "one"):
        await world.assessments.start(lms, Beginning(role=ROLE, learner_ref=learner))
    page = await world.assessments.page(lms, limit=9, after=None, learner_ref="one")
    assert [shown.assessment.learner_ref for shown in page.items] == ["one", "one"]
    assert len((await world.assessments.page(lms, limit=9, after=None)).items) == 3


@pytest.mark.parametrize("reference", ["", "x" * 201, "\x00", "\ud800"])
async def test_what_can_be_no_learner_s_reference_is_not_looked_for(world: World, lms: Caller, reference: str) -> None:
    with pytest.raises(InvalidValue, match="/learnerRef"):
        await world.assessments.page(lms, limit=9, after=None, learner_ref=reference)


# --- next and answer --------------------------------------------------------------------------------------------------


async def test_a_form_is_gone_through_from_first_to_last(world: World, caller: Caller) -> None:
    id = await world.started(caller)
    for number in range(10):
        delivery = await world.assessments.next(caller, id)
        assert delivery.question is not None
        assert (delivery.answered, delivery.total) == (number, 10)
        answer = right_answer(delivery.question)
        response, total = await world.assessments.answer(caller, id, delivery.question.id, answer)
        assert (response.ordinal, total) == (number + 1, 10)
    last = await world.assessments.next(caller, id)
    assert (last.answered, last.item, last.question, last.delivered_at) == (10, None, None, None)
    overview = await world.assessments.find(caller, id)
    assert (overview.answered, overview.pending_grades, overview.now) == (10, 5, world.clock.now)


async def test_time_runs_from_the_first_delivery_and_asking_again_does_not_stop_it(
    world: World, caller: Caller
) -> None:
    id = await world.started(caller)
    first = await world.assessments.next(caller, id)
    world.clock.move(seconds=60)
    again = await world.assessments.next(caller, id)
    assert again.delivered_at == first.delivered_at
    world.clock.move(seconds=36)
    assert first.question is not None
    assert first.question.time_limit_seconds == 90
    response, _ = await world.assessments.answer(caller, id, first.question.id, right_answer(first.question))
    assert response.status is ResponseStatus.LATE


async def test_a_late_essay_is_not_sent_to_be_graded(world: World, caller: Caller) -> None:
    id = await world.started(caller)
    first = (await world.assessments.next(caller, id)).question
    assert isinstance(first, MultipleChoice)
    await world.assessments.answer(caller, id, first.id, right_answer(first))
    essay = (await world.assessments.next(caller, id)).question
    assert essay is not None
    world.clock.move(seconds=246)
    response, _ = await world.assessments.answer(caller, id, essay.id, right_answer(essay))
    assert response.status is ResponseStatus.LATE
    assert (await world.assessments.find(caller, id)).pending_grades == 0


async def test_the_identical_answer_again_changes_nothing_and_another_one_is_refused(
    world: World, caller: Caller
) -> None:
    id = await world.started(caller)
    [essay, *_] = await world.answer_essays(caller, id)
    question = world.bank.by_id[essay]
    row = world.state.assessments[id]
    before, jobs = dict(row.responses), dict(row.jobs)
    world.clock.move(seconds=5)
    again, _ = await world.assessments.answer(caller, id, essay, right_answer(question))
    assert again is before[essay]
    with pytest.raises(AlreadyAnswered):
        await world.assessments.answer(caller, id, essay, wrong_answer(question))
    with pytest.raises(QuestionNotInForm):
        await world.assessments.answer(caller, id, "another", right_answer(question))
    assert (row.responses, row.jobs) == (before, jobs)


async def test_after_expiry_nothing_is_delivered_or_answered(world: World, caller: Caller) -> None:
    id = await world.started(caller)
    first = (await world.assessments.next(caller, id)).question
    assert first is not None
    world.clock.move(hours=2)
    with pytest.raises(AssessmentExpired):
        await world.assessments.next(caller, id)
    with pytest.raises(AssessmentExpired):
        await world.assessments.answer(caller, id, first.id, right_answer(first))
    assert (await world.assessments.find(caller, id)).assessment.status(world.clock.now) is Status.EXPIRED


async def test_a_completed_assessment_delivers_nothing_more_and_says_so_unless_all_was_answered(
    world: World, caller: Caller
) -> None:
    whole, part = await world.started(caller), await world.started(caller)
    await world.answer_all(caller, whole)
    await world.answer_essays(caller, part)
    for id in (whole, part):
        await world.completion.complete(caller, id)
    assert (await world.assessments.next(caller, whole)).question is None
    with pytest.raises(AssessmentCompleted):
        await world.assessments.next(caller, part)


# --- whose it is ------------------------------------------------------------------------------------------------------


async def test_what_is_somebody_else_s_is_not_found_and_neither_is_what_does_not_exist(
    world: World, caller: Caller
) -> None:
    id = await world.started(caller)
    eve = (await world.student()).caller
    for asking, asked in ((eve, id), (caller, ids.new_id())):
        for call in (world.assessments.next, world.assessments.find):
            with pytest.raises(NotFound) as refused:
                await call(asking, asked)
            assert refused.value.what == "assessment"
        with pytest.raises(NotFound):
            await world.assessments.answer(asking, asked, "any", right_answer(world.bank.interests[0]))


async def test_a_partner_without_the_scope_may_do_none_of_it(world: World) -> None:
    bare = Caller(id=ids.new_id(), kind=CallerKind.PARTNER, epoch=1, scopes=frozenset({Scope.PROFILES_READ}))
    service, id = world.assessments, ids.new_id()
    for call in (
        lambda: service.start(bare, Beginning(role=ROLE)),
        lambda: service.next(bare, id),
        lambda: service.answer(bare, id, "any", right_answer(world.bank.interests[0])),
        lambda: service.find(bare, id),
        lambda: service.page(bare, limit=1, after=None),
    ):
        with pytest.raises(Forbidden):
            await call()


async def test_a_token_of_an_earlier_epoch_is_worthless(world: World, caller: Caller) -> None:
    id = await world.started(caller)
    stale = replace(caller, epoch=caller.epoch + 1)
    for call in (world.assessments.next, world.assessments.find):
        with pytest.raises(Unauthenticated):
            await call(stale, id)
    with pytest.raises(Unauthenticated):
        await world.assessments.page(stale, limit=1, after=None)


async def test_the_caller_s_own_are_paged_newest_first_without_gap_or_repetition(world: World, caller: Caller) -> None:
    made: list[UUID] = []
    for _ in range(5):
        made.append(await world.started(caller, FormName.SCREENER))
        world.clock.move(seconds=1)
    await world.started((await world.student()).caller)
    shown: list[UUID] = []
    after = None
    for expected in (2, 2, 1):
        page = await world.assessments.page(caller, limit=2, after=after)
        assert len(page.items) == expected
        shown += [overview.assessment.id for overview in page.items]
        after = page.next_after
    assert after is None
    assert shown == made[::-1]
