"""What leaves the house: read from what the provider was sent, byte by byte."""

from __future__ import annotations

from uuid import UUID

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


async def test_secrets_are_fresh_for_every_call(bench: Bench) -> None:
    bench.provider.will(completes(subject.reply()))
    await bench.grader.judge(subject.task())
    await bench.grader.judge(subject.task())
    first, second = (request.user_message.splitlines()[0] for request in bench.provider.prompts)
    assert first != second
    assert len(first) == len("<<<ANSWER >>>") + 24


def test_a_key_does_not_show_itself_in_a_log(bench: Bench) -> None:
    assert API_KEY not in repr(bench.grader)
