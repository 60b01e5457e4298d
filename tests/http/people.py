"""The use cases of accounts over the in-memory stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from credcore.account_ports import Mail
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
from credcore.services.accounts import Accounts
from credcore.services.administration import Administration
from credcore.services.attempts import Attempts
from credcore.services.credentials import Credentials
from credcore.services.own_account import OwnAccount
from credcore.services.second_factor import SecondFactors
from credcore.sign_in_ports import PasswordHasher
from credcore_app.account_wiring import AccountServices
from credcore_app.one_time_codes import TimedCodes
from credcore_app.stolen_passwords import ListedPasswords


@dataclass
class Mailbox:
    """A mailer that keeps what it was given."""

    mails: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        self.mails.append(mail)

    async def forget(self, to: str) -> None:
        self.mails = [mail for mail in self.mails if mail.to != to]


def people_over(
    state: MemoryState, ids: RandomIds, clock: Callable[[], datetime], hasher: PasswordHasher
) -> AccountServices:
    passwords, mailbox = MemoryPasswords(state), Mailbox()
    attempts = Attempts(limits=MemoryRateLimits(state), key=b"k" * 32)
    factors = SecondFactors(
        store=MemorySecondFactors(state),
        passwords=passwords,
        hasher=hasher,
        codes=TimedCodes(),
        ids=ids,
        now=clock,
        attempts=attempts,
    )
    accounts = Accounts(
        store=MemoryAccounts(state),
        tokens=MemoryRefreshTokens(state),
        hasher=hasher,
        ids=ids,
        server_key=b"k" * 32,
        stolen=ListedPasswords(),
        factors=factors,
        attempts=attempts,
    )
    credentials = Credentials(store=passwords, new=accounts.new_passwords, mailer=mailbox, ids=ids, attempts=attempts)
    return AccountServices(
        accounts=accounts,
        own_account=OwnAccount(
            store=MemoryOwnAccounts(state),
            passwords=passwords,
            sessions_store=MemorySessions(state),
            hasher=hasher,
            ledger_key=b"l" * 32,
            mailer=mailbox,
        ),
        credentials=credentials,
        second_factors=factors,
        administration=Administration(
            people=MemoryPeople(state), audit=MemoryAudit(state), credentials=credentials, ids=ids
        ),
        attempts=attempts,
    )
