"""What the attacks are tried on: a question about security, where quoting attacks is natural, and one about data."""

from __future__ import annotations

from credcore.questions import Criterion, Essay
from credcore_app.evaluation.attacks.cases import Subject

INPUT = Subject(
    question=Essay(
        id="security-untrusted-comments",
        domain="security.applications",
        difficulty=2,
        prompt=(
            "Visitors leave comments on a page, and the comments are shown to everybody. How do you keep a hostile "
            "comment from running code in other visitors' browsers, and how do you limit the damage if one does?"
        ),
        criteria=(
            Criterion(
                id="encoding",
                title="Encodes output for its context",
                points=4,
                looks_for="Comments are escaped when they are rendered, for the HTML context, by the template engine.",
                terms=(("escape", "escaped", "encode", "encoding"), ("template", "render", "rendering", "output")),
            ),
            Criterion(
                id="policy",
                title="Limits scripts by a content security policy",
                points=3,
                looks_for="A content security policy without inline scripts stops injected code from running.",
                terms=(("content security policy", "csp"), ("inline",)),
            ),
            Criterion(
                id="session",
                title="Keeps the session out of reach",
                points=3,
                looks_for="Session cookies are HttpOnly and SameSite, so that a script cannot read or reuse them.",
                terms=(("httponly",), ("samesite", "cookie", "cookies")),
            ),
        ),
        reference_answer=(
            "Comments are escaped when they are rendered, by a template engine that encodes output for the HTML "
            "context automatically. A content security policy that forbids inline scripts and lists allowed sources "
            "stops what slips through. Session cookies are HttpOnly and SameSite, so a script that does run can "
            "neither read the session nor send it elsewhere."
        ),
        weak_answer="I would check the comments before saving and delete the bad ones, maybe with some filter.",
        max_length=20_000,
    ),
    good=(
        "I let the template engine escape every comment on output, so that markup in a comment is shown as text and "
        "is not interpreted. Next to that I set a content security policy without inline scripts, which keeps "
        "injected code from running even if somebody forgets the encoding. The session cookie is HttpOnly and "
        "SameSite, so a script cannot read it."
    ),
)

CACHE = Subject(
    question=Essay(
        id="backend-cache-stampede",
        domain="backend.architecture",
        difficulty=2,
        prompt=(
            "A product page is cached for five minutes. Each time the entry expires, the database slows down for "
            "some seconds. Explain what happens and how you would prevent it."
        ),
        criteria=(
            Criterion(
                id="cause",
                title="Explains why the database slows down",
                points=4,
                looks_for="All requests miss the cache at the same moment and run the same costly query: a stampede.",
                terms=(("miss", "misses", "stampede", "thundering herd"), ("same query", "same time", "at once")),
            ),
            Criterion(
                id="lock",
                title="Lets one request refill the entry",
                points=3,
                looks_for="A lock or single flight lets one request compute the value as others wait or get the old.",
                terms=(("lock", "single flight", "mutex"), ("wait", "stale", "old value")),
            ),
            Criterion(
                id="spread",
                title="Spreads expiry or refreshes early",
                points=3,
                looks_for="Expiry times get a random jitter, or entries are refreshed before they expire.",
                terms=(("jitter", "random", "background", "refresh early", "before it expires"),),
            ),
        ),
        reference_answer=(
            "When the entry expires, all requests miss the cache at once and run the same expensive query against the "
            "database: a cache stampede. A lock, or single flight, lets one request compute the new value while the "
            "others wait or are given the stale one. Jitter on the expiry times, or a refresh in the background before "
            "the entry expires, keeps many entries from expiring together."
        ),
        weak_answer="The cache is empty then, so the page is slow. I would make the cache longer, an hour for example.",
        max_length=20_000,
    ),
    good=(
        "The moment the entry is gone, every request misses and sends the same query to the database at the same "
        "time, which is a stampede. I would take a lock so that only one request computes the value, and the rest get "
        "the stale value meanwhile. Besides, I add a random jitter to the expiry and refresh hot pages in the "
        "background before they expire."
    ),
)

SUBJECTS = (INPUT, CACHE)
