"""A start that cannot succeed ends with 1 and one line that names the thing and the remedy."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.app.program import Home, Program, ask

from credcore.errors import Unavailable
from credcore_app.explain import explain

SERVE = ("serve", "--port", "0")


def line_of(home: Home, *arguments: str, **variables: str) -> str:
    """What a failed start says; the last line, where progress came before."""
    done = home.call(*(arguments or SERVE), **variables)
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    *progress, line = done.stderr.splitlines()
    assert all(said.startswith("{") for said in progress), progress
    assert line.startswith("credcore: ")
    return line.removeprefix("credcore: ")


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_a_wrong_setting(home: Home) -> None:
    assert line_of(home, CREDCORE_ACCESS_TOKEN_HOURS="-1").startswith("CREDCORE_ACCESS_TOKEN_HOURS must be ")


def test_a_wrong_setting_in_the_file(home: Home) -> None:
    (home.folder / ".env").write_text("CREDCORE_HSTS_SECONDS=soon\n")
    assert line_of(home).startswith("CREDCORE_HSTS_SECONDS in the file .env must be ")


def test_a_port_in_use(home: Home, taken_port: int) -> None:
    assert line_of(home, "serve", "--port", str(taken_port)) == (
        f"cannot listen on 127.0.0.1, port {taken_port}: Address already in use; choose another with --host and --port"
    )


@pytest.mark.parametrize("command", [SERVE, (*SERVE, "--workers", "2"), ("worker",)], ids=["one", "two", "worker"])
def test_an_address_for_metrics_that_cannot_be_had(home: Home, taken_port: int, command: tuple[str, ...]) -> None:
    line = line_of(home, *command, CREDCORE_METRICS_ADDRESS=f"127.0.0.1:{taken_port}")
    assert line == (
        f"CREDCORE_METRICS_ADDRESS: cannot listen on 127.0.0.1, port {taken_port}: Address already in use; choose "
        "another, or unset it"
    )


def test_a_data_directory_that_cannot_be(home: Home) -> None:
    line = line_of(home, CREDCORE_DATA_DIR="/proc/nowhere")
    assert "/proc/nowhere" in line
    assert "CREDCORE_DATA_DIR" in line


def test_content_that_is_not_there(home: Home) -> None:
    line = line_of(home, CREDCORE_CONTENT_DIR="/nowhere")
    assert line == "CREDCORE_CONTENT_DIR must be a folder that is there; correct it, or unset it"


def test_content_that_is_broken(home: Home) -> None:
    folder = home.folder / "content"
    folder.mkdir()
    (folder / "roles.yaml").write_text("roles: {")
    line = line_of(home, CREDCORE_CONTENT_DIR=str(folder))
    assert line.startswith(f"{folder / 'roles.yaml'}:2: is no valid YAML")
    assert "`credcore content check`" in line


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("roles.yaml", "{folder}/roles.yaml: "),
        ("courses.yaml", "{folder}/courses.yaml: "),
        ("interests.yaml", "{folder}/interests.yaml: "),
        ("recommendations.yaml", "{folder}/recommendations.yaml: "),
        ("questions/data-analyst.yaml", "role data-analyst: has no question file"),
    ],
)
def test_content_of_which_a_file_is_missing(home: Home, file: str, said: str) -> None:
    folder = home.folder / "content"
    shutil.copytree(Path(__file__).parents[2] / "content", folder)
    (folder / file).unlink()
    line = line_of(home, CREDCORE_CONTENT_DIR=str(folder))
    assert line.startswith(said.format(folder=folder))
    assert "`credcore content check`" in line


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://u:canary@127.0.0.1:1/d", "Connection refused"),
        ("postgresql://u:canary@/d?host=/nowhere", "No such file or directory"),
    ],
)
def test_a_database_that_cannot_be_reached(home: Home, url: str, reason: str) -> None:
    line = line_of(home, CREDCORE_DATABASE_URL=url)
    assert line == (
        f"the database cannot be used ({reason}); check CREDCORE_DATABASE_URL, and that PostgreSQL runs there"
    )


async def test_a_name_of_which_no_address_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where ``localhost`` is 127.0.0.1 and ::1, and nothing listens."""
    known = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{last}", 1)) for last in (1, 2)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **more: known)
    with pytest.raises(OSError) as refused:  # noqa: PT011 - the one that has no number
        await asyncio.get_running_loop().create_connection(asyncio.Protocol, "two.example", 1)
    unavailable = Unavailable("database")
    unavailable.__cause__ = refused.value

    assert refused.value.errno is None
    assert explain(unavailable) == (
        "the database cannot be used (Connection refused); check CREDCORE_DATABASE_URL, and that PostgreSQL runs there"
    )


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:canary@h:port/d",
        "postgresql://u:canary@h/d?sslmode=canary",
        "postgresql://u:canary@[/d",
        "postgresql://u:canary@h..../d",
        f"postgresql://u:canary@{'h' * 70}/d",
    ],
)
def test_an_address_that_is_none_is_not_repeated(home: Home, url: str) -> None:
    line = line_of(home, CREDCORE_DATABASE_URL=url)
    assert line.startswith("CREDCORE_DATABASE_URL is not understood")
    assert "canary" not in line


