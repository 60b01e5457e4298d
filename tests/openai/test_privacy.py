"""What leaves the house: read from what the provider was sent, byte by byte."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from uuid import UUID

import pytest
from tests.openai import subject
from tests.openai.conftest import API_KEY, Bench
from tests.openai.provider import completes

ASSESSMENT = UUID("019a0000-1111-7222-8333-444444444444")
TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLWJ5dGVz"


async def test_no_key_token_address_or_name_is_sent(bench: Bench) -> None:
    bench.provider.will(completes(subject.reply()))
    answer = (
        f"{subject.GOOD} Ask ada.lovelace+db@students.example.org if in doubt; my key is sk-proj-abcdefghij0123456789 "
        f"and my token {TOKEN}."
    )
    await bench.grader.judge(subject.task(answer, assessment_id=ASSESSMENT))
    (request,) = bench.provider.prompts
    sent = request.body.decode()
    for private in ("ada.lovelace", "students.example.org", "sk-proj", API_KEY, TOKEN, str(ASSESSMENT), ASSESSMENT.hex):
        assert private not in sent
        assert private not in request.path
    others = {name: value for name, value in request.headers.items() if name != "authorization"}
    assert API_KEY not in str(others)
    assert str(ASSESSMENT) not in str(others)
    assert request.document.keys() == {
        "messages",
        "model",
        "max_completion_tokens",
        "response_format",
        "temperature",
        "reasoning_effort",
    }


NAME = "Zoë Quarles-Hübner"


@pytest.mark.parametrize(
    "signed",
    [
        f"Regards, {NAME}",
        "Regards, zoë  quarles-hübner",
        "I am ZOË QUARLES-HÜBNER.",
        f"Signed: {unicodedata.normalize('NFD', NAME)}",
        "Zoë thinks so.",
        "So says Ms Quarles-Hübner's notebook.",
        "Zoë Quarles\u200b-Hübner",
        "# author: Zoë\n# Quarles-Hübner",
    ],
)
async def test_a_learner_who_signs_an_answer_stays_unnamed(bench: Bench, signed: str) -> None:
    bench.provider.will(completes(subject.reply()))
    judgement = await bench.grader.judge(replace(subject.task(f"{subject.GOOD}\n{signed}"), learner_name=NAME))
    (request,) = bench.provider.prompts
    sent = unicodedata.normalize("NFC", request.answer).casefold()
    assert subject.READS.casefold() in sent
    assert "zoë" not in sent
    assert "hübner" not in sent
    assert judgement.points == 10


async def test_a_name_that_the_question_uses_as_a_word_is_left_where_it_may_be_one(bench: Bench) -> None:
    """Whoever is called so would have the answer itself taken away; the whole name goes all the same."""
    bench.provider.will(completes(subject.reply()))
    answer = f"{subject.GOOD} A Table has an Index. Signed, Index Table"
    await bench.grader.judge(replace(subject.task(answer), learner_name="Index Table"))
    (request,) = bench.provider.prompts
    assert request.answer == f"{subject.GOOD} A Table has an Index. Signed, […]"


async def test_a_quote_around_a_masked_name_is_still_evidence(bench: Bench) -> None:
    said = "Every insert, as Zoë always says, has to maintain the tree too, so writes get slower."
    quoted = subject.EVIDENCE | {"writes": said.replace("Zoë", "[…]")}
    bench.provider.will(completes(subject.reply(evidence=quoted)))
    answer = f"{subject.READS} {said} {subject.LIMITS}"
    judgement = await bench.grader.judge(replace(subject.task(answer), learner_name=NAME))
    assert judgement.points == 10
    assert all(criterion.evidence in answer for criterion in judgement.criteria)


async def test_secrets_are_fresh_for_every_call(bench: Bench) -> None:
    bench.provider.will(completes(subject.reply()))
    await bench.grader.judge(subject.task())
    await bench.grader.judge(subject.task())
    first, second = (request.user_message.splitlines()[0] for request in bench.provider.prompts)
    assert first != second
    assert len(first) == len("<<<ANSWER >>>") + 24


def test_a_key_does_not_show_itself_in_a_log(bench: Bench) -> None:
    assert API_KEY not in repr(bench.grader)
