"""Change a password, and get back in without it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from credcore.account_ports import Mail, Mailer, PasswordStore
from credcore.accounts import Caller, parse_email, token_hash
from credcore.audit import Actor
from credcore.errors import InvalidCredentials, NotFound, Unauthenticated
from credcore.passwords import Owner
from credcore.ports import IdSource
from credcore.rights import require_person
from credcore.services.attempts import Attempts, TokenUse
from credcore.services.new_passwords import NewPasswords, matches

RESET_LIFETIME = timedelta(hours=1)
_SUBJECT = "Choose a new password"
_TEXT = """\
Somebody who looks after this service has let you choose a new password.

{how}

It works once, for an hour. If you did not ask for it, you need not do anything: your password stays as it is.
"""
_WITH_PAGE = "Open this address:\n\n{page}#token={token}"
_WITHOUT_PAGE = "Send this token with the new password to POST /auth/reset:\n\n{token}"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """``reset_page``: where a person chooses a new password. None: the mail says the token itself.

    Without ``attempts`` nobody counts how often resets are tried.
    """

    store: PasswordStore
    new: NewPasswords
    mailer: Mailer
    ids: IdSource
    reset_page: str | None = None
    attempts: Attempts | None = None

    async def change_password(self, caller: Caller, *, current: str, new: str) -> None:
        """All other sessions end, and every access token that there is.

        Raises:
            InvalidCredentials: ``current`` is wrong.
            InvalidValue: ``new`` is not fit.
        """
        require_person(caller)
        stored = await self.store.of(caller)
        if not await matches(self.new.hasher, stored.password_hash, current):
            raise InvalidCredentials
        owner = Owner(email=stored.account.email, name=stored.account.name)
        await self.store.change(caller, await self.new.hashed(new, owner, "/newPassword"))

    async def send_reset(self, actor: Actor, email: str) -> None:
        """Mails a link that is good once, for an hour. Raises InvalidValue, NotFound, Unavailable."""
        address, token = parse_email(email), self.ids.new_secret()
        if not await self.store.open_reset(actor, self.ids.new_id(), address, token_hash(token), RESET_LIFETIME):
            raise NotFound("account")
        await self.mailer.send(Mail(to=address, subject=_SUBJECT, text=_TEXT.format(how=self._how(token))))

    async def reset(self, token: str, new: str) -> None:
        """Spends a reset. The token is asked for first: a password that is not fit leaves it good.

        A try with a good token counts for the account, any other for the token alone.

        Raises:
            Unauthenticated: the token is unknown, spent or too old.
            InvalidValue: ``new`` is not fit.
            RateLimited.
        """
        hashed_token = token_hash(token)
        account = await self.store.reset_of(hashed_token)
        if account is None:
            await self._refuse(token)
            raise Unauthenticated
        if self.attempts is not None:
            await self.attempts.admit_token(TokenUse.RESET, account.id)
        hashed = await self.new.hashed(new, Owner(email=account.email, name=account.name), "/newPassword")
        if not await self.store.spend_reset(hashed_token, hashed):
            raise Unauthenticated

    async def _refuse(self, token: str) -> None:
        if self.attempts is not None:
            await self.attempts.refuse(token)

    def _how(self, token: str) -> str:
        if self.reset_page is None:
            return _WITHOUT_PAGE.format(token=token)
        # Behind the #, so that the token is in no server's log and in no Referer.
        return _WITH_PAGE.format(page=self.reset_page, token=token)
