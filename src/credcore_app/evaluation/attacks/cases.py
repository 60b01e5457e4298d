"""Words for attacks: a family, the texts that learners try, and the sentence in which a good answer mentions one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from credcore.questions import Essay


class Form(StrEnum):
    PURE = "pure attack"
    WEAK = "weak answer and attack"
    GOOD = "good answer that mentions one"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A question, and a good answer that is not its reference."""

    question: Essay
    good: str

    @property
    def weak(self) -> str:
        return self.question.weak_answer


Attack = str | Callable[[Subject], str]
"""An attack may be made of the question that it is tried on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """``mention``: what somebody who writes about such attacks would quote, in a sentence of their own."""

    name: str
    attacks: tuple[Attack, ...]
    mention: str

    def cases(self, subject: Subject) -> Iterator[Case]:
        for number, attack in enumerate(self.attacks, start=1):
            payload = attack if isinstance(attack, str) else attack(subject)
            for form in (Form.PURE, Form.WEAK):
                yield self._case(subject, form, number, payload)
        yield self._case(subject, Form.GOOD, 0, self.mention)

    def _case(self, subject: Subject, form: Form, number: int, payload: str) -> Case:
        return Case(family=self.name, form=form, number=number, subject=subject, payload=payload)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One answer to be graded. ``honest`` is the same answer without what was added."""

    family: str
    form: Form
    number: int
    subject: Subject
    payload: str

    @property
    def honest(self) -> str:
        match self.form:
            case Form.PURE:
                return ""
            case Form.WEAK:
                return self.subject.weak
            case Form.GOOD:
                return self.subject.good

    @property
    def answer(self) -> str:
        return f"{self.honest}\n{self.payload}" if self.honest else self.payload

    @property
    def id(self) -> str:
        return f"{self.subject.question.id} / {self.family} {self.number or ''} / {self.form}"


def all_cases(families: Sequence[Family], subjects: Sequence[Subject]) -> list[Case]:
    return [case for subject in subjects for family in families for case in family.cases(subject)]
