"""The use cases of accounts over one database, put together: for the server and for the command line."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from credcore.account_ports import Mailer
from credcore.erasures import ledger_key
from credcore.memory import RandomIds, system_clock
from credcore.rate_limits import Rate
from credcore.services.accounts import Accounts
from credcore.services.administration import Administration
from credcore.services.attempts import Attempts
from credcore.services.credentials import Credentials
from credcore.services.own_account import OwnAccount
from credcore.services.second_factor import SecondFactors
from credcore.sign_in_ports import PasswordHasher
from credcore_app.one_time_codes import TimedCodes
from credcore_app.reading import Rate as WrittenRate
from credcore_app.settings import Settings
from credcore_app.stolen_passwords import ListedPasswords
from credcore_pg import PostgresStores

SERVER_KEY = "refresh-token-successor"
"""The name under which the database keeps the key that makes refresh tokens follow each other.

It is as old as the first account. The ledger of erasures has its key from it: whoever replaces it loses the ledger."""
SUBJECT_KEY = "rate-limit-subjects"
"""The name of the key that hides who is counted."""


@dataclass(frozen=True, kw_only=True)
class AccountServices:
    accounts: Accounts
    own_account: OwnAccount
    credentials: Credentials
    second_factors: SecondFactors
    administration: Administration
    attempts: Attempts


async def account_services(
    settings: Settings, stores: PostgresStores, hasher: PasswordHasher, mailer: Mailer
) -> AccountServices:
    ids = RandomIds()
    attempts = await _attempts(settings, stores)
    factors = SecondFactors(
        store=stores.second_factors,
        passwords=stores.passwords,
        hasher=hasher,
        codes=TimedCodes(),
        ids=ids,
        now=system_clock,
        attempts=attempts,
    )
    accounts = Accounts(
        store=stores.accounts,
        tokens=stores.refresh_tokens,
        hasher=hasher,
        ids=ids,
        server_key=await server_key(stores),
        password_min_length=settings.password_min_length,
        stolen=ListedPasswords(),
        factors=factors,
        attempts=attempts,
    )
    credentials = Credentials(
        store=stores.passwords,
        new=accounts.new_passwords,
        mailer=mailer,
        ids=ids,
        reset_page=settings.reset_page,
        attempts=attempts,
    )
    own_account = OwnAccount(
        store=stores.own_accounts,
        passwords=stores.passwords,
        sessions_store=stores.sessions,
        hasher=hasher,
        ledger_key=ledger_key(accounts.server_key),
        mailer=mailer,
    )
    administration = Administration(people=stores.people, audit=stores.audit, credentials=credentials, ids=ids)
    return AccountServices(
        accounts=accounts,
        own_account=own_account,
        credentials=credentials,
        second_factors=factors,
        administration=administration,
        attempts=attempts,
    )


async def server_key(stores: PostgresStores) -> bytes:
    return await stores.keys.server_secret(SERVER_KEY, _fresh_key)


async def _attempts(settings: Settings, stores: PostgresStores) -> Attempts:
    return Attempts(
        limits=stores.rate_limits,
        key=await stores.keys.server_secret(SUBJECT_KEY, _fresh_key),
        per_account=_rate(settings.auth_rate_limit),
        per_address=_rate(settings.auth_rate_limit_address),
    )


def _rate(written: WrittenRate) -> Rate:
    return Rate(count=written.count, per=timedelta(seconds=written.seconds))


def _fresh_key() -> bytes:
    return secrets.token_bytes(32)
