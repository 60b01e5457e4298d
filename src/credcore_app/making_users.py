"""Accounts that an operator makes: what people can't do for themselves is to become an advisor or an admin."""

from __future__ import annotations

from datetime import UTC, datetime

from credcore.accounts import Account, UserRole, parse_email, parse_name, parse_password
from credcore.memory import RandomIds
from credcore_app.database import Progress, ready_database, stores_at
from credcore_app.passwords import Argon2Passwords
from credcore_app.settings import Settings


async def make_user(
    settings: Settings, *, email: str, name: str, role: str, password: str, progress: Progress
) -> Account:
    """The account as stored; nobody is signed in.

    Raises:
        InvalidValue, EmailTaken, and what ``explain`` explains.
    """
    account = Account(
        id=RandomIds().new_id(),
        email=parse_email(email),
        name=parse_name(name),
        role=UserRole(role),
        ai_consent=False,
        created_at=datetime.fromtimestamp(0, UTC),  # the store puts its own time
    )
    checked = parse_password(password, min_length=settings.password_min_length)
    passwords = Argon2Passwords()
    try:
        hashed = await passwords.hash(checked)
    finally:
        passwords.close()
    async with ready_database(settings, progress) as place, stores_at(settings, place.dsn) as stores:
        return await stores.accounts.add(account, hashed)
