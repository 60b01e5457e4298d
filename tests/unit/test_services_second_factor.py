"""A second factor: enrolled, proved, asked for, spent, taken off."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest

from account_world import PASSWORD, AccountWorld
from builders import partner
from credcore.accounts import Caller, UserRole
from credcore.errors import Forbidden, InvalidCredentials, InvalidValue, NotFound, SecondFactorRequired


@dataclass
class Ada:
    """Somebody signed in, with an authenticator app."""

    world: AccountWorld
    caller: Caller
    secret: str = ""

    def code(self, *, seconds: int = 0) -> str:
        """What the app shows ``seconds`` from now."""
        self.world.clock.move(seconds=seconds)
        shown = self.world.codes.at(self.secret, self.world.clock.now)
        self.world.clock.move(seconds=-seconds)
        return shown

    async def enrol(self) -> list[str]:
        """The recovery codes; the code that confirmed is a minute old afterwards."""
        self.secret = (await self.world.factors.begin(self.caller)).secret
        recovery = list(await self.world.factors.confirm(self.caller, self.code()))
        self.world.clock.move(minutes=1)
        return recovery


@pytest.fixture
async def ada() -> Ada:
    world = AccountWorld()
    return Ada(world, (await world.register()).caller)


async def test_an_enrolment_says_what_an_app_needs(ada: Ada) -> None:
    enrolment = await ada.world.factors.begin(ada.caller)
    assert enrolment.uri == f"otpauth://totp/ada@example.org?secret={enrolment.secret}"


async def test_until_it_is_confirmed_a_factor_is_not_asked_for(ada: Ada) -> None:
    await ada.world.factors.begin(ada.caller)
    assert not (await ada.world.login()).account.second_factor


async def test_a_second_enrolment_takes_the_place_of_one_that_was_never_confirmed(ada: Ada) -> None:
    first = (await ada.world.factors.begin(ada.caller)).secret
    ada.secret = (await ada.world.factors.begin(ada.caller)).secret
    with pytest.raises(InvalidValue):
        await ada.world.factors.confirm(ada.caller, ada.world.codes.at(first, ada.world.clock.now))
    assert await ada.world.factors.confirm(ada.caller, ada.code())


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666", "000000"])
async def test_a_wrong_code_confirms_nothing_and_says_where(ada: Ada, code: str) -> None:
    await ada.world.factors.begin(ada.caller)
    with pytest.raises(InvalidValue) as refused:
        await ada.world.factors.confirm(ada.caller, code)
    assert refused.value.pointer == "/code"
    assert not ada.world.account(ada.caller).second_factor


async def test_nothing_is_confirmed_that_was_not_begun(ada: Ada) -> None:
    with pytest.raises(NotFound):
        await ada.world.factors.confirm(ada.caller, "000000")


async def test_whether_there_is_a_factor_can_be_asked_before_anything_else(ada: Ada) -> None:
    with pytest.raises(NotFound):
        await ada.world.factors.require(ada.caller)
    with pytest.raises(Forbidden):
        await ada.world.factors.require(partner())
    await ada.world.factors.begin(ada.caller)
    await ada.world.factors.require(ada.caller)


async def test_from_its_confirmation_on_a_code_is_asked_for_once_the_password_was_right(ada: Ada) -> None:
    await ada.enrol()
    for code in (None, "000000", "no code"):
        with pytest.raises(SecondFactorRequired):
            await ada.world.login(code=code)
    with pytest.raises(InvalidCredentials):
        await ada.world.login("wrong horse battery", code=ada.code())
    assert (await ada.world.login(code=ada.code())).account.second_factor


async def test_a_service_that_knows_no_second_factors_lets_nobody_in_who_has_one(ada: Ada) -> None:
    await ada.enrol()
    without = replace(ada.world.accounts, factors=None)
    with pytest.raises(SecondFactorRequired):
        await without.login(email="ada@example.org", password=PASSWORD, code=ada.code())


async def test_a_code_may_be_grouped(ada: Ada) -> None:
    await ada.enrol()
    code = ada.code()
    assert await ada.world.login(code=f" {code[:3]} {code[3:]} ")


async def test_a_code_lets_in_once_and_no_earlier_one_does_afterwards(ada: Ada) -> None:
    await ada.enrol()
    earlier, code = ada.code(seconds=-30), ada.code()
    assert await ada.world.login(code=code)
    for spent in (code, earlier):
        with pytest.raises(SecondFactorRequired):
            await ada.world.login(code=spent)
    assert await ada.world.login(code=ada.code(seconds=30))


async def test_the_code_that_confirmed_lets_nobody_in(ada: Ada) -> None:
    ada.secret = (await ada.world.factors.begin(ada.caller)).secret
    await ada.world.factors.confirm(ada.caller, ada.code())
    with pytest.raises(SecondFactorRequired):
        await ada.world.login(code=ada.code())


async def test_each_recovery_code_lets_in_once_however_it_is_written(ada: Ada) -> None:
    recovery = await ada.enrol()
    assert len(set(recovery)) == 10
    assert all(re.fullmatch(r"([0-9a-f]{4}-){4}[0-9a-f]{4}", code) for code in recovery)
    assert await ada.world.login(code=recovery[0])
    with pytest.raises(SecondFactorRequired):
        await ada.world.login(code=recovery[0])
    assert await ada.world.login(code=f" {recovery[1].upper().replace('-', ' ')} ")


async def test_somebody_elses_recovery_code_opens_nothing(ada: Ada) -> None:
    await ada.enrol()
    other = Ada(ada.world, (await ada.world.register("eve@example.org")).caller)
    theirs = await other.enrol()
    with pytest.raises(SecondFactorRequired):
        await ada.world.login(code=theirs[0])


async def test_a_standing_factor_is_neither_replaced_nor_confirmed_again(ada: Ada) -> None:
    await ada.enrol()
    with pytest.raises(InvalidValue):
        await ada.world.factors.begin(ada.caller)
    with pytest.raises(InvalidValue):
        await ada.world.factors.confirm(ada.caller, ada.code())
    assert await ada.world.login(code=ada.code())


async def test_of_two_confirmations_at_once_the_later_gets_no_recovery_codes(ada: Ada) -> None:
    """Both have read the factor as unconfirmed; the store lets one through."""
    ada.secret = (await ada.world.factors.begin(ada.caller)).secret
    before = await ada.world.factors.passwords.of(ada.caller)

    class AsReadBefore:
        async def of(self, caller: Caller) -> object:
            return before

    late = replace(ada.world.factors, passwords=AsReadBefore())  # type: ignore[arg-type]  # one method is asked
    recovery = await ada.world.factors.confirm(ada.caller, ada.code())
    with pytest.raises(InvalidValue):
        await late.confirm(ada.caller, ada.code())
    assert await ada.world.login(code=recovery[0])


async def test_taking_it_off_needs_the_password_and_a_code(ada: Ada) -> None:
    recovery = await ada.enrol()
    with pytest.raises(InvalidCredentials):
        await ada.world.factors.remove(ada.caller, password="wrong horse battery", code=recovery[0])
    with pytest.raises(SecondFactorRequired):
        await ada.world.factors.remove(ada.caller, password=PASSWORD, code="000000")
    await ada.world.factors.remove(ada.caller, password=PASSWORD, code=recovery[0])
    assert not (await ada.world.login()).account.second_factor
    with pytest.raises(NotFound):
        await ada.world.factors.remove(ada.caller, password=PASSWORD, code=recovery[1])


async def test_where_there_is_no_factor_no_code_is_right(ada: Ada) -> None:
    stored = await ada.world.factors.passwords.of(ada.caller)
    assert not await ada.world.factors.accepts(stored, "000000")


async def test_only_persons_have_second_factors(ada: Ada) -> None:
    with pytest.raises(Forbidden):
        await ada.world.factors.begin(partner())
    with pytest.raises(Forbidden):
        await ada.world.factors.confirm(partner(), "000000")
    with pytest.raises(Forbidden):
        await ada.world.factors.remove(partner(), password=PASSWORD, code="000000")


@pytest.mark.parametrize(
    ("role", "reminded"), [(UserRole.STUDENT, False), (UserRole.ADVISOR, True), (UserRole.ADMIN, True)]
)
async def test_whoever_sees_others_is_reminded_until_they_have_a_second_factor(role: UserRole, reminded: bool) -> None:
    world = AccountWorld()
    signed_in = await world.register(role=role)
    assert signed_in.account.lacks_second_factor is reminded
    await Ada(world, signed_in.caller).enrol()
    assert not world.account(signed_in.caller).lacks_second_factor
