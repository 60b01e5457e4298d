"""The settings as a page of the documentation, made of what the program itself knows about them."""

from __future__ import annotations

from credcore_app.settings import ABOUT, SPANS, Settings

HEAD = """# Settings

Every setting is an environment variable with a default that works. A file `.env` in the current folder may hold them,
too, one `NAME=value` a line; the environment wins. `credcore settings` lists them with the values in force. A value
that a setting cannot have stops the start with one line that names the variable; an unknown `CREDCORE_…` variable is
warned about. This page is what `credcore settings --markdown` prints.

| variable | default | may be | what it is |
| --- | --- | --- | --- |
"""


def document() -> str:
    defaults = Settings()
    rows = [
        (
            f"`{about.variable}`",
            _default(getattr(defaults, name), about.unset),
            about.reader.must_be,
            about.description + _also(about.also),
        )
        for name, about in ABOUT.items()
    ]
    rows.append((f"`{SPANS.variable}`", _default(None, SPANS.unset), SPANS.reader.must_be, SPANS.description))
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def as_text(value: object) -> str:
    """As it would stand in the variable."""
    simple = plain(value)
    return ",".join(map(str, simple)) if isinstance(simple, list) else str(simple)


def plain(value: object) -> object:
    """For JSON: numbers and texts as they are, all else as it would be written."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, int | float | str):
        return value
    return [plain(entry) for entry in value] if isinstance(value, tuple) else str(value)


def _default(value: object, unset: str) -> str:
    return f"unset: {unset}" if value is None or value == () else f"`{as_text(value)}`"


def _also(variable: str | None) -> str:
    return f"; `{variable}` counts where it is unset" if variable else ""
