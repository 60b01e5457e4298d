"""What people do with accounts and what is done with theirs: all those use cases over one memory state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from builders import FakeClock, TickingClock
from credcore.account_ports import Mail
from credcore.accounts import Account, Caller, UserRole
from credcore.audit import Actor, Deed
from credcore.errors import Unavailable
from credcore.memory import (
    MemoryAccounts,
    MemoryAudit,
    MemoryOwnAccounts,
    MemoryPasswords,
    MemoryPeople,
    MemoryRateLimits,
    MemoryRefreshTokens,
    MemorySecondFactors,
    MemorySessions,
    MemoryState,
    RandomIds,
)
from credcore.services.accounts import Accounts, SignedIn
from credcore.services.administration import Administration
from credcore.services.attempts import Attempts
from credcore.services.credentials import Credentials
from credcore.services.new_passwords import NewPasswords
from credcore.services.own_account import OwnAccount
from credcore.services.second_factor import SecondFactors
from world import PlainHasher

PASSWORD = "correct horse battery"
STOLEN = "password from a leak"
STEP_SECONDS = 30


class Leaked:
    """One password is known to have been stolen."""

    async def holds(self, password: str) -> bool:
        return password == STOLEN


class Codes:
    """Codes that a test can foretell: each secret and time step has one of its own."""

    def __init__(self) -> None:
        self.made = 0

    def new_secret(self) -> str:
        self.made += 1
        return f"SECRET{self.made}"

    def uri(self, secret: str, account_name: str) -> str:
        return f"otpauth://totp/{account_name}?secret={secret}"

    def at(self, secret: str, when: datetime) -> str:
        return self._of(secret, int(when.timestamp()) // STEP_SECONDS)

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        current = int(now.timestamp()) // STEP_SECONDS
        return next((step for step in (current, current - 1, current + 1) if self._of(secret, step) == code), None)

    @staticmethod
    def _of(secret: str, step: int) -> str:
        return f"{(7919 * step + sum(secret.encode())) % 10**6:06}"


@dataclass
class Outbox:
    """Keeps every mail, unless the mail server is ``down``."""

    down: bool = False
    sent: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        if self.down:
            raise Unavailable("mail")
        self.sent.append(mail)

    async def forget(self, to: str) -> None:
        self.sent = [mail for mail in self.sent if mail.to != to]


class AccountWorld:
    """``clock`` stands still; identifiers are made by one that ticks, so that what comes later is greater."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.state = MemoryState(clock=self.clock)
        ids, hasher, passwords = RandomIds(TickingClock()), PlainHasher(), MemoryPasswords(self.state)
        self.codes, self.outbox = Codes(), Outbox()
        attempts = Attempts(limits=MemoryRateLimits(self.state), key=b"a" * 32)
        self.factors = SecondFactors(
            store=MemorySecondFactors(self.state),
            passwords=passwords,
            hasher=hasher,
            codes=self.codes,
            ids=ids,
            now=self.clock,
            attempts=attempts,
        )
        self.accounts = Accounts(
            store=MemoryAccounts(self.state),
            tokens=MemoryRefreshTokens(self.state),
            hasher=hasher,
            ids=ids,
            server_key=b"k" * 32,
            stolen=Leaked(),
            factors=self.factors,
            attempts=attempts,
        )
        self.credentials = Credentials(
            store=passwords,
            new=NewPasswords(hasher=hasher, stolen=Leaked()),
            mailer=self.outbox,
            ids=ids,
            attempts=attempts,
        )
        self.own = OwnAccount(
            store=MemoryOwnAccounts(self.state),
            passwords=passwords,
            sessions_store=MemorySessions(self.state),
            hasher=hasher,
            ledger_key=b"l" * 32,
            mailer=self.outbox,
        )
        self.audit = MemoryAudit(self.state)
        self.administration = Administration(
            people=MemoryPeople(self.state), audit=self.audit, credentials=self.credentials, ids=ids
        )

    async def register(self, email: str = "ada@example.org", **fields: object) -> SignedIn:
        words: dict[str, object] = {"email": email, "name": "Ada King", "password": PASSWORD}
        return await self.accounts.register(**(words | fields))  # type: ignore[arg-type]  # by name

    async def login(self, password: str = PASSWORD, code: str | None = None) -> SignedIn:
        return await self.accounts.login(email="ada@example.org", password=password, code=code)

    async def administrator(self) -> Actor:
        return Actor(caller=(await self.register("root@example.org", role=UserRole.ADMIN)).caller)

    def now_at(self, caller: Caller) -> Caller:
        """The caller with the epoch that the account is at: what their next token says."""
        return replace(caller, epoch=self.state.accounts[caller.id].epoch)

    def account(self, caller: Caller) -> Account:
        return self.state.accounts[caller.id]

    async def deeds(self) -> list[tuple[Deed, str]]:
        """What was recorded, oldest first, with its detail."""
        entries = (await self.audit.entries(limit=99, after=None)).items
        return [(entry.deed, entry.detail) for entry in reversed(entries)]
