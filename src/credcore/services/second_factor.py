"""One-time codes: enrol, prove, take off again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from credcore.account_ports import OneTimeCodes, PasswordStore, SecondFactorStore
from credcore.accounts import Caller, token_hash
from credcore.errors import InvalidCredentials, InvalidValue, NotFound, SecondFactorRequired
from credcore.ports import IdSource
from credcore.rights import require_person
from credcore.second_factor import RECOVERY_CODES, SecondFactor, new_recovery_code, one_time_code, recovery_code
from credcore.services.attempts import Attempts
from credcore.services.new_passwords import matches
from credcore.sign_in_ports import PasswordHasher, StoredPassword

ENROLLED = "there is a second factor already: take it off first"


@dataclass(frozen=True, kw_only=True, slots=True)
class Enrolment:
    """What an authenticator app needs: the secret to type in, or the URI to read from a QR code."""

    secret: str
    uri: str


@dataclass(frozen=True, kw_only=True)
class SecondFactors:
    """Without ``attempts`` nobody counts how often one-time codes are guessed."""

    store: SecondFactorStore
    passwords: PasswordStore
    hasher: PasswordHasher
    codes: OneTimeCodes
    ids: IdSource
    now: Callable[[], datetime]
    attempts: Attempts | None = None

    async def begin(self, caller: Caller) -> Enrolment:
        """A new secret, which counts for nothing until ``confirm``. Raises InvalidValue where a factor stands."""
        require_person(caller)
        account = (await self.passwords.of(caller)).account
        secret = self.codes.new_secret()
        if not await self.store.begin(caller, secret):
            raise InvalidValue("", ENROLLED)
        return Enrolment(secret=secret, uri=self.codes.uri(secret, account.email))

    async def require(self, caller: Caller) -> None:
        """Raises NotFound where the caller has none, confirmed or not."""
        await self._enrolled(caller)

    async def confirm(self, caller: Caller, code: str) -> Sequence[str]:
        """The recovery codes, told this once. From now on log-in asks for a code.

        Raises:
            NotFound: nothing waits for confirmation.
            InvalidValue: the code is not right.
        """
        _, factor = await self._enrolled(caller)
        if factor.confirmed:
            raise InvalidValue("", ENROLLED)
        step = self._step(factor.secret, code)
        if step is None:
            raise InvalidValue("/code", "is not what the secret gives now; see that the device's clock is right")
        recovery = [new_recovery_code(self.ids.new_secret()) for _ in range(RECOVERY_CODES)]
        hashes = [token_hash(plain) for plain in map(recovery_code, recovery) if plain is not None]
        if not await self.store.confirm(caller, step, hashes):
            raise InvalidValue("", ENROLLED)
        return recovery

    async def remove(self, caller: Caller, *, password: str, code: str) -> None:
        """Raises InvalidCredentials, RateLimited, SecondFactorRequired for a wrong code, NotFound without a factor."""
        stored, _ = await self._enrolled(caller)
        if not await matches(self.hasher, stored.password_hash, password):
            raise InvalidCredentials
        if not await self.accepts(stored, code):
            raise SecondFactorRequired
        await self.store.remove(caller)

    async def accepts(self, stored: StoredPassword, code: str) -> bool:
        """Whether the code is right and was not used before; it is spent with the asking.

        A one-time code is counted before it is looked at. A recovery code is too long to be guessed: whoever has one
        gets in while somebody else uses up the tries. Raises RateLimited.
        """
        factor, account_id = stored.second_factor, stored.account.id
        if factor is None:
            return False
        if (plain := recovery_code(code)) is not None:
            return await self.store.spend_recovery(account_id, token_hash(plain))
        if self.attempts is not None and one_time_code(code) is not None:
            await self.attempts.admit_code(account_id)
        step = self._step(factor.secret, code)
        return step is not None and await self.store.spend_step(account_id, step)

    async def _enrolled(self, caller: Caller) -> tuple[StoredPassword, SecondFactor]:
        require_person(caller)
        stored = await self.passwords.of(caller)
        if stored.second_factor is None:
            raise NotFound("second factor")
        return stored, stored.second_factor

    def _step(self, secret: str, code: str) -> int | None:
        digits = one_time_code(code)
        return None if digits is None else self.codes.step_of(secret, digits, self.now())
