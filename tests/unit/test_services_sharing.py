"""Letting an advisor read a profile, seeing who did, taking it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import pytest

from builders import ids, partner
from credcore.accounts import Caller, UserRole
from credcore.errors import AssessmentNotCompleted, Forbidden, InvalidValue, NotFound
from credcore.memory import MemoryShares
from credcore.services.sharing import Sharing
from credcore.sharing import MOST_SHARES
from world import World, opened

ADVISOR = "advisor@example.org"


@dataclass
class Seminar:
    """A student with a completed assessment, and an advisor."""

    world: World
    sharing: Sharing
    student: Caller
    advisor: Caller
    assessment_id: UUID

    async def completed(self) -> UUID:
        id = await self.world.started(self.student)
        await self.world.answer_all(self.student, id)
        await self.world.completion.complete(self.student, id)
        return id


@pytest.fixture
async def seminar() -> Seminar:
    world = await opened()
    seminar = Seminar(
        world=world,
        sharing=Sharing(store=MemoryShares(world.state), ids=world.ids),
        student=(await world.student(name="Ada King")).caller,
        advisor=(await world.student(email=ADVISOR, role=UserRole.ADVISOR)).caller,
        assessment_id=ids.new_id(),
    )
    seminar.assessment_id = await seminar.completed()
    return seminar


async def test_a_shared_profile_is_read_by_its_advisor_until_it_is_taken_back(seminar: Seminar) -> None:
    own = await seminar.world.profiles.profile(seminar.student, seminar.assessment_id)
    with pytest.raises(NotFound):
        await seminar.world.profiles.profile(seminar.advisor, seminar.assessment_id)
    share = await seminar.sharing.share(seminar.student, seminar.assessment_id, f" {ADVISOR.upper()} ")
    assert await seminar.world.profiles.profile(seminar.advisor, seminar.assessment_id) == own
    assert await seminar.world.profiles.recommendations(seminar.advisor, seminar.assessment_id) == own.bundle
    await seminar.sharing.revoke(seminar.student, seminar.assessment_id, share.id)
    with pytest.raises(NotFound):
        await seminar.world.profiles.profile(seminar.advisor, seminar.assessment_id)


async def test_another_student_reads_nothing_even_under_the_address_of_the_advisor(seminar: Seminar) -> None:
    await seminar.sharing.share(seminar.student, seminar.assessment_id, "other@example.org")
    other = (await seminar.world.student(email="other@example.org")).caller
    with pytest.raises(NotFound):
        await seminar.world.profiles.profile(other, seminar.assessment_id)


async def test_an_advisor_is_told_that_a_revision_is_not_there_not_that_the_profile_is_hidden(seminar: Seminar) -> None:
    await seminar.sharing.share(seminar.student, seminar.assessment_id, ADVISOR)
    with pytest.raises(NotFound) as missing:
        await seminar.world.profiles.profile(seminar.advisor, seminar.assessment_id, revision=2)
    assert missing.value.what == "revision"
    own = await seminar.world.started(seminar.advisor)
    with pytest.raises(AssessmentNotCompleted):
        await seminar.world.profiles.profile(seminar.advisor, own)


async def test_the_student_sees_who_looked_and_when(seminar: Seminar) -> None:
    await seminar.sharing.share(seminar.student, seminar.assessment_id, "other@example.org")
    await seminar.sharing.share(seminar.student, seminar.assessment_id, ADVISOR)
    seminar.world.clock.move(minutes=5)
    await seminar.world.profiles.profile(seminar.advisor, seminar.assessment_id)
    shares = await seminar.sharing.of(seminar.student, seminar.assessment_id)
    assert [(share.advisor_email, share.views, share.last_viewed_at) for share in shares] == [
        ("other@example.org", 0, None),
        (ADVISOR, 1, seminar.world.clock.now),
    ]


async def test_an_advisors_list_comes_newest_first_page_by_page(seminar: Seminar) -> None:
    first = await seminar.sharing.share(seminar.student, seminar.assessment_id, ADVISOR)
    second = await seminar.sharing.share(seminar.student, await seminar.completed(), ADVISOR)
    page = await seminar.sharing.shared_with(seminar.advisor, limit=1, after=None)
    assert [(shown.share_id, shown.student_name) for shown in page.items] == [(second.id, "Ada King")]
    rest = await seminar.sharing.shared_with(seminar.advisor, limit=1, after=page.next_after)
    assert [shown.share_id for shown in rest.items] == [first.id]
    assert rest.next_after is None


async def test_a_share_that_stands_is_given_again_whatever_it_was_to_be_called(seminar: Seminar) -> None:
    chosen = ids.new_id()
    first = await seminar.sharing.share(seminar.student, seminar.assessment_id, ADVISOR, chosen)
    assert first.id == chosen
    assert await seminar.sharing.share(seminar.student, seminar.assessment_id, ADVISOR, ids.new_id()) == first


async def test_so_many_advisors_can_read_one_profile_and_one_more_is_told_why_not(seminar: Seminar) -> None:
    for number in range(MOST_SHARES):
        await seminar.sharing.share(seminar.student, seminar.assessment_id, f"{number}@example.org")
    with pytest.raises(InvalidValue) as refused:
        await seminar.sharing.share(seminar.student, seminar.assessment_id, ADVISOR)
    assert refused.value.pointer == "/advisorEmail"
    assert str(MOST_SHARES) in refused.value.detail
    assert len(await seminar.sharing.of(seminar.student, seminar.assessment_id)) == MOST_SHARES


async def test_what_is_no_address_is_refused_where_the_assessment_is_ones_own(seminar: Seminar) -> None:
    with pytest.raises(InvalidValue) as refused:
        await seminar.sharing.share(seminar.student, seminar.assessment_id, "no address")
    assert refused.value.pointer == "/advisorEmail"


@pytest.mark.parametrize("address", [ADVISOR, "no address", "\x00"])
async def test_what_is_not_ones_own_is_not_found_whatever_is_sent(seminar: Seminar, address: str) -> None:
    other = (await seminar.world.student()).caller
    with pytest.raises(NotFound):
        await seminar.sharing.share(other, seminar.assessment_id, address)
    with pytest.raises(NotFound):
        await seminar.sharing.share(seminar.student, ids.new_id(), address)


async def test_before_completion_there_is_nothing_to_share(seminar: Seminar) -> None:
    unfinished = await seminar.world.started(seminar.student)
    with pytest.raises(AssessmentNotCompleted):
        await seminar.sharing.share(seminar.student, unfinished, ADVISOR)


async def test_the_list_is_for_advisors(seminar: Seminar) -> None:
    with pytest.raises(Forbidden):
        await seminar.sharing.shared_with(seminar.student, limit=9, after=None)


@pytest.mark.parametrize(
    "deed",
    [
        lambda sharing, caller, which: sharing.share(caller, which, ADVISOR),
        lambda sharing, caller, which: sharing.of(caller, which),
        lambda sharing, caller, which: sharing.revoke(caller, which, which),
        lambda sharing, caller, which: sharing.shared_with(caller, limit=1, after=None),
    ],
    ids=["share", "of", "revoke", "shared_with"],
)
async def test_sharing_is_for_people(
    seminar: Seminar, deed: Callable[[Sharing, Caller, UUID], Awaitable[object]]
) -> None:
    with pytest.raises(Forbidden):
        await deed(seminar.sharing, partner(), seminar.assessment_id)
