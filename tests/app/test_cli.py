"""The command line as a whole: help, wrong usage, the small commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from tests.app.program import COMMAND, Home

import credcore_app.cli as cli_module
from credcore_app.commands import COMMANDS, cli
from credcore_app.fault import Fault


def every_command(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands with the words that call them, groups included."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield (*words, name), command
        if isinstance(command, click.Group):
            yield from every_command(command, (*words, name))


EVERY = dict(every_command(cli))


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_explains_itself_with_an_example(home: Home, words: tuple[str, ...]) -> None:
    done = home.call(*words, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: credcore {' '.join(words)} ")
    assert ("Example: " in done.stdout) != isinstance(EVERY[words], click.Group)
    assert done.stderr == ""


def test_help_lists_every_command(home: Home) -> None:
    done = home.call("--help")
    assert done.returncode == 0
    for name, purpose in COMMANDS.items():
        assert f"{name} " in done.stdout
        assert purpose in done.stdout


def test_help_is_there_at_once_because_nothing_else_is_imported() -> None:
    code = (
        "import sys\n"
        "from credcore_app.commands import cli\n"
        "cli(['--help'], standalone_mode=False)\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'litestar', 'asyncpg', 'rich', 'yaml'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_where_only_the_library_is_installed_the_program_says_what_it_needs() -> None:
    """``-S``: without any installed package, as in an environment that holds the bare wheel."""
    source = str(Path(cli_module.__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {source!r}); from credcore_app.cli import main; main(['serve'])"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"credcore: {cli_module.LIBRARY_ALONE}\n"


def test_nothing_of_ai_is_imported_where_no_key_asks_for_it() -> None:
    code = (
        "import sys\nimport credcore_app.running, credcore_app.worker_process\n"
        "print([name for name in sys.modules if 'openai' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_it_says_its_version(home: Home) -> None:
    done = home.call("--version")
    assert (done.returncode, done.stdout) == (0, "credcore 0.1.0\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("serve", "--port", "65536"),
        ("serve", "--workers", "0"),
        ("serve", "extra"),
        ("content", "nonsense"),
        ("user", "create"),
        ("user", "create", "--email", "a@b.example", "--name", "A", "--role", "king", "--password-stdin"),
        ("user", "create", "--email", "a@b.example", "--name", "A", "--role", "admin"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_where_to_read_on(home: Home, arguments: tuple[str, ...]) -> None:
    done = home.call(*arguments)
    assert done.returncode == 2
    assert "--help' for help." in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_settings_lists_all_with_value_and_source_and_hides_secrets(home: Home) -> None:
    (home.folder / ".env").write_text("CREDCORE_LOG_LEVEL=debug\n")
    done = home.call("settings", CREDCORE_OPENAI_API_KEY="sk-canary", CREDCORE_PG_POOL_SIZE="3")
    assert done.returncode == 0
    assert "CREDCORE_PG_POOL_SIZE = 3  [environment]\n" in done.stdout
    assert "CREDCORE_LOG_LEVEL = debug  [.env]\n" in done.stdout
    assert "CREDCORE_ASSESSMENT_HOURS = 2  [default]\n" in done.stdout
    assert "CREDCORE_OPENAI_API_KEY = (set, not shown)  [environment]\n" in done.stdout
    assert "OTEL_TRACES_EXPORTER = (no spans)  [default]\n" in done.stdout
    assert "canary" not in done.stdout + done.stderr


def test_settings_for_scripts_are_json(home: Home) -> None:
    url = "postgresql://u:canary@h/d"
    done = home.call("settings", "--json", CREDCORE_DATABASE_URL=url, OTEL_TRACES_EXPORTER="console")
    entries = {entry["variable"]: entry for entry in json.loads(done.stdout)}
    assert entries["CREDCORE_DATABASE_URL"]["value"] is None
    assert entries["CREDCORE_DATABASE_URL"]["set"] is True
    assert entries["CREDCORE_DATABASE_URL"]["source"] == "environment"
    assert entries["CREDCORE_AUTH_RATE_LIMIT"]["value"] == "10/minute"
    assert entries["CREDCORE_DATA_DIR"]["value"] == str(home.folder / "data")
    assert entries["CREDCORE_CORS_ORIGINS"]["value"] == []
    assert entries["OTEL_TRACES_EXPORTER"]["value"] == "console"
    assert "canary" not in done.stdout


def test_an_unknown_setting_is_warned_about_and_nothing_else_happens(home: Home) -> None:
    done = home.call("settings", CREDCORE_PG_POOLSIZE="3")
    assert done.returncode == 0
    assert done.stderr == (
        "credcore: warning: CREDCORE_PG_POOLSIZE is no setting and has no effect; did you mean CREDCORE_PG_POOL_SIZE?\n"
    )


def test_a_wrong_setting_ends_any_command_with_one_line(home: Home) -> None:
    done = home.call("settings", CREDCORE_PG_POOL_SIZE="many")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "credcore: CREDCORE_PG_POOL_SIZE must be a whole number from 2 to 200; correct it, or unset it\n"
    )


def test_openapi_prints_the_description_of_every_call(home: Home) -> None:
    done = home.call("openapi")
    document = json.loads(done.stdout)
    assert document["openapi"].startswith("3.1")
    assert "/assessments/{assessmentId}/complete" in document["paths"]


def test_content_stats_counts_what_there_is(home: Home) -> None:
    counted = json.loads(home.call("content", "stats", "--json").stdout)
    assert len(counted["roles"]) == 8
    table = home.call("content", "stats").stdout
    assert f"{counted['multiple_choice']}" in table
    for role in counted["roles"]:
        assert role["role"] in table


CONTENT = Path(__file__).parents[2] / "content"


def test_content_check_tells_place_fault_and_remedy_and_ends_with_1(home: Home) -> None:
    folder = home.folder / "content"
    (folder / "questions").mkdir(parents=True)
    for file in CONTENT.glob("*.yaml"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "roles.yaml").write_text("roles: [\n")
    done = home.call("content", "check", CREDCORE_CONTENT_DIR=str(folder))
    assert done.returncode == 1
    assert "roles.yaml:" in done.stdout
    assert "error: is no valid YAML" in done.stdout
    assert "errors, " in done.stderr
    findings = json.loads(home.call("content", "check", "--json", "--folder", str(folder)).stdout)
    assert {"file", "line", "rule", "message", "remedy", "severity"} == set(findings[0])


def test_content_check_takes_the_folder_that_lies_here(home: Home) -> None:
    folder = home.folder / "content"
    folder.mkdir()
    (folder / "roles.yaml").write_text("roles: [\n")
    done = home.call("content", "check")
    assert done.returncode == 1
    assert "roles.yaml:2: error: is no valid YAML" in done.stdout


def test_content_check_of_an_installation_says_what_to_name(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.folder)
    monkeypatch.setattr("credcore_app.commands.content.__file__", str(home.folder / "lib" / "a" / "b" / "content.py"))
    with pytest.raises(Fault, match="name a folder with --folder or CREDCORE_CONTENT_DIR"):
        cli.main(["content", "check"], standalone_mode=False)


def test_a_content_folder_that_is_not_there_is_named(home: Home) -> None:
    done = home.call("content", "stats", "--folder", "nowhere")
    assert done.returncode == 1
    assert done.stderr == (
        "credcore: nowhere: there is no such folder; name another with --folder or CREDCORE_CONTENT_DIR; "
        "`credcore content check` tells all that is wrong\n"
    )


def closed(*streams: int) -> Callable[[], None]:
    def close() -> None:
        for stream in streams:
            os.close(stream)

    return close


def words_after(home: Home, *arguments: str, **how: object) -> subprocess.CompletedProcess[str]:
    """The exit code and what was said on stderr."""
    usual = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    return subprocess.run([*COMMAND, *arguments], cwd=home.folder, env=home.environment(), **{**usual, **how})  # type: ignore[call-overload, no-any-return]  # as its caller says


@pytest.mark.parametrize("arguments", [("settings",), ("openapi",), ("--help",), ("content", "stats")], ids=" ".join)
def test_output_that_nobody_takes_or_that_has_no_room_ends_a_command_quietly(
    home: Home, arguments: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        gone = words_after(home, *arguments, stdout=pipe)
    assert (gone.returncode, gone.stderr) == (1, "")
    with open("/dev/full", "wb") as full:
        no_room = words_after(home, *arguments, stdout=full)
    line = "credcore: the output cannot be written: No space left on device\n"
    assert (no_room.returncode, no_room.stderr) == (1, line)


@pytest.mark.parametrize("streams", [(0,), (1,), (0, 1), (0, 1, 2)], ids=str)
def test_closed_standard_streams_are_no_defect(home: Home, streams: tuple[int, ...]) -> None:
    done = words_after(home, "settings", preexec_fn=closed(*streams))
    assert (done.returncode, done.stderr) == (0, "")
    asking = ("user", "create", "--email", "a@b.example", "--name", "A", "--role", "admin")
    done = words_after(home, *asking, preexec_fn=closed(*streams))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    done = words_after(home, *asking, "--password-stdin", preexec_fn=closed(*streams))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_command_that_is_nearly_one_is_named(home: Home) -> None:
    done = home.call("serv")
    assert done.returncode == 2
    assert done.stderr.endswith("Error: No such command 'serv'. Did you mean 'serve'?\n")


@pytest.mark.parametrize("words", [words for words in EVERY if isinstance(EVERY[words], click.Group)], ids=" ".join)
def test_the_help_of_a_group_says_of_each_command_a_whole_sentence(home: Home, words: tuple[str, ...]) -> None:
    said = home.call(*words, "--help", COLUMNS="200").stdout
    assert "..." not in said.partition("Commands:")[2]
    for other, command in EVERY.items():
        if other[:-1] == words:
            assert f"{other[-1]} " in said
            assert command.help is not None
            assert command.help.split()[0] in said


def test_lists_that_are_empty_say_what_to_do(home: Home) -> None:
    nobody = "credcore: nobody has an account yet; `credcore user create` makes one\n"
    assert home.call("user", "list").stderr == nobody
    none = "credcore: there is no partner yet; `credcore partner create` makes one\n"
    assert home.call("partner", "list").stderr == none
    assert home.call("user", "list", "--json").stderr == ""
    assert home.call("budget").stdout.startswith("AI grading in ")