def test_a_server_that_accepts_and_never_answers(home: Home, taken_port: int) -> None:
    line = line_of(home, CREDCORE_DATABASE_URL=f"postgresql://u:canary@127.0.0.1:{taken_port}/d")
    assert line.startswith("the database cannot be used (no answer in time)")


def test_a_user_that_the_database_does_not_know(home: Home, new_dsn: str) -> None:
    line = line_of(home, CREDCORE_DATABASE_URL=new_dsn.replace("//credcore@", "//nobody-there:canary@"))
    assert line.startswith("the database cannot be used (")
    assert "canary" not in line


async def test_a_schema_that_is_outdated(home: Home, new_dsn: str) -> None:
    assert line_of(home, CREDCORE_DATABASE_URL=new_dsn).endswith("run `credcore migrate`")


async def test_a_schema_that_is_newer_than_this_version_is_no_fault_but_warned_about(
    home: Home, new_dsn: str, start: Callable[..., Program]
) -> None:
    """The release before goes on running while the next one's migrations are applied, and after a step back."""
    assert home.call("migrate", CREDCORE_DATABASE_URL=new_dsn).returncode == 0
    assert home.call("content", "sync", CREDCORE_DATABASE_URL=new_dsn).returncode == 0
    await run(new_dsn, "INSERT INTO schema_migration (version, name, checksum) VALUES (9999, 'later', 'x')")
    server = start(home, *SERVE, CREDCORE_DATABASE_URL=new_dsn)
    warning = json.loads(server.line_with("made by a newer credcore"))
    assert warning["level"] == "warning"
    assert warning["event"] == "the database schema is at 9999, made by a newer credcore: upgrade this program"
    assert ask(server.url(), "GET", "/health/ready")[0] == 200


async def test_a_database_of_another_program(home: Home, new_dsn: str) -> None:
    await run(new_dsn, "CREATE TABLE invoice (id integer)")
    for command in (SERVE, ("migrate",)):
        line = line_of(home, *command, CREDCORE_DATABASE_URL=new_dsn)
        assert line.startswith("this is not a database of this program")


async def test_a_database_without_a_question_bank_and_what_the_line_advises_helps(home: Home, new_dsn: str) -> None:
    applied = home.call("migrate", CREDCORE_DATABASE_URL=new_dsn)
    assert applied.stdout.startswith("applied 0001")
    line = line_of(home, CREDCORE_DATABASE_URL=new_dsn)
    assert line == "the database holds no question bank; run `credcore content sync`"
    assert home.call("content", "sync", CREDCORE_DATABASE_URL=new_dsn).stdout.startswith("revision 1 is in use")
    assert home.call("migrate", CREDCORE_DATABASE_URL=new_dsn).stdout == "the database schema is current\n"


async def test_a_question_bank_that_this_version_cannot_read(home: Home, new_dsn: str) -> None:
    assert home.call("migrate", CREDCORE_DATABASE_URL=new_dsn).returncode == 0
    await run(
        new_dsn,
        "INSERT INTO bank_revision (revision, document, published_at) VALUES (7, '{\"roles\": 1}', now())",
    )
    line = line_of(home, CREDCORE_DATABASE_URL=new_dsn)
    assert line.startswith("the question bank in the database (revision 7) does not fit this version: ")
    assert line.endswith("; run `credcore content sync`")


def test_signing_keys_that_are_not_there(home: Home) -> None:
    line = line_of(home, CREDCORE_SIGNING_KEYS="/nowhere.pem")
    assert line.startswith("CREDCORE_SIGNING_KEYS: /nowhere.pem cannot be read (No such file or directory); make one")


def test_signing_keys_that_are_of_another_kind(home: Home) -> None:
    file = home.folder / "keys.pem"
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(pem)
    line = line_of(home, CREDCORE_SIGNING_KEYS=str(file))
    assert line.startswith(f"CREDCORE_SIGNING_KEYS: key 1 in {file} is not an Ed25519 key")
    assert pem.decode().splitlines()[1] not in line


def test_several_workers_say_it_once(home: Home, new_dsn: str) -> None:
    line = line_of(home, "serve", "--port", "0", "--workers", "2", CREDCORE_DATABASE_URL=new_dsn)
    assert line.endswith("run `credcore migrate`")


def test_a_worker_says_the_same(home: Home) -> None:
    assert line_of(home, "worker", CREDCORE_DATABASE_URL="postgresql://u@127.0.0.1:1/d").startswith("the database")


async def run(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def test_nothing_is_left_behind(home: Home) -> None:
    """A failed start has stopped the PostgreSQL that it started."""
    line_of(home, CREDCORE_SIGNING_KEYS="/nowhere.pem")
    lock = Path(home.variables["CREDCORE_DATA_DIR"]) / "cluster" / "postmaster.pid"
    assert not lock.exists()
