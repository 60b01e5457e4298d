"""A header that reminds whoever sees other people's data to have a second factor. The contract's bodies stay closed."""

from __future__ import annotations

from credcore.accounts import Account

HEADER = "Credcore-Reminder"
REMINDER = {HEADER: "`second-factor`: an advisor's or administrator's account that should have one, and has not"}


def reminders(account: Account) -> dict[str, str]:
    return {HEADER: "second-factor"} if account.lacks_second_factor else {}
