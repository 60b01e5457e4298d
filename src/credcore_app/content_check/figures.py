"""The bank at a glance: how many of what, where the keys stand, and which courses are recommended how often."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from credcore.bank import Bank
from credcore.catalogue import Role
from credcore.questions import Essay, MultipleChoice
from credcore_app.content import read_content
from credcore_app.content_check.choice_rules import OPTION_IDS, key_is_longest


@dataclass(frozen=True, kw_only=True, slots=True)
class DomainStats:
    """Counts by difficulty, 1 to 3."""

    domain: str
    multiple_choice: Mapping[int, int]
    essays: Mapping[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleStats:
    """``longest_key_rate``: share of the questions whose key is longer than each distractor; chance gives .25.

    Prompt lengths are means in words, with the options where there are any. ``course_use``: in how many of the role's
    cells each course stands.
    """

    role: str
    multiple_choice: int
    essays: int
    domains: tuple[DomainStats, ...]
    key_positions: Mapping[str, int]
    longest_key_rate: float
    choice_words: float
    essay_words: float
    course_use: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stats:
    """``cells``: the course ids of each cell of the recommendation table, by ``role/band/tag``."""

    roles: tuple[RoleStats, ...]
    multiple_choice: int
    essays: int
    interests: int
    courses: int
    courses_recommended: int
    key_positions: Mapping[str, int]
    longest_key_rate: float
    cells: Mapping[str, tuple[str, ...]]

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)


def stats(folder: Path) -> Stats:
    """Raises ContentFault for content that cannot be used."""
    return stats_of(read_content(folder).bank)


def stats_of(bank: Bank) -> Stats:
    choices = [question for role in bank.roles for question in _choices(bank, role)]
    return Stats(
        roles=tuple(_of_role(bank, role) for role in bank.roles),
        multiple_choice=len(choices),
        essays=sum(len(_essays(bank, role)) for role in bank.roles),
        interests=len(bank.interests),
        courses=len(bank.courses),
        courses_recommended=len({course for cell in bank.table.values() for course in cell}),
        key_positions=_positions(choices),
        longest_key_rate=_longest(choices),
        cells={str(key): courses for key, courses in bank.table.items()},
    )


def _of_role(bank: Bank, role: Role) -> RoleStats:
    choices, essays = _choices(bank, role), _essays(bank, role)
    uses = Counter(course for key, cell in bank.table.items() if key.role == role.id for course in cell)
    return RoleStats(
        role=role.id,
        multiple_choice=len(choices),
        essays=len(essays),
        domains=tuple(
            DomainStats(
                domain=domain.id,
                multiple_choice=_difficulties(q.difficulty for q in choices if q.domain == domain.id),
                essays=_difficulties(q.difficulty for q in essays if q.domain == domain.id),
            )
            for domain in role.domains
        ),
        key_positions=_positions(choices),
        longest_key_rate=_longest(choices),
        choice_words=_mean([_words(q.prompt, *(option.text for option in q.options)) for q in choices]),
        essay_words=_mean([_words(q.prompt) for q in essays]),
        course_use=dict(sorted(uses.items(), key=lambda use: (-use[1], use[0]))),
    )


def _choices(bank: Bank, role: Role) -> list[MultipleChoice]:
    return [question for question in bank.questions[role.id] if isinstance(question, MultipleChoice)]


def _essays(bank: Bank, role: Role) -> list[Essay]:
    return [question for question in bank.questions[role.id] if isinstance(question, Essay)]


def _difficulties(found: Iterable[int]) -> dict[int, int]:
    counts = Counter(found)
    return {difficulty: counts[difficulty] for difficulty in (1, 2, 3)}


def _positions(choices: Sequence[MultipleChoice]) -> dict[str, int]:
    counts = Counter(question.key for question in choices)
    return {position: counts[position] for position in (*OPTION_IDS, *sorted(counts.keys() - set(OPTION_IDS)))}


def _longest(choices: Sequence[MultipleChoice]) -> float:
    return round(sum(map(key_is_longest, choices)) / len(choices), 3) if choices else 0.0


def _words(*texts: str) -> int:
    return sum(len(text.split()) for text in texts)


def _mean(counts: Sequence[int]) -> float:
    return round(sum(counts) / len(counts), 1) if counts else 0.0
