"""The libraries behind accounts: one-time codes, the list of stolen passwords, and mail that is printed."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from credcore.account_ports import Mail
from credcore_app.mail import ConsoleMailer
from credcore_app.one_time_codes import TimedCodes
from credcore_app.stolen_passwords import ListedPasswords

# RFC 6238, appendix B: the ASCII secret "12345678901234567890", the last six digits of its eight.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = [
    (59, "287082"),
    (1_111_111_109, "081804"),
    (1_111_111_111, "050471"),
    (1_234_567_890, "005924"),
    (2_000_000_000, "279037"),
    (20_000_000_000, "353130"),
]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert TimedCodes().step_of(SECRET, code, now) == seconds // 30


@pytest.mark.parametrize(
    ("seconds_off", "known"), [(-31, False), (-30, True), (-1, True), (0, True), (29, True), (59, True), (60, False)]
)
def test_a_code_is_known_in_the_half_minutes_before_and_after_its_own(seconds_off: int, known: bool) -> None:
    begins = 1_234_567_890  # the first second of a step
    found = TimedCodes().step_of(SECRET, "005924", datetime.fromtimestamp(begins + seconds_off, UTC))
    assert found == (begins // 30 if known else None)


def test_secrets_are_long_and_never_the_same() -> None:
    secrets = {TimedCodes().new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert all(len(secret) * 5 >= 160 for secret in secrets)


@pytest.mark.parametrize(
    ("password", "listed"),
    [
        ("correcthorsebatterystaple", True),
        ("CorrectHorseBatteryStaple", True),
        ("qwertyuiopasdfgh", True),
        ("passwordpassword", True),
        ("a password of some length", False),
        ("p\u00e4ssw\u00f6rter sind lang", False),
        ("x" * 128, False),
        ("password", False),
    ],
)
async def test_stolen_passwords_are_known_in_any_case(password: str, listed: bool) -> None:
    assert await ListedPasswords().holds(password) is listed


async def test_mail_is_printed_whole() -> None:
    printed = io.StringIO()
    await ConsoleMailer(printed).send(Mail(to="ada@example.org", subject="A subject", text="Two\nlines\n"))
    assert printed.getvalue() == "To: ada@example.org\nSubject: A subject\n\nTwo\nlines\n\n"
