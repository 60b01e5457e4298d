"""What a person agrees to when an AI model may judge their essays."""

from __future__ import annotations

CONSENT_VERSION = "2026-11-22"
"""Names the text below. Whoever changes the text changes the version: what was agreed to is stored by it."""

CONSENT_TEXT = (
    "An AI model run by another company may read my essay answers, together with the question and its rubric, to "
    "propose points and feedback. My name, my e-mail address and my account are not passed on. I can withdraw this at "
    "any time; what is judged from then on is judged by the offline grader alone."
)
