"""The demo: the whole way of a student over real HTTP, and what it shows of it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from rich.console import Console
from tests.app.program import Home, Program
from tests.app.test_start_and_stop import SERVE, Start, postgres_pid

from credcore_app.content import read_content
from credcore_app.demo.client import Api
from credcore_app.demo.printed import print_profile
from credcore_app.demo.student import SampleStudent
from credcore_app.fault import Fault

BANK = read_content(None).bank


@pytest.fixture(scope="module")
def role() -> str:
    return "backend-developer"


def shown(profile: dict[str, Any], *, width: int = 80, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding=encoding, errors="replace", write_through=True) as stream:
        print_profile(Console(file=stream, width=width, highlight=False), profile, "Backend developer")
        return raw.getvalue().decode(encoding)


def profile_of(home: Home, *arguments: str) -> dict[str, Any]:
    done = home.call("demo", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    profile: dict[str, Any] = json.loads(done.stdout)
    return profile


def test_it_prints_the_profile_as_the_api_gave_it_and_stops_everything(fresh_home: Home) -> None:
    done = fresh_home.call("demo", "--json")
    assert done.returncode == 0, done.stderr
    profile = json.loads(done.stdout)
    assert (profile["role"], profile["form"], len(profile["answers"])) == ("backend-developer", "standard", 10)
    assert all(answer["status"] in ("scored", "recorded") for answer in profile["answers"])
    # Good in some domains and weak in others, so that there is something to say.
    scores = sorted(domain["score"] for domain in profile["domainBreakdown"])
    assert scores[0] < 50
    assert scores[-1] >= 90
    assert profile["strengths"]
    assert profile["improvements"]
    assert 2 <= len(profile["recommendations"]) <= 3
    assert postgres_pid(fresh_home) is None
    said = done.stderr.splitlines()
    assert "credcore: question 10 of 10, interest" in said
    assert any("serve" in line for line in said)
    assert any("/schema" in line for line in said)


def test_it_shows_everything_that_the_profile_says(home: Home) -> None:
    done = home.call("demo", "--role", "data-analyst", COLUMNS="400")
    assert done.returncode == 0, done.stderr
    text = done.stdout
    for words in (
        "Skill profile: Data analyst",
        "Overall",
        "Confidence",
        "Strengths",
        "To improve",
        "Courses to take next",
    ):
        assert words in text
    for domain in BANK.role("data-analyst").domains:
        assert domain.title in text
    assert " serve\n" in text
    assert "http://127.0.0.1:8000/schema" in text
    assert "\x1b" not in text


def test_beside_a_running_server_it_uses_the_same_database_and_leaves_it_running(home: Home, start: Start) -> None:
    server: Program = start(home, *SERVE)
    url = server.url()
    assert profile_of(home)["revision"] == 1
    api = Api(url)
    assert api.get("/health/ready")["status"] == "ready"
    api.close()


def test_a_configured_database_is_left_alone(home: Home) -> None:
    done = home.call("demo", "--json", CREDCORE_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 0, done.stderr
    assert "CREDCORE_DATABASE_URL is left alone" in done.stderr


def test_a_role_that_does_not_exist_is_wrong_usage_and_names_those_there_are(home: Home) -> None:
    done = home.call("demo", "--role", "astronaut")
    assert done.returncode == 2
    assert "there is no role 'astronaut'; there are backend-developer, " in done.stderr
    assert postgres_pid(home) is None


def test_a_demo_that_is_stopped_says_so_and_stops_everything(home: Home, start: Start) -> None:
    demo = start(home, "demo")
    demo.line_with("question 1 of 10")
    assert demo.stop() in (0, 1)  # 0 where it had finished already
    assert demo.process.returncode == 0 or "credcore: the demo was stopped" in demo.said[-1]
    assert postgres_pid(home) is None


@pytest.mark.parametrize("role", [role.id for role in BANK.roles])
def test_the_student_answers_every_question_of_the_role_in_its_own_kind(role: str) -> None:
    student = SampleStudent(BANK, role)
    for question in (*BANK.questions[role], *BANK.interests_for(role)):
        answer = student.answer({"questionId": question.id})
        assert answer.pop("questionId") == question.id
        (kind,) = answer
        assert kind == {"mcq": "optionId", "essay": "text", "interest": "optionIds"}[question.type]


def test_the_student_is_strong_in_the_first_domains_and_weak_in_the_last(role: str) -> None:
    student = SampleStudent(BANK, role)
    chooses_right, writes_well = [], []
    for domain in BANK.role(role).domains:
        choices, essays = BANK.multiple_choice(role, domain.id), BANK.essays(role, domain.id)
        chooses_right.append({student.answer({"questionId": q.id})["optionId"] == q.key for q in choices})
        writes_well.append({student.answer({"questionId": q.id})["text"] == q.reference_answer for q in essays})
    assert chooses_right == [{True}, {True}, {True}, {False}]
    assert writes_well == [{True}, {True}, {False}, {False}]


def test_a_question_that_came_into_use_meanwhile_is_told() -> None:
    with pytest.raises(Fault, match="question brand-new came into use while the demo ran"):
        SampleStudent(BANK, "backend-developer").answer({"questionId": "brand-new"})


@pytest.fixture
def profile() -> dict[str, Any]:
    """As the API gives it, cut to what is shown."""
    key = {"name": "key", "version": "1", "reliability": 1.0}
    offline = {"name": "offline", "version": "1", "reliability": 0.55}
    return {
        "overallScore": 71.0,
        "scoreBand": "mid",
        "confidenceScore": 0.654,
        "provisional": False,
        "domainBreakdown": [
            {"domain": "d.a", "title": "APIs", "score": 100.0, "weight": 0.75, "answered": 2, "total": 2},
            {"domain": "d.b", "title": "Testing", "score": 0.0, "weight": 0.25, "answered": 1, "total": 2},
        ],
        "strengths": [{"domain": "d.a", "text": "APIs, 100.0 of 100. Well said."}],
        "improvements": [{"domain": "d.b", "text": "Testing, 0.0 of 100. Say more."}],
        "answers": [
            {"type": "mcq", "grader": key},
            {"type": "mcq", "grader": key},
            {"type": "essay", "grader": offline},
            {"type": "interest", "grader": None},
        ],
        "recommendations": [
            {
                "title": "A course",
                "provider": "A school",
                "estimatedEffortHours": 1.5,
                "format": "reading",
                "level": "beginner",
                "url": "https://school.example/" + "long-" * 30,
                "reason": "Serves Testing.",
            }
        ],
    }


def test_confidence_is_explained_by_who_judged(profile: dict[str, Any]) -> None:
    assert (
        "Confidence 0.65 of 1. Each answer counts by how far its judge agrees with people: 2 multiple-choice questions "
        "by their key (1.00); 1 essay by the offline grader, version 1 (0.55)."
    ) in " ".join(shown(profile).split())


def test_the_bar_of_a_domain_is_as_long_as_its_score(profile: dict[str, Any]) -> None:
    lines = {line.split()[0]: line for line in shown(profile).splitlines() if line.strip()}
    assert lines["APIs"].count("█") == 20
    assert lines["Testing"].count("█") == 0
    assert lines["Overall"].count("█") == 14


def test_a_url_is_never_broken_however_narrow_the_terminal(profile: dict[str, Any]) -> None:
    assert profile["recommendations"][0]["url"] in shown(profile, width=40)


def test_no_line_but_a_url_is_wider_than_the_terminal(profile: dict[str, Any]) -> None:
    for width in (50, 80, 200):
        for line in shown(profile, width=width).splitlines():
            assert len(line.rstrip()) <= min(width, 100) or "https://" in line


def test_a_domain_s_name_that_takes_two_lines_is_indented_on_both(profile: dict[str, Any]) -> None:
    first, *others = profile["domainBreakdown"]
    long = {**first, "title": "Linux, cloud and infrastructure as code"}
    table = shown({**profile, "domainBreakdown": [long, *others]}, width=80).splitlines()
    [line] = [place for place, text in enumerate(table) if text.startswith("  Linux, cloud")]
    assert table[line + 1].startswith("  ")
    assert table[line + 1].strip() in long["title"]


def test_a_terminal_that_knows_ascii_only_gets_ascii_bars(profile: dict[str, Any]) -> None:
    text = shown(profile, encoding="ascii")
    assert "####################" in text
    assert "?" not in text


def test_a_provisional_profile_says_so(profile: dict[str, Any]) -> None:
    assert "Some grades are provisional." not in " ".join(shown(profile).split())
    assert "Some grades are provisional." in " ".join(shown(profile | {"provisional": True}).split())


@pytest.mark.parametrize("width", [40, 52, 60, 72, 80])
def test_on_a_narrow_terminal_the_domains_keep_their_names_and_scores(profile: dict[str, Any], width: int) -> None:
    table = shown(profile, width=width).partition("Confidence")[0]
    for domain in profile["domainBreakdown"]:
        assert domain["title"].split()[0] in table
        assert f"{domain['score']:.1f}" in table
    assert "…" not in table
