"""Settings: what they may be, where they come from, and what is said of a wrong one."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from credcore_app import dotenv
from credcore_app.environment import WrongSetting, load
from credcore_app.reading import Argon2Cost, Rate
from credcore_app.settings import ABOUT, Settings
from credcore_app.settings_document import document

SECRET = "sup3r-s3cret"


def test_without_any_variable_every_setting_has_its_default() -> None:
    loaded = load({}, {})
    assert loaded.settings == Settings()
    assert set(loaded.sources.values()) == {"default"}
    assert loaded.warnings == ()


@pytest.mark.parametrize(
    ("variable", "raw", "field", "value"),
    [
        ("CREDCORE_DATABASE_URL", "postgres://u:p@h/d", "database_url", "postgres://u:p@h/d"),
        ("CREDCORE_DATA_DIR", "~/x", "data_dir", Path("~/x").expanduser()),
        ("CREDCORE_PG_STATEMENT_CACHE", "0", "pg_statement_cache", 0),
        ("CREDCORE_ACCESS_TOKEN_HOURS", "0.5", "access_token_hours", 0.5),
        ("CREDCORE_PASSWORD_MIN_LENGTH", "8", "password_min_length", 8),
        ("CREDCORE_PASSWORD_COST", "65536,3,4", "password_cost", Argon2Cost(memory_kib=65_536, passes=3, lanes=4)),
        ("CREDCORE_RESET_PAGE", "https://lms.example/new/", "reset_page", "https://lms.example/new"),
        ("CREDCORE_LOG_LEVEL", "DEBUG", "log_level", "debug"),
        ("CREDCORE_AUTH_RATE_LIMIT", "3/second", "auth_rate_limit", Rate(count=3, seconds=1)),
        ("CREDCORE_TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2,", "trusted_proxies", ("10.0.0.1", "10.0.0.2")),
        ("CREDCORE_CORS_ORIGINS", "https://a.example:8443", "cors_origins", ("https://a.example:8443",)),
        ("CREDCORE_OPENAI_BASE_URL", "https://llm.example/v1/", "openai_base_url", "https://llm.example/v1"),
        ("CREDCORE_PROMPTS_PER_ASSESSMENT", "0", "prompts_per_assessment", 0),
        ("OPENAI_API_KEY", "sk-1", "openai_api_key", "sk-1"),
    ],
)
def test_a_variable_sets_its_setting(variable: str, raw: str, field: str, value: object) -> None:
    loaded = load({variable: raw}, {})
    assert dataclasses.asdict(loaded.settings) == dataclasses.asdict(
        dataclasses.replace(Settings(), **{field: value})  # type: ignore[arg-type]  # each field has its own type
    )
    assert loaded.sources[field] == "environment"


@pytest.mark.parametrize(
    ("variable", "raw"),
    [
        ("CREDCORE_DATABASE_URL", f"mysql://u:{SECRET}@h/d"),
        ("CREDCORE_PG_POOL_SIZE", "1"),
        ("CREDCORE_PG_POOL_SIZE", "ten"),
        ("CREDCORE_PG_POOL_SIZE", "10.0"),
        ("CREDCORE_PASSWORD_MIN_LENGTH", "7"),
        ("CREDCORE_PASSWORD_COST", "19455,2,1"),
        ("CREDCORE_PASSWORD_COST", "47103,1,1"),
        ("CREDCORE_PASSWORD_COST", "1048577,2,1"),
        ("CREDCORE_PASSWORD_COST", "19456,2"),
        ("CREDCORE_PASSWORD_COST", "cheap"),
        ("CREDCORE_RESET_PAGE", "lms.example/new"),
        ("CREDCORE_ACCESS_TOKEN_HOURS", "25"),
        ("CREDCORE_ACCESS_TOKEN_HOURS", "nan"),
        ("CREDCORE_ACCESS_TOKEN_HOURS", "inf"),
        ("CREDCORE_COMPLETE_TIMEOUT_SECONDS", "soon"),
        ("CREDCORE_LOG_LEVEL", "loud"),
        ("CREDCORE_AUTH_RATE_LIMIT", "10"),
        ("CREDCORE_AUTH_RATE_LIMIT", "0/minute"),
        ("CREDCORE_AUTH_RATE_LIMIT_ADDRESS", "10/day"),
        ("CREDCORE_CORS_ORIGINS", "https://a.example/path"),
        ("CREDCORE_CORS_ORIGINS", "*"),
        ("CREDCORE_OPENAI_BASE_URL", "ftp://llm.example"),
        ("CREDCORE_MONTHLY_BUDGET_USD", "-1"),
        ("CREDCORE_HSTS_SECONDS", "-1"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable_and_never_repeats_the_value(variable: str, raw: str) -> None:
    with pytest.raises(WrongSetting) as wrong:
        load({variable: raw}, {})
    line = str(wrong.value)
    assert line.startswith(f"{variable} must be ")
    assert line.endswith("; correct it, or unset it")
    assert "\n" not in line
    assert SECRET not in line


HOSTILE = (
    "garbage", "-1", "-0.0", "0", "9" * 400, "1e400", "1e-400", "nan", "1_000", "\u0663", "0x10", "x" * 100_000, "//",
    "=", "~nobody-of-that-name/x", "a=1/2,=", "https://[", "https://a:99999", "https://a b", "https://*", "https://a#b",
    "http://\u202e", "postgresql://[", "10.0.0.0/33", "::1/200", "999999/day", "*",
)  # fmt: skip


@pytest.mark.parametrize("variable", [about.variable for about in ABOUT.values()])
def test_whatever_a_variable_holds_it_is_taken_or_refused_in_one_line(variable: str) -> None:
    for raw in HOSTILE:
        try:
            load({variable: raw}, {})
        except WrongSetting as wrong:
            line = str(wrong)
            assert line.startswith(f"{variable} must be "), raw
            assert len(line.splitlines()) == 1
            assert len(line) < 250


@pytest.mark.parametrize("variable", [about.variable for about in ABOUT.values()])
@pytest.mark.parametrize("character", ["\0", "\n", "\x1b", "\x7f", chr(0xDCFF)])
def test_a_character_that_cannot_be_printed_is_refused_everywhere(variable: str, character: str) -> None:
    with pytest.raises(WrongSetting, match=f"^{variable} holds a control character, or is no UTF-8; correct it"):
        load({variable: f"1{character}1"}, {})


@pytest.mark.parametrize(
    ("variable", "raw"),
    [
        ("CREDCORE_ASSESSMENT_HOURS", "\u0663"),
        ("CREDCORE_LEASE_SECONDS", "1_0"),
        ("CREDCORE_MONTHLY_BUDGET_USD", "1e-400"),
        ("CREDCORE_DATA_DIR", "~nobody-of-that-name/x"),
        ("CREDCORE_CONTENT_DIR", "x" * 5000),
        ("CREDCORE_CONTENT_DIR", "there-is-no-such-folder"),
        ("CREDCORE_CONTENT_DIR", __file__),
        ("CREDCORE_OPENAI_API_KEY", "sk-\u00e4"),
        ("CREDCORE_OPENAI_BASE_URL", "https://a:99999/v1"),
        ("CREDCORE_OPENAI_BASE_URL", "https://a b/v1"),
        ("CREDCORE_RESET_PAGE", "https://lms.example/new#token"),
        ("CREDCORE_CORS_ORIGINS", "https://*"),
    ],
)
def test_what_only_looks_like_a_value_is_refused(variable: str, raw: str) -> None:
    with pytest.raises(WrongSetting, match=f"^{variable} must be "):
        load({variable: raw}, {})


def test_the_environment_wins_over_the_file() -> None:
    loaded = load({"CREDCORE_LOG_LEVEL": "error"}, {"CREDCORE_LOG_LEVEL": "debug", "CREDCORE_PG_POOL_SIZE": "3"})
    assert (loaded.settings.log_level, loaded.settings.pg_pool_size) == ("error", 3)
    assert (loaded.sources["log_level"], loaded.sources["pg_pool_size"]) == ("environment", ".env")


def test_our_own_variable_wins_over_the_one_that_others_know() -> None:
    loaded = load({"OPENAI_API_KEY": "theirs"}, {"CREDCORE_OPENAI_API_KEY": "ours"})
    assert loaded.settings.openai_api_key == "ours"


def test_an_empty_value_counts_as_none() -> None:
    assert load({"CREDCORE_DATABASE_URL": "  "}, {}).settings.database_url is None


def test_a_wrong_value_in_the_file_names_the_file() -> None:
    with pytest.raises(WrongSetting, match=r"^CREDCORE_PG_POOL_SIZE in the file \.env must be"):
        load({}, {"CREDCORE_PG_POOL_SIZE": "x"})


def test_an_unknown_variable_of_ours_is_warned_about_with_the_closest_known_one() -> None:
    warnings = load({"CREDCORE_DATABSE_URL": SECRET, "CREDCORE_XYZZY": "1", "OTHER": "1"}, {}).warnings
    assert warnings == (
        "CREDCORE_DATABSE_URL is no setting and has no effect; did you mean CREDCORE_DATABASE_URL?",
        "CREDCORE_XYZZY is no setting and has no effect; `credcore settings` lists those there are",
    )


def test_every_setting_says_what_it_is_for_and_what_happens_where_it_has_no_value() -> None:
    defaults = Settings()
    assert len({about.variable for about in ABOUT.values()}) == len(ABOUT)
    for name, about in ABOUT.items():
        assert about.description
        assert (getattr(defaults, name) in (None, ())) == bool(about.unset), about.variable


def test_every_default_is_a_value_that_its_variable_can_have() -> None:
    for name, about in ABOUT.items():
        value = getattr(Settings(), name)
        if isinstance(value, int | float | str | Rate):
            assert about.reader.parse(str(value)) == value


def test_the_page_of_the_documentation_says_what_the_program_knows() -> None:
    page = Path(__file__).parents[2] / "docs" / "settings.md"
    assert page.read_text(encoding="utf-8") == document(), (
        "write it anew: credcore settings --markdown > docs/settings.md"
    )


def test_a_file_of_settings_is_read_as_shells_and_docker_write_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "# a comment\n\nA=1\nexport B = two words  # why\nC='single # kept'\nD=\"double\"  # why\nE=\nF=a#b\n",
        encoding="utf-8",
    )
    assert dotenv.read(file) == {
        "A": "1",
        "B": "two words",
        "C": "single # kept",
        "D": "double",
        "E": "",
        "F": "a#b",
    }


def test_no_file_of_settings_is_no_fault(tmp_path: Path) -> None:
    assert dotenv.read(tmp_path / ".env") == {}


@pytest.mark.parametrize("content", [f"A=1\n{SECRET}\n".encode(), f"A=1\n9={SECRET}".encode()])
def test_a_line_that_is_no_setting_is_named_by_its_number_and_not_repeated(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / ".env"
    file.write_bytes(content)
    with pytest.raises(dotenv.BadLine, match=r"\.env, line 2 is not of the form NAME=value") as bad:
        dotenv.read(file)
    assert SECRET not in str(bad.value)


def test_a_file_of_settings_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"A=\xff")
    with pytest.raises(dotenv.BadLine, match="cannot be read as UTF-8 text"):
        dotenv.read(file)
