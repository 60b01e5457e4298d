"""One rubric question with its answers, as the offline grader's tests use it."""

from __future__ import annotations

from credcore.offline import CriterionSpec, Finding, grade

PROMPT = """A payment provider calls your endpoint when a payment changes. Calls can arrive twice or out of order,
and anybody can reach the address. Describe how the endpoint treats a call, from its arrival to the answer."""

REFERENCE = """First the endpoint verifies the signature in the header over the raw body with the shared secret, and
refuses the call with 401 if it does not match, because anybody could have sent it. Then it stores the event under
its id, which is unique in the table: a duplicate violates the constraint, is ignored and still gets 200. It
acknowledges at once and leaves the slow work to a queue, so that the provider does not time out and retry. Because
events overtake each other, the worker asks the provider for the present state of the payment and does not trust the
order of arrival."""

WEAK = """The endpoint reads the payment from the call and updates it in the database. If the call arrives twice that is
not a big problem because the payment is just updated again. Then it answers that everything is fine."""

GOOD = """I check the HMAC signature with our secret before anything else; a wrong one gets a 401. Every event has an id
which I insert into a table with a unique constraint, so a duplicate is simply ignored and answered with 200. The real
processing goes to a background queue and the endpoint acknowledges immediately, otherwise the provider times out
and retries. Since events can overtake each other, I fetch the current state of the payment from the provider."""

ELSEWHERE = """A pie with nineteen slices cannot be read, since people compare lengths better than angles. I would draw
horizontal bars sorted by size, group the small regions as others, label each bar and drop the legend."""

CRITERIA = (
    CriterionSpec(
        id="signature",
        title="Checks who is calling",
        max_points=3,
        looks_for="Verifies the signature with the shared secret and refuses the call if it does not match.",
        terms=(("signature", "hmac"), ("secret",), ("401", "403", "refuse")),
    ),
    CriterionSpec(
        id="twice",
        title="Makes a second delivery harmless",
        max_points=3,
        looks_for="Stores the event's id under a unique constraint, so that a duplicate is ignored and still gets 200.",
        terms=(("unique",), ("duplicate",), ("ignored", "skipped"), ("200",)),
    ),
    CriterionSpec(
        id="queue",
        title="Answers at once",
        max_points=2,
        looks_for="Acknowledges at once and leaves the slow work to a queue, so that the provider does not time out.",
        terms=(("acknowledge",), ("queue", "background"), ("time out", "timeout", "retry")),
    ),
    CriterionSpec(
        id="order",
        title="Expects events to overtake",
        max_points=2,
        looks_for="Events overtake each other, so the worker asks the provider for the present state of the payment.",
        terms=(("overtake",), ("present state", "current state"), ("asks the provider", "fetch")),
    ),
)


def judged(answer: str) -> Finding:
    """The grade of an answer by the rubric."""
    return grade(prompt=PROMPT, reference=REFERENCE, criteria=CRITERIA, answer=answer)


def compared(answer: str) -> Finding:
    """The grade of an answer by the reference alone, as for a question without criteria."""
    return grade(prompt=PROMPT, reference=REFERENCE, criteria=(), answer=answer)
