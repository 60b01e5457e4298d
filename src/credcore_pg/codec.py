"""Domain values to JSON and back: fractions and decimals as text, so that they stay exact."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, TypeVar

import msgspec

from credcore.questions import Essay, Interest, MultipleChoice, Question, QuestionType
from credcore.responses import Answer, Choice, Selection, Text

Value = TypeVar("Value")

_QUESTIONS: dict[str, type[MultipleChoice] | type[Essay] | type[Interest]] = {
    QuestionType.MCQ: MultipleChoice,
    QuestionType.ESSAY: Essay,
    QuestionType.INTEREST: Interest,
}
_ANSWERS: dict[str, type[Choice] | type[Text] | type[Selection]] = {
    "option_id": Choice,
    "text": Text,
    "option_ids": Selection,
}


def encoded(value: object) -> str:
    return msgspec.json.encode(value, enc_hook=_plain, order="deterministic").decode()


def decoded(text: str, kind: type[Value]) -> Value:
    return msgspec.json.decode(text, type=kind, dec_hook=_exact)


def question_of(text: str) -> Question:
    plain = msgspec.json.decode(text)
    return msgspec.convert(plain, _QUESTIONS[plain["type"]])


def answer_of(text: str) -> Answer:
    """The one field that an answer has tells its kind."""
    plain = msgspec.json.decode(text)
    [field] = plain
    return msgspec.convert(plain, _ANSWERS[field])


def findable(text: str) -> str:
    """``text`` to look something up by; what no column can hold becomes the empty text, which nothing is called."""
    storable = "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
    return text if storable else ""


def _plain(value: object) -> str:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise NotImplementedError(type(value).__name__)


def _exact(kind: type, value: Any) -> Fraction:  # Any: msgspec's word for what it found
    if kind is Fraction:
        return Fraction(value)
    raise NotImplementedError(kind.__name__)
