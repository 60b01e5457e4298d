"""Every setting: its variable, its default, and what it is for."""

# ruff: noqa: RUF009 - `setting` gives a dataclass field, as `dataclasses.field` does

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from credcore_app import reading
from credcore_app.reading import Argon2Cost, Rate, Reader

Value = TypeVar("Value")
PREFIX = "CREDCORE_"
LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What is known of a setting besides its value. ``unset`` says what happens where it has none."""

    variable: str
    reader: Reader[object]
    description: str
    unset: str
    secret: bool
    also: str | None


def setting(
    variable: str,
    reader: Reader[Value],
    default: Value,
    description: str,
    *,
    unset: str = "",
    secret: bool = False,
    also: str | None = None,
) -> Value:
    """A field of ``Settings``. ``also`` is a second variable that counts where the first is not set."""
    about = About(
        variable=PREFIX + variable, reader=reader, description=description, unset=unset, secret=secret, also=also
    )
    # Any: as with dataclasses.field itself, what stands in the class body is read by the decorator alone.
    made: Any = field(default=default, metadata={"about": about})
    return made  # type: ignore[no-any-return]  # see above


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, each with a default that works."""

    database_url: str | None = setting(
        "DATABASE_URL",
        reading.database_url,
        None,
        "PostgreSQL to use; several hosts separated by commas are tried at once",
        unset="an embedded PostgreSQL in CREDCORE_DATA_DIR",
        secret=True,
    )
    data_dir: Path | None = setting(
        "DATA_DIR",
        reading.path,
        None,
        "where the embedded PostgreSQL keeps its data",
        unset="~/.local/share/credcore; /var/lib/credcore for root",
    )
    pg_bin: Path | None = setting(
        "PG_BIN",
        reading.path,
        None,
        "folder with PostgreSQL's programs for the embedded one",
        unset="the system's, else those that came along",
    )
    pg_pool_size: int = setting(
        "PG_POOL_SIZE", reading.whole(2, 200), 10, "most connections of one server process to PostgreSQL"
    )
    pg_statement_cache: int = setting(
        "PG_STATEMENT_CACHE",
        reading.whole(0, 10_000),
        200,
        "prepared statements kept on each connection; 0 behind a pooler in transaction mode",
    )
    content_dir: Path | None = setting(
        "CONTENT_DIR",
        reading.folder,
        None,
        "folder with questions, courses and recommendations, put into use by `credcore content sync` and whenever an "
        "embedded PostgreSQL starts",
        unset="those that came with this version",
    )
    assessment_hours: float = setting(
        "ASSESSMENT_HOURS",
        reading.number(0.1, 48),
        2.0,
        "how long an assessment can be answered after its start",
    )
    complete_timeout_seconds: float = setting(
        "COMPLETE_TIMEOUT_SECONDS",
        reading.number(0.1, 120),
        20.0,
        "how long completion waits for grades before the offline grader judges what is left",
    )
    lease_seconds: float = setting(
        "LEASE_SECONDS",
        reading.number(1, 3600),
        20.0,
        "how long an essay waits for another grader after the one that held it was killed",
    )
    access_token_hours: float = setting(
        "ACCESS_TOKEN_HOURS", reading.number(0.05, 24), 24.0, "how long an access token is good for"
    )
    password_min_length: int = setting(
        "PASSWORD_MIN_LENGTH", reading.whole(8, 64), 15, "fewest characters of a new password"
    )
    password_cost: Argon2Cost = setting(
        "PASSWORD_COST",
        reading.argon2_cost,
        reading.CHEAPEST_COST,
        "Argon2id's cost of new hashes: memory in KiB, passes, lanes; older hashes follow at log-in",
    )
    reset_page: str | None = setting(
        "RESET_PAGE",
        reading.web_address,
        None,
        "page where a person chooses a new password; the token of the reset stands behind its #",
        unset="the message says the token itself",
    )
    signing_keys: Path | None = setting(
        "SIGNING_KEYS",
        reading.path,
        None,
        "PEM file with the Ed25519 keys that sign access tokens, the one that signs last",
        unset="a key that is made once and kept in the database",
    )
    log_level: str = setting(
        "LOG_LEVEL", reading.one_of(*LOG_LEVELS), "info", "least serious log lines that are written"
    )
    metrics_address: reading.Address | None = setting(
        "METRICS_ADDRESS",
        reading.listening,
        None,
        "address and port of its own for /metrics, which the API then does not show; the worker has no other",
        unset="/metrics on the API's port; none for the worker",
    )
    max_body_bytes: int = setting(
        "MAX_BODY_BYTES", reading.whole(1024, 10_485_760), 65_536, "longest body of a request"
    )
    hsts_seconds: int = setting(
        "HSTS_SECONDS",
        reading.whole(0, 63_072_000),
        0,
        "Strict-Transport-Security of every answer; set it where the server is reached by HTTPS only",
    )
    trusted_proxies: tuple[str, ...] = setting(
        "TRUSTED_PROXIES",
        reading.networks,
        (),
        "addresses and networks whose X-Forwarded-For is believed, separated by commas",
        unset="nobody's",
    )
    cors_origins: tuple[str, ...] = setting(
        "CORS_ORIGINS",
        reading.origins,
        (),
        "web origins whose pages may call the API, separated by commas",
        unset="none",
    )
    auth_rate_limit: Rate = setting(
        "AUTH_RATE_LIMIT",
        reading.rate,
        Rate(count=10, seconds=60),
        "attempts to authenticate as one account, for each way to: so many at once, then evenly",
    )
    auth_rate_limit_address: Rate = setting(
        "AUTH_RATE_LIMIT_ADDRESS",
        reading.rate,
        Rate(count=300, seconds=60),
        "calls to /auth/* from one client address (of IPv6, one /64)",
    )
    openai_api_key: str | None = setting(
        "OPENAI_API_KEY",
        reading.token,
        None,
        "key of the AI grader's provider; with one, essays of learners who agreed are graded by AI",
        unset="the offline grader judges",
        secret=True,
        also="OPENAI_API_KEY",
    )
    openai_base_url: str | None = setting(
        "OPENAI_BASE_URL",
        reading.web_address,
        None,
        "where the AI grader's provider answers: any server that speaks chat completions",
        unset="OpenAI's own address",
    )
    openai_model: str = setting("OPENAI_MODEL", reading.token, "gpt-6-luna", "the AI grader's model")
    openai_prices: tuple[reading.ModelPrice, ...] = setting(
        "OPENAI_PRICES",
        reading.prices,
        (),
        "US dollars for a million tokens in and out, by model, for models that are not known or cost something else",
        unset="the provider's list prices; an unknown model counts as much as the dearest known",
    )
    openai_reasoning_effort: str = setting(
        "OPENAI_REASONING_EFFORT",
        reading.one_of("none", "minimal", "low", "medium", "high"),
        "none",
        "how long the model thinks before it grades; what it thinks is paid for. A server that refuses it is not asked",
    )
    openai_timeout_seconds: float = setting(
        "OPENAI_TIMEOUT_SECONDS",
        reading.number(0.5, 300),
        15.0,
        "longest that one essay waits for the provider before it goes back to the queue",
    )
    monthly_budget_usd: float = setting(
        "MONTHLY_BUDGET_USD",
        reading.number(0, 1_000_000),
        5.0,
        "most that AI grading may cost in a month (UTC) over all processes; beyond it the offline grader judges",
    )
    prompts_per_assessment: int | None = setting(
        "PROMPTS_PER_ASSESSMENT",
        reading.whole(0, 100),
        None,
        "most questions to the AI provider about one assessment, those that may have been answered included",
        unset="as many as the form has essays",
    )


ABOUT: dict[str, About] = {entry.name: entry.metadata["about"] for entry in fields(Settings)}
"""By the name of the field, in the order in which they are listed."""

SPANS = About(
    variable="OTEL_TRACES_EXPORTER",
    reader=reading.exporters,
    description="where spans of requests are sent; this and OpenTelemetry's other OTEL_* variables are not read from a "
    ".env",
    unset="no spans",
    secret=False,
    also=None,
)
"""No setting of ours, listed beside them."""
