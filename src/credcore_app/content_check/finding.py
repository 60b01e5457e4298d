"""What the check has to say about a place in the content files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do, in equal steps of the slow part."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Rule(StrEnum):
    """What a file was held to. docs/authoring.md says of each what it wants."""

    ABSOLUTE_WORD = "absolute-word"
    ANSWER_LENGTH = "answer-length"
    BANK = "bank"
    CELL_SIZE = "cell-size"
    COURSE_EVERYWHERE = "course-everywhere"
    COURSE_FIELD = "course-field"
    COURSE_MISFIT = "course-misfit"
    CRITERIA_COUNT = "criteria-count"
    DIFFICULTY_SPREAD = "difficulty-spread"
    DOMAIN_WEIGHTS = "domain-weights"
    DUPLICATE_COURSE = "duplicate-course"
    DUPLICATE_ID = "duplicate-id"
    DUPLICATE_OPTION = "duplicate-option"
    DUPLICATE_QUESTION = "duplicate-question"
    EMPTY_TEXT = "empty-text"
    FEW_INTERESTS = "few-interests"
    FORBIDDEN_PHRASE = "forbidden-phrase"
    GRAMMAR_CLUE = "grammar-clue"
    ID_FORM = "id-form"
    INTEREST_TAGS = "interest-tags"
    KEY_BALANCE = "key-balance"
    KEY_RATIONALE = "key-rationale"
    LONGEST_KEY = "longest-key"
    MAX_LENGTH = "max-length"
    MISSING_CELL = "missing-cell"
    MISSING_QUESTIONS = "missing-questions"
    NEAR_DUPLICATE = "near-duplicate"
    NEGATIVE_STEM = "negative-stem"
    NO_CREDENTIAL = "no-credential"
    NO_FREE_COURSE = "no-free-course"
    NOT_REVIEWED = "not-reviewed"
    OFF_TOPIC_GRADE = "off-topic-grade"
    OPTION_FORM = "option-form"
    OPTION_LENGTH = "option-length"
    OPTIONS = "options"
    REFERENCE_GRADE = "reference-grade"
    REVIEW_DATE = "review-date"
    RUBRIC_POINTS = "rubric-points"
    SCHEMA = "schema"
    TELLING_PHRASE = "telling-phrase"
    TERM_CANNOT_MATCH = "term-cannot-match"
    TERM_NOT_IN_REFERENCE = "term-not-in-reference"
    TERMS_COUNT = "terms-count"
    TERMS_IN_PROMPT = "terms-in-prompt"
    THIN_DOMAIN = "thin-domain"
    TIME_LIMIT = "time-limit"
    UNKNOWN_AREA = "unknown-area"
    UNKNOWN_BAND = "unknown-band"
    UNKNOWN_COURSE = "unknown-course"
    UNKNOWN_DOMAIN = "unknown-domain"
    UNKNOWN_ROLE = "unknown-role"
    UNKNOWN_TAG = "unknown-tag"
    UNREAD_FILE = "unread-file"
    WEAK_ANSWER_COPIED = "weak-answer-copied"
    WEAK_GRADE = "weak-grade"
    YAML = "yaml"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Finding:
    """``file`` is relative to the content folder, ``line`` counts from 1; ``remedy`` says what to do about it.

    The order of the fields is the order of a report.
    """

    file: str
    line: int
    rule: Rule
    message: str
    remedy: str
    severity: Severity = Severity.ERROR
