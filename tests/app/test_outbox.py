"""What lets somebody in is told to the operator, in a file that nobody else reads, and never in a server's log."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.app.program import Home, Program, ask

from credcore.account_ports import Mail
from credcore.errors import Unavailable
from credcore_app.mail import ConsoleMailer, Outbox

PASSWORD, NEW = "seven brass kettles under a bridge", "a violet umbrella for tuesday"
EMAIL = "ada@example.org"


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(data_dir=tmp_path / "data", kept=timedelta(hours=1))


def _mail(to: str = EMAIL) -> Mail:
    return Mail(to=to, subject="A subject", text="Zwei\nZeilen: ü")


def _files(outbox: Outbox) -> list[Path]:
    assert outbox.data_dir is not None
    return sorted((outbox.data_dir / "outbox").glob("*"))


def _age(path: Path, minutes: float) -> None:
    changed = path.stat().st_mtime - 60 * minutes
    os.utime(path, (changed, changed))


async def test_each_message_is_a_file_that_only_its_owner_reads(outbox: Outbox) -> None:
    for _ in range(2):
        await outbox.send(_mail())
    first, second = _files(outbox)
    written = "To: ada@example.org\nSubject: A subject\n\nZwei\nZeilen: ü\n"
    assert [path.read_text("utf-8") for path in (first, second)] == [written, written]
    for path, mode in ((first, 0o600), (first.parent, 0o700)):
        assert stat.S_IMODE(path.stat().st_mode) == mode
    assert EMAIL not in str(first)


async def test_a_message_goes_when_it_is_good_for_nothing_any_more(outbox: Outbox) -> None:
    for _ in range(2):
        await outbox.send(_mail())
    old, _ = _files(outbox)
    _age(old, 59)
    await outbox.clear()
    assert len(_files(outbox)) == 2
    _age(old, 2)
    await outbox.clear()
    assert old not in _files(outbox)
    assert len(_files(outbox)) == 1


async def test_whoever_is_erased_gets_no_message_and_others_do(outbox: Outbox) -> None:
    for email in (EMAIL, "bob@example.org", "ada@example.org.example"):
        await outbox.send(_mail(email))
    await outbox.forget(EMAIL)
    assert sorted(path.read_text("utf-8").split()[1] for path in _files(outbox)) == [
        "ada@example.org.example",
        "bob@example.org",
    ]


async def test_an_outbox_that_nobody_used_makes_no_folder(outbox: Outbox) -> None:
    await outbox.clear()
    await outbox.forget(EMAIL)
    assert outbox.data_dir is not None
    assert not outbox.data_dir.exists()


async def test_a_message_that_cannot_be_kept_is_not_said_to_be_sent(outbox: Outbox, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(Unavailable):
        await outbox.send(_mail())


async def test_a_file_of_somebody_elses_is_left_where_it_is(outbox: Outbox) -> None:
    await outbox.send(_mail())
    [path] = _files(outbox)
    strange = path.with_name("strange.txt")
    strange.write_bytes(b"\xff\xfe")
    await outbox.forget(EMAIL)
    assert strange.exists()


async def test_what_others_put_there_keeps_nothing_else_from_going(outbox: Outbox) -> None:
    for _ in range(8):
        await outbox.send(_mail())
    sent = _files(outbox)
    for name in ("folder.txt", "another.txt"):
        (sent[0].parent / name).mkdir()
    (sent[0].parent / "strange.txt").write_bytes(b"\xff\xfe")
    await outbox.forget(EMAIL)
    assert set(sent).isdisjoint(_files(outbox))
    for _ in range(8):
        await outbox.send(_mail())
    sent = [path for path in _files(outbox) if path.is_file() and path.name != "strange.txt"]
    for path in _files(outbox):
        _age(path, 61)
    await outbox.clear()
    assert set(sent).isdisjoint(_files(outbox))


async def test_nothing_waits_where_messages_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    await ConsoleMailer(sys.stdout).forget(EMAIL)
    assert capsys.readouterr().out == ""


def _administrator(home: Home, url: str) -> str:
    home.call(
        *("user", "create", "--email", "root@example.org", "--name", "Root", "--role", "admin", "--password-stdin"),
        stdin=PASSWORD + "\n",
    )
    tokens = ask(url, "POST", "/auth/login", {"email": "root@example.org", "password": PASSWORD})[1]
    return str(tokens["accessToken"])


def test_a_reset_by_an_administrator_is_in_no_log_line_and_lets_the_person_in_once(
    home: Home, start: Callable[..., Program]
) -> None:
    server = start(home, "serve", "--port", "0", "--no-grading", CREDCORE_LOG_LEVEL="debug")
    url = server.url()
    user = ask(url, "POST", "/auth/register", {"email": EMAIL, "name": "Ada", "password": PASSWORD})[1]
    admin = _administrator(home, url)
    assert ask(url, "POST", f"/admin/users/{user['userId']}/reset", token=admin)[0] == 204
    place = server.line_with("waits in the outbox")
    [path] = (home.folder / "data" / "outbox").glob("*")
    assert str(path) in place
    assert path.stat().st_mode & 0o077 == 0
    found = re.search(r"^[\w-]{43}$", path.read_text("utf-8"), re.MULTILINE)
    assert found
    body = {"token": found[0], "newPassword": NEW}
    assert [ask(url, "POST", "/auth/reset", body)[0] for _ in range(2)] == [204, 401]

    tokens = ask(url, "POST", "/auth/login", {"email": EMAIL, "password": NEW})[1]
    erased = ask(url, "DELETE", "/users/me", {"password": NEW}, token=tokens["accessToken"])
    assert erased[0] == 204
    assert not path.exists()
    assert server.stop() == 0
    log = "".join(server.told)
    assert "waits in the outbox" in log
    secrets = (found[0], EMAIL, user["userId"], PASSWORD, NEW, admin, user["refreshToken"], tokens["refreshToken"])
    assert [secret for secret in secrets if secret in log] == []
