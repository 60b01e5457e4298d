"""Whether a content folder is fit to judge people by: every fault with its file, its line and a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from credcore.errors import ContentFault
from credcore_app.content import compile_folder, content_of
from credcore_app.content_check import (
    bank_rules,
    choice_rules,
    clue_rules,
    course_rules,
    duplicate_rules,
    essay_rules,
    rationale_rules,
    table_rules,
)
from credcore_app.content_check.entries import read_entries
from credcore_app.content_check.figures import Stats, stats
from credcore_app.content_check.finding import Finding, Progress, Rule, Severity
from credcore_app.content_check.grader_rules import graded_answers

__all__ = ["Finding", "Progress", "Rule", "Severity", "Stats", "check", "stats"]

RULES = (
    *bank_rules.RULES,
    *choice_rules.RULES,
    *rationale_rules.RULES,
    *essay_rules.RULES,
    *duplicate_rules.RULES,
    *course_rules.RULES,
    *table_rules.RULES,
)
WHOLE = (
    *bank_rules.WHOLE,
    *choice_rules.WHOLE,
    *clue_rules.WHOLE,
    *course_rules.WHOLE,
    *table_rules.WHOLE,
)
"""Rules that count and compare: they would complain about entries that are only missing because of their own fault."""


def silent(done: int, total: int) -> None:
    """No progress."""


def check(folder: Path, *, today: date, on_progress: Progress = silent) -> tuple[Finding, ...]:
    """Everything that is wrong with the content of ``folder``, by file and line; nothing for clean content.

    Takes some seconds: the offline grader judges the answers that stand beside the essays, and ``on_progress`` is
    told how many essays it has done.
    """
    if not folder.is_dir():
        message = f"no such folder: {folder}"
        return (Finding(file=".", line=1, rule=Rule.YAML, message=message, remedy="Name a content folder."),)
    entries = read_entries(folder)
    rules = RULES if entries.faults else (*RULES, *WHOLE)
    found = {
        *entries.faults,
        *(finding for rule in rules for finding in rule(entries)),
        *course_rules.reviewed_lately(entries, today),
        *graded_answers(entries, on_progress),
    }
    if not any(finding.severity is Severity.ERROR for finding in found):
        found.update(_last_word(folder))
    return tuple(sorted(found))


def _last_word(folder: Path) -> Iterator[Finding]:
    """The core decides whether content can be used; whatever it refuses is an error, found by a rule here or not."""
    try:
        content_of(compile_folder(folder))
    except ContentFault as fault:
        yield Finding(file=".", line=1, rule=Rule.BANK, message=str(fault), remedy="docs/authoring.md has the rules.")
